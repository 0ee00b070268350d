import assert from 'node:assert/strict';
import { binomial, binomialCdf, binomialPmf, binomialSurvival } from './binomial.ts';
import { ALPHA, type Interval } from './interval.ts';
import { wilson } from './wilson.ts';

/**
 * Clopper and Pearson's exact interval of a proportion k / n: coverage at least 1 - alpha for every true proportion.
 * Lower end: P(X >= k) = alpha / 2, upper end: P(X <= k) = alpha / 2; 0 for k = 0 and 1 for k = n.
 * k = 0 gives the upper end 1 - (alpha / 2)^(1/n), about 3.7 / n. [NaN, NaN] for n = 0.
 * Source: Clopper, Pearson 1934, doi:10.1093/biomet/26.4.404. Relative error about 1e-12.
 */
export function clopperPearson(k: number, n: number, alpha: number = ALPHA): Interval {
  assert(Number.isInteger(k) && k >= 0 && k <= n, `a count is an integer 0 .. ${n}, not ${k}`);
  if (n === 0) return [NaN, NaN];
  const [lower, upper] = wilson(k, n);
  return [k === 0 ? 0 : solve(k, n, alpha / 2, 'lower', lower), k === n ? 1 : solve(k, n, alpha / 2, 'upper', upper)];
}

/**
 * Newton's method on the tail probability, kept inside a bracket by bisection.
 * d/dp P(X >= k) = k P(X = k) / p and d/dp P(X <= k) = -(n - k) P(X = k) / (1 - p).
 */
function solve(k: number, n: number, goal: number, end: 'lower' | 'upper', start: number): number {
  let low = 0;
  let high = 1;
  let p = Math.min(Math.max(start, Number.MIN_VALUE), 1 - Number.EPSILON);
  for (let step = 0; step < 200; step++) {
    const distribution = binomial(n, p);
    const pmf = binomialPmf(distribution, k);
    const excess = (end === 'lower' ? binomialSurvival(distribution, k) : binomialCdf(distribution, k)) - goal;
    const slope = end === 'lower' ? (k * pmf) / p : (-(n - k) * pmf) / (1 - p);
    const correction = excess / slope; // infinite or NaN far out, where nothing is left of the weight
    if (Math.abs(correction) <= 1e-14 * p) return p - correction;
    if (excess > 0 === (end === 'lower')) high = p;
    else low = p;
    const next = p - correction;
    p = next > low && next < high ? next : (low + high) / 2;
  }
  return p;
}
