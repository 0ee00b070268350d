import type { MetricSpecs, ViewStatistic } from '../model/model.ts';
import { estimateOf, estimateOfProbability, estimateText } from './marks/estimate.ts';
import { statisticOfCell } from './marks/open-above.ts';
import { belowBaseline } from './marks/headline.ts';
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
  const valued = cells.map((cell) => ({ cell, value: estimateOf(cell.statistics[metric]!, statistic).value }));
  // Infinity - Infinity gives no order.
  valued.sort(
    (a, b) =>
      Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value)) ||
      Number(b.value > a.value) - Number(a.value > b.value),
  );
  const ordered = valued.map(({ cell }) => cell);
  if (ordered.length <= most) return { cells: ordered, gap: undefined };
  const half = Math.floor(most / 2);
  return { cells: [...ordered.slice(0, half), ...ordered.slice(-half)], gap: half };
}

/**
 * Header and texts of the numbers of one metric: mean, P5, median, P95, the thresholds' probabilities and the share of rows below the baseline,
 * each with its error.
 */
export function metricColumns(
  cells: readonly ReportedCell[],
  metric: string,
  metrics: MetricSpecs,
): { readonly header: readonly string[]; readonly of: (cell: ReportedCell) => string[] } {
  const thresholds = cells[0]?.statistics[metric]?.thresholds ?? [];
  const ranked = cells.some(({ statistics }) => statistics[metric]?.baseline !== undefined);
  return {
    header: [
      ...['mean', 'P5', 'median', 'P95'],
      ...thresholds.map(({ threshold }) => `P(> ${threshold})`),
      ...(ranked ? ['below baseline'] : []),
    ],
    of: (cell) => {
      const statistics = cell.statistics[metric]!;
      const shown = (['mean', 'p05', 'p50', 'p95'] as const).map((name) =>
        statisticOfCell(cell, metric, metrics, name),
      );
      const probabilities = (statistics.thresholds ?? []).map((each) => estimateText(estimateOfProbability(each)));
      return [...shown, ...probabilities, ...(ranked ? [belowBaseline(statistics)] : [])];
    },
  };
}
