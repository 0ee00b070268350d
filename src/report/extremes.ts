import type { ViewStatistic } from '../model/model.ts';
import { estimateOf, estimateText } from './marks/estimate.ts';
import type { ReportedCell } from './marks/reported-cell.ts';

/** Cells in the order of a metric, highest first; where there are many, only both ends. */
export interface Extremes {
  readonly cells: readonly ReportedCell[];
  /** How many of them come before the gap; undefined where none is left out. */
  readonly gap: number | undefined;
}

/** Undefined values last; ties in study order. */
export function extremes(
  cells: readonly ReportedCell[],
  metric: string,
  statistic: ViewStatistic,
  most: number,
): Extremes {
  const rank = (cell: ReportedCell): number => {
    const { value } = estimateOf(cell.statistics[metric]!, statistic);
    return Number.isNaN(value) ? -Infinity : value;
  };
  const sorted = cells.map((cell) => ({ cell, value: rank(cell) }));
  // Infinity - Infinity is no order.
  sorted.sort((a, b) => (a.value === b.value ? 0 : a.value < b.value ? 1 : -1));
  const ordered = sorted.map(({ cell }) => cell);
  if (ordered.length <= most) return { cells: ordered, gap: undefined };
  const half = Math.floor(most / 2);
  return { cells: [...ordered.slice(0, half), ...ordered.slice(-half)], gap: half };
}

/** Header and texts of the numbers of one metric: mean, P5, median, P95 and the thresholds' probabilities, each with its error. */
export function metricColumns(
  cells: readonly ReportedCell[],
  metric: string,
): { readonly header: readonly string[]; readonly of: (cell: ReportedCell) => string[] } {
  const thresholds = cells[0]?.statistics[metric]?.thresholds ?? [];
  return {
    header: ['mean', 'P5', 'median', 'P95', ...thresholds.map(({ threshold }) => `P(> ${threshold})`)],
    of: (cell) => {
      const statistics = cell.statistics[metric]!;
      const shown = (['mean', 'p05', 'p50', 'p95'] as const).map((name) => estimateText(estimateOf(statistics, name)));
      // Wilson's interval is about four standard errors wide.
      const probabilities = (statistics.thresholds ?? []).map(({ probability, ci }) =>
        estimateText({ value: probability, error: (ci[1] - ci[0]) / 3.92 }),
      );
      return [...shown, ...probabilities];
    },
  };
}
