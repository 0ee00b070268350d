import assert from 'node:assert/strict';
import { clopperPearson } from './clopper-pearson.ts';
import type { Interval } from './interval.ts';

/**
 * Monte Carlo p-value (b + 1) / (n + 1) from `b` of `n` null draws at least as extreme as what was observed; never 0.
 * `ci`: Clopper-Pearson's 95 % interval of b / n, the Monte Carlo error of it.
 * Source: Phipson, Smyth 2010, doi:10.2202/1544-6115.1585.
 */
export function pValue(b: number, n: number): { readonly p: number; readonly ci: Interval } {
  assert(Number.isInteger(b) && b >= 0 && b <= n, `a count is an integer 0 .. ${n}, not ${b}`);
  return { p: (b + 1) / (n + 1), ci: clopperPearson(b, n) };
}

/**
 * How many permutations Bonferroni at level alpha over `tests` tests needs before any p-value can be small enough:
 * the least n with tests / (n + 1) <= alpha. 30,239 for 1,512 tests at 5 %.
 */
export function permutationsNeeded(tests: number, alpha: number): number {
  let n = Math.max(0, Math.ceil(tests / alpha) - 2);
  while (tests / (n + 1) > alpha) n++;
  return n;
}
