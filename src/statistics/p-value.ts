import assert from 'node:assert/strict';

import { clopperPearson } from './clopper-pearson.ts';
import { ALPHA, type Interval } from './interval.ts';

/**
 * The p-value of an observed value among n permutations under a null hypothesis, b of which are at least as extreme: (b + 1) / (n + 1).
 * Never 0; the smallest is 1 / (n + 1). Source: Phipson, Smyth 2010, doi:10.2202/1544-6115.1585.
 */
export function permutationPValue(b: number, n: number): number {
  assert(Number.isInteger(b) && b >= 0 && b <= n, `a count is an integer 0 .. ${n}, not ${b}`);
  return (b + 1) / (n + 1);
}

/** What other permutations would make of it: Clopper and Pearson's 95 % interval of b / n. */
export function pValueInterval(b: number, n: number): Interval {
  return clopperPearson(b, n);
}

/** The permutations below which no p-value of `tests` can pass Bonferroni's bound (nor Holm's first step) at 5 %: 30,239 for 1,512. */
export function fewestForAnyResult(tests: number): number {
  return Math.max(0, Math.ceil(tests / ALPHA - 1e-9) - 1);
}
