import type { ViewStatistic } from '../model/model.ts';
import { axesOf, cellLabel, levelOf, type Axis } from './marks/axes.ts';
import { estimateOf, headlineStatistic, statisticName, statisticText, withUnit } from './marks/estimate.ts';
import { extremes } from './extremes.ts';
import { lineChartData, type LineChartData } from './marks/lines.ts';
import type { ReportData } from './report-data.ts';
import type { ReportedCell } from './marks/reported-cell.ts';
import { dotPlot } from './svg/dot-plot.ts';
import { greatest, least, tickText } from './svg/frame.ts';
import { heatMap, type HeatMapData } from './svg/heat-map.ts';
import { hasSharedScale, legend, lineChart } from './svg/line-chart.ts';

/** An SVG with its words, in HTML. */
export interface Picture {
  readonly svg: string;
  readonly caption: string;
  /** HTML. */
  readonly legend: string;
  readonly wide: boolean;
}

/** Rows of a dot plot. */
const MOST_DOTS = 40;
/** Letters of a cell's name in a dot plot; beyond, only its values are named. */
const LONGEST_LABEL = 64;
/** Panels of one line chart that are drawn; the tables have all. */
const MOST_PANELS = 8;
const MOST_SERIES = 8;
/** Levels of an axis of a map. */
const MOST_LEVELS = 128;

/**
 * How a metric lies over the surface, by what varies: one number: a line; with a category: a line each; two axes: a map of values beside a
 * map of errors; more: panels of lines, and the cells in order. Empty where nothing can be drawn.
 */
export function surfacePictures(data: ReportData, metric: string): Picture[] {
  const axes = axesOf(data.cells);
  const statistic = headlineStatistic(data.permutations);
  const numeric = longest(axes.filter((axis) => axis.numeric));
  const few = axes.every(({ levels }) => levels.length <= MOST_LEVELS);
  if (axes.length === 2 && few && isMap(axes)) return mapPictures(data, metric, statistic, axes[0]!, axes[1]!);
  const others = axes.filter((axis) => axis !== numeric);
  const series = longest(others.filter(({ levels }) => levels.length <= MOST_SERIES));
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
  const lines = chart === undefined ? [] : linePictures(data, chart);
  // The lines of one or two axes hold every cell already.
  return axes.length <= 2 && lines.length === 1 && chart?.panels[0]?.left_out === 0
    ? lines
    : [...lines, ...dotPictures(data, metric, statistic, axes)];
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
  const pictures = chart.panels.slice(0, MOST_PANELS).map((panel) => ({
    svg: lineChart(chart, panel, labels),
    caption: [panel.title, ...(panel.left_out > 0 ? [`${panel.left_out} more lines are not drawn`] : [])]
      .filter((part) => part !== '')
      .join('; '),
    legend: legend(panel.lines),
    wide: false,
  }));
  const left = chart.panels.length - pictures.length;
  if (pictures.length > 1 && !hasSharedScale(chart)) for (const each of pictures) each.caption += ' (own scale)';
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

function dotPictures(data: ReportData, metric: string, statistic: ViewStatistic, axes: readonly Axis[]): Picture[] {
  const { cells, gap } = extremes(data.cells, metric, statistic, MOST_DOTS);
  const full = cells.map((cell) => cellLabel(cell, axes));
  const short = full.some((label) => label.length > LONGEST_LABEL);
  const dots = cells.map((cell, k) => {
    const statistics = cell.statistics[metric]!;
    return {
      label: short ? axes.map(({ name }) => levelOf(cell, name)).join(' · ') : full[k]!,
      spread: [statistics.p05, statistics.p95] as const,
      ...estimateOf(statistics, statistic),
    };
  });
  const drawn = dotPlot(dots, `${statisticName(statistic)} of ${withUnit(metric, data.metrics[metric])}`, gap);
  if (drawn === '') return [];
  const which =
    gap === undefined
      ? 'All cells in order'
      : `The ${gap} highest and the ${cells.length - gap} lowest of ${data.cells.length} cells`;
  const caption = `${which}. Dot: ${statisticName(statistic)}; thick: its 95 % Monte Carlo interval; thin: P5 to P95 of the permutations.${short ? ` Labels: ${axes.map(({ name }) => name).join(' · ')}.` : ''}`;
  return [{ svg: drawn, caption, legend: '', wide: true }];
}
