import assert from 'node:assert/strict';
import { ALPHA, type Interval } from './interval.ts';
import { ln, lnGamma } from './special.ts';

const LN_PI = 1.1447298858494002; // ln B(1/2, 1/2)

/**
 * Log evidence against a proportion p after k events in n: ln(B(k + 1/2, n - k + 1/2) / B(1/2, 1/2) / (p^k (1 - p)^(n - k))),
 * the beta mixture (Jeffreys' weights) of likelihood ratios. Under p its exponential is a martingale with mean 1, so it
 * ever reaches 1 / alpha with probability at most alpha, however often one looks (Ville's inequality).
 * Source: Robbins 1970, doi:10.1214/aoms/1177696786; Howard et al. 2021, doi:10.1214/20-AOS1991.
 */
export function mixtureEvidence(k: number, n: number, p: number): number {
  assert(Number.isInteger(k) && k >= 0 && k <= n, `a count is an integer 0 .. ${n}, not ${k}`);
  const mixture = lnGamma(k + 0.5) + lnGamma(n - k + 0.5) - lnGamma(n + 1) - LN_PI;
  return mixture - (k === 0 ? 0 : k * ln(p)) - (k === n ? 0 : (n - k) * ln(1 - p));
}

/**
 * All proportions that the evidence does not yet reject: an interval that holds the true one at every n at once with
 * probability 1 - alpha, for any number of looks and any stopping rule. Wider than Wilson's at a single n.
 */
export function confidenceSequence(k: number, n: number, alpha: number = ALPHA): Interval {
  if (n === 0) return [0, 1];
  const goal = ln(1 / alpha);
  const best = k / n;
  /** Between `inside` (not rejected) and `outside` (rejected, or the end of the scale). */
  const edge = (insideFrom: number, outsideFrom: number): number => {
    let inside = insideFrom;
    let outside = outsideFrom;
    for (let step = 0; step < 100; step++) {
      const p = (inside + outside) / 2;
      if (p === inside || p === outside) break;
      if (mixtureEvidence(k, n, p) < goal) inside = p;
      else outside = p;
    }
    return outside;
  };
  return [k === 0 ? 0 : edge(best, 0), k === n ? 1 : edge(best, 1)];
}

/**
 * Which side of `threshold` the true proportion is on, valid at any number of looks: wrong with probability at most alpha
 * over the whole run.
 */
export function decideProportion(
  k: number,
  n: number,
  threshold: number,
  alpha: number = ALPHA,
): 'above' | 'below' | 'undecided' {
  assert(threshold > 0 && threshold < 1, `a threshold strictly between 0 and 1, not ${threshold}`);
  if (n === 0 || mixtureEvidence(k, n, threshold) < ln(1 / alpha)) return 'undecided';
  return k / n > threshold ? 'above' : 'below';
}
