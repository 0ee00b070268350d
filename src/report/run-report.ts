import type { ParameterValue } from '../models/model.ts';
import type { ReachedPrecision } from '../statistics/stopping.ts';
import type { MetricStatistics } from '../statistics/summarise.ts';
import { formatCount, formatWithError } from './format-number.ts';
import { formatTable } from './table.ts';

/** One complete cell, as the table shows it. */
export interface ReportedCell {
  readonly cell_id: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly n: number;
  readonly statistics: Readonly<Record<string, MetricStatistics>>;
  /** What the precision rules of the study came to; empty where there are none. */
  readonly precision: readonly ReachedPrecision[];
}

/** Rows shown in the table; of a larger surface the best and the worst cells. */
const TABLE_ROWS = 12;

/**
 * The cells that matter as a table: all of a small surface, else the best and the worst by the median of the first metric. Columns: what
 * varies between the cells, then the first metric's mean with its Monte Carlo error and its quantiles, then the thresholds' probabilities.
 */
export function cellTable(cells: readonly ReportedCell[], metric: string, width?: number): string {
  if (cells.length === 0) return '';
  const varying = varyingParameters(cells);
  const ranked = cells.length <= TABLE_ROWS ? [...cells] : bestAndWorst(cells, metric);
  const thresholds = Object.entries(cells[0]!.statistics).flatMap(([name, statistics]) =>
    (statistics.thresholds ?? []).map((t, k) => ({ name, k, title: `P(${name} > ${t.threshold})` })),
  );
  const header = [...varying, 'mean', 'p05', 'p50', 'p95', ...thresholds.map(({ title }) => title)];
  const rows = ranked.map((cell) => {
    const statistics = cell.statistics[metric]!;
    return [
      ...varying.map((name) => parameterText(cell.parameters[name])),
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

function bestAndWorst(cells: readonly ReportedCell[], metric: string): ReportedCell[] {
  const sorted = [...cells].sort((a, b) => b.statistics[metric]!.p50 - a.statistics[metric]!.p50);
  return [...sorted.slice(0, TABLE_ROWS / 2), ...sorted.slice(-TABLE_ROWS / 2)];
}

function varyingParameters(cells: readonly ReportedCell[]): string[] {
  const names = new Set(cells.flatMap((cell) => Object.keys(cell.parameters)));
  return [...names].filter((name) => new Set(cells.map((cell) => JSON.stringify(cell.parameters[name]))).size > 1);
}

function parameterText(value: ParameterValue | undefined): string {
  if (value === undefined) return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
