import assert from 'node:assert/strict';
import { mean } from './mean.ts';
import { sd } from './sd.ts';
import { Z_95 } from './special.ts';
import type { Interval } from './interval.ts';

export interface PairedDifference {
  /** Pairs with a finite difference. */
  readonly n: number;
  /** Pairs left out. */
  readonly n_excluded: number;
  /** Mean of a - b. */
  readonly difference: number;
  readonly se: number;
  readonly ci: Interval;
}

/**
 * Mean difference a - b of two cells that share their random numbers, paired by perm_index: se = s_d / sqrt(n), with s_d
 * the standard deviation of the differences. `a[i]` and `b[i]` belong to the same permutation; use the common prefix of
 * cells of different length. 95 % interval by the normal approximation.
 */
export function pairedDifference(a: Float64Array, b: Float64Array): PairedDifference {
  assert(a.length === b.length, `pairs need equal lengths, not ${a.length} and ${b.length}`);
  const differences = a.map((value, i) => value - b[i]!).filter(Number.isFinite);
  const n = differences.length;
  const difference = mean(differences);
  const se = sd(differences) / Math.sqrt(n);
  return { n, n_excluded: a.length - n, difference, se, ci: [difference - Z_95 * se, difference + Z_95 * se] };
}

/**
 * Difference of two paired proportions from the discordant pairs of `n`: `only_a` where the event happened in a alone,
 * `only_b` in b alone. se as in McNemar's test; 95 % interval by Bonett and Price (Wald after adding one discordant pair
 * each way), which holds at small counts too: 2012, doi:10.3102/1076998611411915.
 */
export function pairedProportionDifference(
  only_a: number,
  only_b: number,
  n: number,
): Omit<PairedDifference, 'n' | 'n_excluded'> {
  assert(only_a >= 0 && only_b >= 0 && only_a + only_b <= n, 'more discordant pairs than pairs');
  const error = (x: number, y: number, size: number): number =>
    Math.sqrt((x + y - ((x - y) / size) * (x - y)) / size / size);
  const adjusted = (only_a - only_b) / (n + 2);
  const margin = Z_95 * error(only_a + 1, only_b + 1, n + 2);
  return {
    difference: (only_a - only_b) / n,
    se: error(only_a, only_b, n),
    ci: [Math.max(-1, adjusted - margin), Math.min(1, adjusted + margin)],
  };
}
