import { quantileOf } from './quantile.ts';
import { ExactSum } from './exact-sum.ts';

/** What a statistic could be at most and at least, whatever the failed permutations would have given. */
export interface FailureBound {
  /** `p05`, `P(>20)`; `mean` is bounded only where the failed ones are no more extreme than what was seen. */
  readonly statistic: string;
  /** Over the rows that are there: as if failing had nothing to do with the result. */
  readonly without: number;
  readonly lowest: number;
  readonly highest: number;
}

/** The bounds of a metric of a cell. */
export interface MetricBounds {
  readonly metric: string;
  readonly bounds: readonly FailureBound[];
}

/** A cell of which every permutation was tried and some failed: what its statistics could be. */
export interface BoundedCell {
  readonly cell_id: string;
  /** Permutations that have a row, and that failed. */
  readonly n: number;
  readonly n_failed: number;
  readonly metrics: readonly MetricBounds[];
}

const QUANTILES: Readonly<Record<string, number>> = { p05: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 };

/**
 * Bounds of a metric of which `n_failed` permutations have no row: with all of them below everything, and with all of them above. Quantiles and probabilities are so bounded without any
 * assumption (Horowitz and Manski 1995, doi:10.2307/2951627); of the mean the bounds hold where no failed one would have been past the least and greatest value seen.
 *
 * @param values - Of the permutations that have a row; NaN (missing) is left out.
 * @param thresholds - t of P(metric > t).
 */
export function failureBounds(
  values: Float64Array,
  n_failed: number,
  thresholds: readonly number[] = [],
): FailureBound[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const n = sorted.length;
  if (n === 0) return [];
  const all = n + n_failed;
  const with_low = (rank: number): number => (rank < n_failed ? -Infinity : sorted[rank - n_failed]!);
  const with_high = (rank: number): number => (rank < n ? sorted[rank]! : Infinity);
  const exact = new ExactSum();
  exact.addAll(sorted, 0, n);
  const sum = exact.value();
  const mean: FailureBound = {
    statistic: 'mean',
    without: sum / n,
    lowest: (sum + n_failed * sorted[0]!) / all,
    highest: (sum + n_failed * sorted[n - 1]!) / all,
  };
  const quantiles = Object.entries(QUANTILES).map(([statistic, q]) => ({
    statistic,
    without: quantileOf((rank) => sorted[rank]!, n, q),
    lowest: quantileOf(with_low, all, q),
    highest: quantileOf(with_high, all, q),
  }));
  const shares = thresholds.map((t) => {
    const above = n - sorted.findLastIndex((value) => value <= t) - 1;
    return { statistic: `P(>${t})`, without: above / n, lowest: above / all, highest: (above + n_failed) / all };
  });
  return [mean, ...quantiles, ...shares];
}
