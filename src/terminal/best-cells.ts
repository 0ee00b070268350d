import type { Ranking } from '../model/model.ts';
import type { MetricStatistics } from '../statistics/summarise.ts';
import { axesOf, levelOf } from '../report/marks/axes.ts';
import { formatCount, formatWithError } from '../wording/format-number.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { formatTable } from './table.ts';

/** Rows shown in the table; of a larger surface the best and the worst cells. */
const TABLE_ROWS = 12;

/**
 * The cells that matter as a table: all of a small surface, else the best and the worst by the median of one metric. Columns: what
 * varies between the cells, how many permutations where that differs, then that metric's mean with its Monte Carlo error and its quantiles,
 * then the thresholds' probabilities.
 */
export function cellTable(cells: readonly ReportedCell[], { metric, best }: Ranking, width?: number): string {
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
      formatWithError(statistics.mean, statistics.mcse),
      ...(['p05', 'p50', 'p95'] as const).map((q) => formatWithError(statistics[q], statistics.quantile_mcse[q])),
      ...thresholds.map(({ name, k }) => {
        const { probability, ci } = cell.statistics[name]!.thresholds![k]!;
        return formatWithError(probability, (ci[1] - ci[0]) / 4);
      }),
    ];
  });
  const which =
    cells.length <= TABLE_ROWS
      ? `${metric} of ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`
      : `${metric} of the best and the worst ${TABLE_ROWS / 2} of ${formatCount(cells.length)} cells, by its median`;
  return `${which} (± is the Monte Carlo error):\n${formatTable(header, rows, width === undefined ? {} : { width })}`.trimEnd();
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
    const quantiles = (['p05', 'p50', 'p95'] as const).map((q) => formatWithError(of[q], of.quantile_mcse[q]));
    return [cell_id, formatCount(n), formatCount(n_target), formatWithError(of.mean, of.mcse), ...quantiles];
  });
  const header = ['cell', 'n', 'of', 'mean', 'p05', 'p50', 'p95'];
  return `${metric} so far (± is the Monte Carlo error):\n${formatTable(header, rows)}`;
}

function bestAndWorst(cells: readonly ReportedCell[], metric: string, best: Ranking['best']): ReportedCell[] {
  const sign = best === 'highest' ? 1 : -1;
  const sorted = [...cells].sort((a, b) => sign * (b.statistics[metric]!.p50 - a.statistics[metric]!.p50));
  return [...sorted.slice(0, TABLE_ROWS / 2), ...sorted.slice(-TABLE_ROWS / 2)];
}
