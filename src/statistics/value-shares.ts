import { proportion, type Proportion } from './proportion.ts';
import type { MetricStatistics } from './summarise.ts';

/** Shares of the rows of one metric that a mean does not tell of. */
export interface ValueShares {
  /** Undefined rows (NaN), of all rows. */
  readonly missing: Proportion;
  /** Infinite rows, of those that are not NaN. */
  readonly infinite: Proportion;
  /** Rows at the cap, of those that are not NaN; undefined where the metric has no cap. */
  readonly capped: Proportion | undefined;
}

/** The shares of missing, infinite and capped values of a metric, each with Wilson's interval. `cap`: at which values are capped. */
export function valueShares({ n, n_nan, n_infinite = 0, max, n_at_max }: MetricStatistics, cap?: number): ValueShares {
  // No value lies above the cap, so those at the largest value are those at the cap, or there are none.
  const n_capped = cap === undefined ? undefined : max >= cap ? n_at_max : 0;
  return {
    missing: proportion(n_nan, n + n_nan),
    infinite: proportion(n_infinite, n),
    capped: n_capped === undefined ? undefined : proportion(n_capped, n),
  };
}
