import type { BreakEven } from '../analysis/break-even.ts';
import type { Interval } from '../statistics/interval.ts';
import type { ViewStatistic } from '../model/model.ts';
import { analysisOf, singleEffects } from './answer/analysis.ts';
import { levelMeans } from './answer/level-means.ts';
import { middleOf } from './answer/middle.ts';
import { labelOf, percentWords, plain, settingWords, valueWords } from './answer/words.ts';
import { axesOf } from './marks/axes.ts';
import { statisticName } from './marks/estimate.ts';
import type { LineChartData } from './marks/lines.ts';
import type { ReportData } from './marks/report-data.ts';
import type { ReportTable } from './report-table.ts';
import { formatCount } from '../wording/format-number.ts';

/** Levels whose means are named; of more the ends are. */
const MOST_LEVELS = 6;
/** Pairs of axes of a metric that are named. */
const MOST_PAIRS = 2;
/** A pair that does less is not named. */
const LEAST_SHARE = 0.01;
const MOST_LINES = 12;

/** How much of the differences between cells each axis makes, by metric, and which axes act together. */
export function effectTable(data: ReportData): ReportTable | undefined {
  if (axesOf(data.cells).length < 2) return undefined;
  const rows = analysisOf(data).effects.flatMap(({ metric, effects }) => {
    const pairs = effects.effects
      .filter(({ axes, share }) => axes.length > 1 && share >= LEAST_SHARE)
      .sort((a, b) => b.share - a.share)
      .slice(0, MOST_PAIRS);
    return [...singleEffects(effects), ...pairs].map(({ axes, share, ci }, i) => [
      i === 0 ? labelOf(metric, data.metrics[metric]) : '',
      axes.join(' with '),
      percentWords(Math.max(0, share)),
      rangeWords(ci),
      axes.length === 1 ? averages(data, metric, axes[0]!) : 'beyond what each does alone',
    ]);
  });
  if (rows.length === 0) return undefined;
  return {
    header: ['metric', 'parameter', 'share of the differences', '95 %', 'averages over the other parameters'],
    rows,
    note: 'Of the variance between the cells, without what simulation noise adds to it. A parameter that is active in some cells only counts beyond those that are active everywhere.',
  };
}

function averages(data: ReportData, metric: string, axis: string): string {
  const levels = levelMeans(data.cells, metric, middleOf(data, metric), axis);
  const few = levels.length <= MOST_LEVELS;
  const shown = few ? levels : [levels[0]!, levels.at(-1)!];
  const words = shown.map(
    ({ level, mean }) => `${level === '-' ? 'not active' : level}: ${valueWords(mean, data.metrics[metric])}`,
  );
  return words.join(few ? ', ' : ' … ');
}

function rangeWords([low, high]: Interval): string {
  return `${percentWords(low)} to ${percentWords(high)}`;
}

/** Along which lines the goal is crossed, and where. */
export function breakEvenTable(data: ReportData): ReportTable | undefined {
  const { break_even, grid } = analysisOf(data);
  if (break_even === undefined) return undefined;
  const { quantity, goal, lines } = break_even;
  const crossing = lines.filter(({ kind }) => kind === 'falls' || kind === 'rises' || kind === 'crosses');
  if (crossing.length === 0) return undefined;
  const axes = axesOf(data.cells);
  const restOf = ({ axis, cells }: BreakEven): string =>
    settingWords(
      data.cells[data.cells.indexOf(grid.cells[cells[0]!] as ReportData['cells'][number])]!,
      axes.filter(({ name }) => name !== axis),
    );
  const end = (value: number): string => (Number.isNaN(value) ? 'beyond the grid' : plain(value));
  const spec = data.metrics[quantity.metric];
  return {
    header: ['along', 'with', 'it', 'at', '95 %'],
    rows: crossing
      .slice(0, MOST_LINES)
      .map((line) => [line.axis, restOf(line), line.kind, plain(line.at), `${end(line.ci[0])} to ${end(line.ci[1])}`]),
    note: `Where the ${statisticName(quantity.statistic as ViewStatistic)} of the ${labelOf(quantity.metric, spec)} crosses ${valueWords(goal.at, spec)} (${goal.means}), by straight lines between neighbouring cells: on ${formatCount(crossing.length)} of ${formatCount(lines.length)} lines along axes of numbers${crossing.length > MOST_LINES ? `, the first ${MOST_LINES} here` : ''}.`,
  };
}

/** A chart in which no line moves by more than its errors says nothing. */
export function isFlat({ panels }: LineChartData): boolean {
  return panels.every(({ lines }) =>
    lines.every(({ points }) => {
      const values = points.map(({ value }) => value);
      const errors = points.map(({ error }) => (Number.isFinite(error) ? error : 0));
      return Math.max(...values) - Math.min(...values) <= 3 * Math.max(...errors);
    }),
  );
}
