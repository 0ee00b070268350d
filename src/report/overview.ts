import type { ViewStatistic } from '../model/model.ts';
import { verdictsOf } from './answer/verdict-answers.ts';
import { middleOf } from './answer/middle.ts';
import { leadMetric } from './answer/key-metrics.ts';
import type { Outcome, Verdict } from './answer/verdict.ts';
import { goodSide, labelOf, settingWords, valueWords } from './answer/words.ts';
import { axesOf, cellLabel, levelOf } from './marks/axes.ts';
import { estimateOf, statisticName, statisticText, withUnit } from './marks/estimate.ts';
import type { ReportedCell } from './marks/reported-cell.ts';
import { stackingOf } from './marks/stacking.ts';
import { extremes } from './extremes.ts';
import type { ReportData } from './marks/report-data.ts';
import type { Picture } from './surface-pictures.ts';
import { dotPlot } from './svg/dot-plot.ts';
import { greatest, least, tickText } from './svg/frame.ts';
import { mosaic } from './svg/mosaic.ts';
import { rampAround, rampOver, VALUE_RAMP, type Colour } from './svg/ramps.ts';

/** Up to so many cells are named, each with its error; more become one field each. */
const MOST_ROWS = 24;
/** Letters of a name; beyond, only the values of the parameters are named. */
const LONGEST_LABEL = 44;

/** One picture of the whole surface, by what the report is about. Undefined where there is nothing to draw. */
export function overview(data: ReportData): Picture | undefined {
  const metric = leadMetric(data);
  if (metric === undefined) return undefined;
  const verdict = verdictsOf(data).find((each) => each.metric === metric);
  return data.cells.length <= MOST_ROWS
    ? rows(data, metric, verdict)
    : (fields(data, metric, verdict) ?? rows(data, metric, verdict));
}

function rows(data: ReportData, metric: string, verdict: Verdict | undefined): Picture | undefined {
  const axes = axesOf(data.cells);
  const statistic = middleOf(data, metric);
  const { cells, gap } = extremes(data.cells, metric, statistic, MOST_ROWS);
  const full = cells.map((cell) => cellLabel(cell, axes));
  const short = full.some((label) => label.length > LONGEST_LABEL);
  const dots = cells.map((cell, k) => {
    const found = cell.statistics[metric]!;
    return {
      label: short ? axes.map(({ name }) => levelOf(cell, name)).join(' · ') : full[k]!,
      spread: [found.p05, found.p95] as const,
      cell_id: cell.cell_id,
      ...estimateOf(found, statistic),
    };
  });
  const what = `${statisticName(statistic)} of ${withUnit(labelOf(metric, data.metrics[metric]), data.metrics[metric])}`;
  const svg = dotPlot(dots, what, {
    ...(gap !== undefined && { gap }),
    width: 640,
    ...(verdict && { goal: verdict.goal.at }),
  });
  if (svg === '') return undefined;
  const which =
    gap === undefined
      ? data.cells.length === 1
        ? ''
        : 'All cells in order. '
      : `The ${gap} highest and the ${cells.length - gap} lowest of ${data.cells.length} cells. `;
  const goal = verdict === undefined ? '' : ` Dashed: the goal, ${valueWords(verdict.goal.at, data.metrics[metric])}.`;
  return {
    svg,
    caption: `${which}Dot: ${statisticName(statistic)}; thick: its 95 % interval; thin: 90 % of the permutations.${goal}${short ? ` Labels: ${axes.map(({ name }) => name).join(' · ')}.` : ''}`,
    legend: '',
    wide: true,
  };
}

function fields(data: ReportData, metric: string, verdict: Verdict | undefined): Picture | undefined {
  const stacking = stackingOf(data.cells);
  if (stacking === undefined) return undefined;
  const spec = data.metrics[metric];
  const statistic = verdict?.statistic ?? middleOf(data, metric);
  const valueOf = (cell: ReportedCell): number => estimateOf(cell.statistics[metric]!, statistic).value;
  const values = data.cells.map(valueOf).filter(Number.isFinite);
  if (values.length === 0) return undefined;
  const [low, high] = [least(values), greatest(values)];
  const colour = verdict
    ? rampAround(verdict.goal.at, goodSide(metric, data.metrics), low, high)
    : rampOver(VALUE_RAMP, low, high);
  const axes = axesOf(data.cells);
  const outcomeOf = (cell: ReportedCell): Outcome | undefined => verdict?.outcomes.get(cell.cell_id);
  const svg = mosaic({
    description: `All ${data.cells.length} cells by ${statisticName(statistic)} of ${labelOf(metric, spec)}`,
    stacking,
    colourOf: (cell): Colour | undefined => (Number.isFinite(valueOf(cell)) ? colour(valueOf(cell)) : undefined),
    isOpen: (cell) => outcomeOf(cell) === 'open',
    say: (cell) =>
      `${settingWords(cell, axes)}: ${statisticName(statistic)} ${statisticText(cell.statistics[metric]!, statistic)}`,
  });
  const open = (verdict?.counts.open ?? 0) > 0 ? ' A dot: it cannot be told yet.' : '';
  const sides =
    verdict === undefined
      ? ''
      : ` Blue: on the good side of the goal, ${valueWords(verdict.goal.at, spec)}; orange: not.${open}`;
  return {
    svg,
    caption: `Every cell: the ${statisticName(statistic)} of the ${withUnit(labelOf(metric, spec), spec)}.${sides}`,
    legend: scale(colour, low, high, verdict?.goal.at, statistic),
    wide: true,
  };
}

/** What the colours mean, from the lowest to the highest. */
function scale(
  colour: (value: number) => Colour,
  low: number,
  high: number,
  goal: number | undefined,
  statistic: ViewStatistic,
): string {
  const inside = goal !== undefined && goal > low && goal < high;
  const steps = 24;
  const stops = Array.from({ length: steps }, (_, i) => colour(low + ((high - low) * (i + 0.5)) / steps).fill);
  const swatches = stops.map((fill, i) => `<rect x="${i * 8}" width="8.2" height="10" fill="${fill}"/>`).join('');
  const mark = inside
    ? `<path d="M${Math.round((192 * (goal - low)) / (high - low))},0v10" stroke="#000" stroke-width="1.5"/>`
    : '';
  const at = (value: number): string => tickText(Number(value.toPrecision(3)));
  return `<p class="legend scale"><span>${at(low)}<svg viewBox="0 0 192 10" class="ramp" role="img" aria-label="colours of the ${statisticName(statistic)} from ${at(low)} to ${at(high)}">${swatches}${mark}</svg>${at(high)}</span></p>`;
}
