import assert from 'node:assert/strict';
import { Deviations } from './deviations.ts';
import { fsum } from './fsum.ts';
import { selectRanks } from './select-ranks.ts';

/** An estimate and its Monte Carlo standard error, in the unit of the values. */
export interface Estimate {
  readonly estimate: number;
  readonly se: number;
}

/**
 * Conditional value at risk of the lower tail: the mean of the ceil(n a) smallest of n values, 0 < a <= 1.
 * SE = sqrt((Var(X | tail) + (1 - a) (q - CVaR)^2) / (n a)), q the largest value of the tail, the variance with Bessel's
 * correction. Source: Acerbi, Tasche 2002, doi:10.1016/S0378-4266(02)00283-2; SE from the influence function.
 * Values are finite, in any order; the array is left as it is. NaN for no values, NaN error for a tail of one.
 * For an upper tail pass the values negated and negate the estimate.
 */
export function cvar(values: Float64Array, a: number): Estimate {
  assert(a > 0 && a <= 1, `a tail is a share of (0, 1], not ${a}`);
  const n = values.length;
  if (n === 0) return { estimate: NaN, se: NaN };
  const copy = values.slice();
  const size = Math.min(n, Math.max(1, Math.ceil(n * a * (1 - 4 * Number.EPSILON))));
  selectRanks(copy, [size - 1]);
  const tail = copy.subarray(0, size);
  const q = copy[size - 1]!;
  const estimate = fsum(tail) / size;
  const deviations = new Deviations(estimate);
  deviations.add(tail);
  return { estimate, se: Math.sqrt((deviations.variance + (1 - a) * (q - estimate) * (q - estimate)) / (n * a)) };
}
