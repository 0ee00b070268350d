import assert from 'node:assert/strict';

import { ALPHA } from './interval.ts';

/**
 * With which tail a difference to the best of `count` is to be told apart from none, one-sided: then with a chance of at least 95 % the truly
 * best is among those that are not told apart, however the best in the sample was picked. Bonferroni's bound, since the differences are
 * dependent: 0.05 / (count - 1). Source: multiple comparisons with the best, Hsu 1984, The Annals of Statistics 12, 1136-1144.
 */
export function bestOfManyTail(count: number): number {
  assert(count >= 2, 'one alone is compared with nothing');
  return ALPHA / (count - 1);
}
