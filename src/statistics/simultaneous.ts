import assert from 'node:assert/strict';

import { ALPHA } from './interval.ts';

/**
 * The tail at either end of each of `count` two-sided intervals that all hold with at least 95 %: Bonferroni's bound, whatever depends on
 * what. One interval keeps its own 95 %.
 */
export function simultaneousTail(count: number): number {
  assert(count >= 1, 'no interval has no tail');
  return ALPHA / (2 * count);
}
