import { isDeclaredConstant } from '../model/condition.ts';
import type { MetricSpec, Ranking } from '../model/model.ts';
import type { MetricStatistics } from '../statistics/summarise.ts';
import { axesOf, levelOf } from '../report/marks/axes.ts';
import { estimateOfProbability, estimateText, isMarked, statisticText } from '../report/marks/estimate.ts';
import { formatCount, formatNumber } from '../wording/format-number.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { formatTable } from './table.ts';

/** Rows shown in the table; of a larger surface the best and the worst cells. */
const TABLE_ROWS = 12;

/**
 * The cells that matter as a table: all of a small surface, else the best and the worst by the median of one metric. Columns: what
 * varies between the cells, how many permutations where that differs, then that metric's mean with its Monte Carlo error and its quantiles,
 * then the thresholds' probabilities.
 */
export function cellTable(
  cells: readonly ReportedCell[],
  { metric, best }: Ranking,
  spec: MetricSpec,
  width?: number,
): string {
  if (cells.length === 0) return '';
  const axes = axesOf(cells);
  const ranked = cells.length <= TABLE_ROWS ? [...cells] : bestAndWorst(cells, metric, best);
  const thresholds = Object.entries(cells[0]!.statistics).flatMap(([name, statistics]) =>
    (statistics.thresholds ?? []).map((t, k) => ({ name, k, title: `P(${name} > ${t.threshold})` })),
  );
  const counts = new Set(cells.map(({ n }) => n)).size > 1;
  const header = [
    ...axes.map(({ name }) => name),
    ...(counts ? ['n'] : []),
    'mean',
    'p05',
    'p50',
    'p95',
    ...thresholds.map(({ title }) => title),
  ];
  const rows = ranked.map((cell) => {
    const statistics = cell.statistics[metric]!;
    return [
      ...axes.map(({ name }) => levelOf(cell, name)),
      ...(counts ? [formatCount(cell.n)] : []),
      ...(['mean', 'p05', 'p50', 'p95'] as const).map((name) => statisticText(statistics, name)),
      ...thresholds.map(({ name, k }) => estimateText(estimateOfProbability(cell.statistics[name]!.thresholds![k]!))),
    ];
  });
  const which =
    cells.length <= TABLE_ROWS
      ? `${metric} of ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`
      : `${metric} of the best and the worst ${TABLE_ROWS / 2} of ${formatCount(cells.length)} cells, by its median`;
  const table = formatTable(header, rows, width === undefined ? {} : { width }).trimEnd();
  return [`${which} (± is the Monte Carlo standard error):`, table, ...remarks(rows, cells, metric, spec)].join('\n');
}

type Summarised = Pick<ReportedCell, 'statistics'> & Partial<Pick<ReportedCell, 'parameters'>>;

/** What must be known of the means in a table. */
function remarks(
  rows: readonly (readonly string[])[],
  cells: readonly Summarised[],
  metric: string,
  spec: MetricSpec,
): string[] {
  const few = cells
    .map(({ statistics }) => statistics[metric]!)
    .filter(({ diagnostics }) => diagnostics.includes('few_permutations'));
  const equal = cells.flatMap(({ statistics, parameters = {} }) =>
    isDeclaredConstant(spec, parameters) ? [] : (statistics[metric]!.other_value_at_most ?? []),
  );
  return [
    ...(few.length > 0
      ? [
          `${formatCount(Math.min(...few.map(({ n }) => n)))} permutations say little: intervals of means hold if rows are near normal.`,
        ]
      : []),
    ...(rows.some((row) => row.some(isMarked))
      ? ['!: interval not to be trusted (heavy tail: few rows decide it); see p50.']
      : []),
    ...(equal.length > 0
      ? [
          `All rows equal in ${formatCount(equal.length)} of ${formatCount(cells.length)} cells: another value has a chance of up to ${formatNumber(Math.max(...equal), 2)}.`,
        ]
      : []),
  ];
}

/** How many cells are as precise as the study asks; empty where it asks for nothing. */
export function precisionText(cells: readonly ReportedCell[]): string {
  const ruled = cells.filter(({ precision }) => precision.length > 0);
  if (ruled.length === 0) return '';
  const short = ruled.filter(({ precision }) => !precision.every(({ reached }) => reached)).length;
  return short === 0
    ? `As precise as asked: ${formatCount(ruled.length)} of ${formatCount(ruled.length)} cells.`
    : `${formatCount(short)} of ${formatCount(ruled.length)} cells did not become as precise as asked: summary.json says what they lack.`;
}

/** Cells that are not complete: what their first n of n_target permutations say of a metric. */
export function partialTable(
  cells: readonly {
    readonly cell_id: string;
    readonly n: number;
    readonly n_target: number;
    readonly statistics: Readonly<Record<string, MetricStatistics>>;
  }[],
  metric: string,
): string {
  const rows = cells.map(({ cell_id, n, n_target, statistics }) => {
    const of = statistics[metric]!;
    const shown = (['mean', 'p05', 'p50', 'p95'] as const).map((name) => statisticText(of, name));
    return [cell_id, formatCount(n), formatCount(n_target), ...shown];
  });
  const header = ['cell', 'n', 'of', 'mean', 'p05', 'p50', 'p95'];
  const title = `${metric} so far (± is the Monte Carlo standard error):`;
  return [title, formatTable(header, rows).trimEnd(), ...remarks(rows, cells, metric, {})].join('\n');
}

function bestAndWorst(cells: readonly ReportedCell[], metric: string, best: Ranking['best']): ReportedCell[] {
  const sign = best === 'highest' ? 1 : -1;
  const median = (cell: ReportedCell): number => sign * cell.statistics[metric]!.p50;
  const undefinedLast = (a: ReportedCell, b: ReportedCell): number =>
    Number(Number.isNaN(median(a))) - Number(Number.isNaN(median(b)));
  // Infinity - Infinity is no order.
  const sorted = [...cells].sort(
    (a, b) => undefinedLast(a, b) || Number(median(b) > median(a)) - Number(median(a) > median(b)),
  );
  return [...sorted.slice(0, TABLE_ROWS / 2), ...sorted.slice(-TABLE_ROWS / 2)];
}
