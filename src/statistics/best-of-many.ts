import assert from 'node:assert/strict';
import { normalQuantile } from './special.ts';

const ALPHA = 0.05;

/**
 * How many standard errors a difference to the best of `count` must have before it is told apart from none: then with a chance of at least
 * 95 % the truly best is among those that are not told apart, however the best in the sample was picked. One-sided, with Bonferroni's bound,
 * since the differences are dependent: the quantile of 1 - 0.05 / (count - 1).
 * Source: multiple comparisons with the best, Hsu 1984, The Annals of Statistics 12, 1136-1144.
 */
export function bestOfManyQuantile(count: number): number {
  assert(count >= 2, 'one alone is compared with nothing');
  return normalQuantile(1 - ALPHA / (count - 1));
}
