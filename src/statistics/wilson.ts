import assert from 'node:assert/strict';
import type { Interval } from './interval.ts';
import { Z_95 } from './special.ts';

/**
 * Wilson's score interval of a proportion k / n, 95 % by default (`z` the normal quantile of its upper end).
 * The lower end is written as the product of both roots over the upper one, so that nothing cancels at small k.
 * Source: Wilson 1927, doi:10.1080/01621459.1927.10502953. [NaN, NaN] for n = 0.
 */
export function wilson(k: number, n: number, z: number = Z_95): Interval {
  assert(Number.isInteger(k) && k >= 0 && k <= n, `a count is an integer 0 .. ${n}, not ${k}`);
  if (n === 0) return [NaN, NaN];
  if (k > n - k) {
    const [lower, upper] = wilson(n - k, n, z);
    return [1 - upper, 1 - lower];
  }
  const z2 = z * z;
  const upper = (k + z2 / 2 + z * Math.sqrt((k * (n - k)) / n + z2 / 4)) / (n + z2);
  const lower = ((k / n) * (k / (n + z2))) / upper;
  return [lower, upper];
}
