import assert from 'node:assert/strict';

import { ALPHA } from './interval.ts';
import { Z_95 } from './special.ts';
import { studentQuantile } from './student.ts';
import { wilson } from './wilson.ts';

/** How many permutations give a 95 % interval of a wished half width. */
export interface PermutationsNeeded {
  /** Half the width of the interval that n permutations gave. */
  readonly half_width: number;
  readonly wished: number;
  /** By the spread that was seen; NaN where none is known. */
  readonly needed: number;
  /** The same where the spread is as large as its own 95 % interval allows; NaN where that is not known. */
  readonly at_most: number;
}

/** A million million permutations: more than anyone computes. */
const MOST = 1e12;

interface Spread {
  readonly n: number;
  /** Standard error of the estimate with n permutations: it shrinks as 1 / sqrt(n). */
  readonly se: number;
  /** Standard error of the standard deviation over it, sd_se / sd; NaN where it is not known. */
  readonly relative_error: number;
}

/**
 * For means, quantiles and tail means, whose error is sigma / sqrt(n): n (t se / wished)^2, t Student's quantile for what is needed.
 * NaN without a spread; `wished` > 0. Source: Student 1908 solved for n; the bound by the delta method.
 */
export function permutationsNeeded({ n, se, relative_error }: Spread, wished: number): PermutationsNeeded {
  assert(wished > 0, `a half width is above 0, not ${wished}`);
  const half_width = multiplier(n) * se;
  const known = n > 1 && Number.isFinite(se);
  const needed = known ? solve(n * (se / wished) * (se / wished)) : NaN;
  // The variance has twice the relative error of the standard deviation.
  const more = 1 + 2 * Z_95 * relative_error;
  const at_most = known && Number.isFinite(more) ? solve(n * (se / wished) * (se / wished) * more) : NaN;
  return { half_width, wished, needed, at_most };
}

function multiplier(n: number): number {
  return n > 1 ? studentQuantile(ALPHA / 2, n - 1) : NaN;
}

/** The smallest n >= 2 with t_(n-1)^2 `units` <= n; `units`: squares of standard errors over the square of the half width, for n = 1. */
function solve(units: number): number {
  const isEnough = (n: number): boolean => {
    const t = multiplier(n);
    return t * t * units <= n;
  };
  return smallest(2, isEnough);
}

/** The same for a share k / n with Wilson's interval; `at_most` at the end of the present interval that is nearest to one half. */
export function permutationsNeededForShare(count: number, n: number, wished: number): PermutationsNeeded {
  assert(wished > 0, `a half width is above 0, not ${wished}`);
  if (n === 0) return { half_width: NaN, wished, needed: NaN, at_most: NaN };
  const [lower, upper] = wilson(count, n);
  const worst = lower > 0.5 ? lower : upper < 0.5 ? upper : 0.5;
  const needed = (share: number): number => smallest(1, (size) => halfWidth(share, size) <= wished);
  return { half_width: (upper - lower) / 2, wished, needed: needed(count / n), at_most: needed(worst) };
}

/** Half the width of Wilson's interval of a share that needs not be a whole number of n. */
function halfWidth(share: number, n: number): number {
  const z2 = Z_95 * Z_95;
  return (Z_95 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
}

/** By doubling and bisection; `isEnough` is false up to the result and true from there on. Infinity past MOST. */
function smallest(from: number, isEnough: (n: number) => boolean): number {
  if (isEnough(from)) return from;
  let low = from;
  let high = 2 * from;
  while (!isEnough(high)) {
    if (high > MOST) return Infinity;
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
