import type { ViewStatistic } from '../model/model.ts';
import { middleOf } from './answer/middle.ts';
import { settingWords } from './answer/words.ts';
import { axesOf, levelOf, type Axis } from './marks/axes.ts';
import { estimateOf, statisticName, statisticText, withUnit } from './marks/estimate.ts';
import { lineChartData, type LineChartData } from './marks/lines.ts';
import type { ReportData } from './marks/report-data.ts';
import type { ReportedCell } from './marks/reported-cell.ts';
import { greatest, least, tickText } from './svg/frame.ts';
import { stackingOf } from './marks/stacking.ts';
import { heatMap, type HeatMapData } from './svg/heat-map.ts';
import { legend, lineChart } from './svg/line-chart.ts';
import { mosaic } from './svg/mosaic.ts';
import { ERROR_RAMP, rampOver, VALUE_RAMP } from './svg/ramps.ts';

/** An SVG with its words, in HTML. */
export interface Picture {
  readonly svg: string;
  readonly caption: string;
  /** HTML. */
  readonly legend: string;
  readonly wide: boolean;
}

/** Panels of one line chart that are drawn; the tables have all. */
const MOST_PANELS = 2;
const MOST_SERIES = 8;
/** Fields of a map that say their numbers under the pointer; beyond, the page's program does. */
const MOST_SAID = 300;
/** Levels of an axis of a map. */
const MOST_LEVELS = 128;

/**
 * How a metric lies over the surface, values beside errors: one axis: a line; two: maps, or lines where one of them is a category; more: every cell
 * as one field. Empty where nothing can be drawn.
 */
export function surfacePictures(data: ReportData, metric: string): Picture[] {
  const axes = axesOf(data.cells);
  const statistic = middleOf(data, metric);
  const few = axes.every(({ levels }) => levels.length <= MOST_LEVELS);
  if (axes.length === 2 && few && isMap(axes)) return mapPictures(data, metric, statistic, axes[0]!, axes[1]!);
  if (axes.length > 2) return fieldPictures(data, metric, statistic);
  const numeric = longest(axes.filter((axis) => axis.numeric));
  const series = axes.find((axis) => axis !== numeric);
  const chart =
    numeric === undefined
      ? undefined
      : lineChartData(data.cells, {
          title: metric,
          x: numeric.name,
          y: metric,
          statistic,
          ...(series !== undefined && { series: series.name }),
        });
  return chart === undefined ? [] : linePictures(data, chart);
}

/** Two numbers, or two categories, or more categories than lines can be told apart. */
function isMap([a, b]: readonly Axis[]): boolean {
  return (
    a!.numeric === b!.numeric ||
    Math.max(a!.numeric ? 0 : a!.levels.length, b!.numeric ? 0 : b!.levels.length) > MOST_SERIES
  );
}

function longest(axes: readonly Axis[]): Axis | undefined {
  return axes.reduce<Axis | undefined>(
    (best, axis) => (best === undefined || axis.levels.length > best.levels.length ? axis : best),
    undefined,
  );
}

/** The panels of a line chart, drawn. */
export function linePictures(data: ReportData, chart: LineChartData): Picture[] {
  const labels = {
    x:
      withUnit(chart.x, data.parameters[chart.x] ?? data.metrics[chart.x]) +
      (Object.hasOwn(data.metrics, chart.x) ? ' (mean)' : ''),
    y: `${statisticName(chart.statistic)} of ${withUnit(chart.y, data.metrics[chart.y])}`,
  };
  // Panels with most lines say most.
  const ordered = [...chart.panels].sort((a, b) => b.lines.length - a.lines.length);
  const pictures = ordered.slice(0, MOST_PANELS).map((panel) => ({
    svg: lineChart(chart, panel, labels),
    caption: [panel.title, ...(panel.left_out > 0 ? [`${panel.left_out} more lines are not drawn`] : [])]
      .filter((part) => part !== '')
      .join('; '),
    legend: legend(panel.lines),
    wide: false,
  }));
  const left = chart.panels.length - pictures.length;
  if (left > 0) pictures[pictures.length - 1]!.caption += ` (and ${left} more combinations: see the tables)`;
  return pictures;
}

function mapPictures(data: ReportData, metric: string, statistic: ViewStatistic, a: Axis, b: Axis): Picture[] {
  // The axis with more levels lies.
  const [x, y] = a.levels.length >= b.levels.length ? [a, b] : [b, a];
  const cells = new Map(data.cells.map((cell) => [`${levelOf(cell, x.name)}\n${levelOf(cell, y.name)}`, cell]));
  const at = (row: number, column: number): ReportedCell | undefined =>
    cells.get(`${x.levels[column]!}\n${y.levels[row]!}`);
  const mapOf = (title: string, of: (cell: ReportedCell) => number): HeatMapData => ({
    title,
    x: { name: withUnit(x.name, data.parameters[x.name]), levels: x.levels },
    y: { name: withUnit(y.name, data.parameters[y.name]), levels: y.levels },
    values: y.levels.map((_, row) =>
      x.levels.map((_level, column) => {
        const cell = at(row, column);
        return cell === undefined ? undefined : of(cell);
      }),
    ),
    say: (row, column) => {
      const cell = at(row, column);
      const place = `${x.name} ${x.levels[column]!}, ${y.name} ${y.levels[row]!}`;
      return cell === undefined
        ? `${place}: no complete cell`
        : `${place}: ${statisticText(cell.statistics[metric]!, statistic)}`;
    },
  });
  const what = `${statisticName(statistic)} of ${withUnit(metric, data.metrics[metric])}`;
  const value = mapOf(what, (cell) => estimateOf(cell.statistics[metric]!, statistic).value);
  const error = mapOf(
    `Monte Carlo standard error of the ${what}`,
    (cell) => estimateOf(cell.statistics[metric]!, statistic).error,
  );
  return [
    {
      svg: heatMap(value, 'value'),
      caption: `${value.title}${rangeText(value, 'dark', 'bright')}`,
      legend: '',
      wide: false,
    },
    {
      svg: heatMap(error, 'error'),
      caption: `${error.title}${rangeText({ ...error, values: [[0], ...error.values] }, 'bright', 'dark')}`,
      legend: '',
      wide: false,
    },
  ];
}

/** What the ends of the colours mean. */
function rangeText({ values }: HeatMapData, low: string, high: string): string {
  const finite = values.flat().filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (finite.length === 0) return '';
  return `: ${tickText(Number(least(finite).toPrecision(3)))} (${low}) to ${tickText(Number(greatest(finite).toPrecision(3)))} (${high})`;
}

/** Every cell as one field: its value, and beside that its error. */
function fieldPictures(data: ReportData, metric: string, statistic: ViewStatistic): Picture[] {
  const stacking = stackingOf(data.cells);
  if (stacking === undefined) return [];
  const axes = axesOf(data.cells);
  const what = `${statisticName(statistic)} of ${withUnit(metric, data.metrics[metric])}`;
  const pictureOf = (title: string, ramp: readonly string[], from: number, part: 'value' | 'error'): Picture[] => {
    const valueOf = (cell: ReportedCell): number => estimateOf(cell.statistics[metric]!, statistic)[part];
    const values = data.cells.map(valueOf).filter(Number.isFinite);
    if (values.length === 0) return [];
    const [low, high] = [Math.min(from, least(values)), greatest(values)];
    const colour = rampOver(ramp, low, high);
    const svg = mosaic({
      description: title,
      stacking,
      colourOf: (cell) => (Number.isFinite(valueOf(cell)) ? colour(valueOf(cell)) : undefined),
      isOpen: () => false,
      say:
        data.cells.length > MOST_SAID
          ? undefined
          : (cell) => `${settingWords(cell, axes)}: ${statisticText(cell.statistics[metric]!, statistic)}`,
    });
    const ends = [low, high].map((value) => tickText(Number(value.toPrecision(3))));
    const words = part === 'value' ? ['dark', 'bright'] : ['bright', 'dark'];
    return [
      { svg, caption: `${title}: ${ends[0]!} (${words[0]!}) to ${ends[1]!} (${words[1]!})`, legend: '', wide: false },
    ];
  };
  return [
    ...pictureOf(what, VALUE_RAMP, Infinity, 'value'),
    ...pictureOf(`Monte Carlo standard error of the ${what}`, ERROR_RAMP, 0, 'error'),
  ];
}
