import { clopperPearson } from './clopper-pearson.ts';
import type { Interval } from './interval.ts';
import { errorOfInterval } from './quantile-interval.ts';
import { wilson } from './wilson.ts';

/** A share of rows, k / n, with its error. */
export interface Proportion {
  readonly count: number;
  readonly n: number;
  /** 0 .. 1; NaN for n = 0, and so is the rest. */
  readonly share: number;
  /** Half the width of Wilson's interval by 1.96: not 0 where none (or all) was seen. */
  readonly se: number;
  readonly ci: Interval;
}

/**
 * `wilson` covers 95 % on average over the true shares; `exact` (Clopper and Pearson) at least 95 % for each of them, and is wider: for
 * when a guarantee is claimed.
 */
export type ProportionMethod = 'wilson' | 'exact';

/** The share k / n with its 95 % interval; the standard error is that of Wilson's interval by either method. */
export function proportion(count: number, n: number, method: ProportionMethod = 'wilson'): Proportion {
  const score = wilson(count, n);
  const ci = method === 'exact' ? clopperPearson(count, n) : score;
  return { count, n, share: n === 0 ? NaN : count / n, se: errorOfInterval(score), ci };
}
