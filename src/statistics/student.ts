import assert from 'node:assert/strict';

import { exp, log } from '../random/math.ts';
import { normalQuantile } from '../random/normal.ts';
import { lnGamma } from './special.ts';

/** From this many degrees of freedom on the expansion about the normal quantile has all digits. */
const MANY = 1000;

/**
 * The t that a variate of Student's distribution with `df` degrees of freedom (a real number >= 1) exceeds with probability `tail`,
 * 0 < tail <= 1/2. Relative error below 1e-10 for tails from 1e-9 on.
 * Sources: NIST DLMF 8.17 (incomplete beta function, 8.17.22 its continued fraction) inverted by Newton's method; from 1,000 degrees of
 * freedom on Abramowitz, Stegun 1964, 26.7.5.
 */
export function studentQuantile(tail: number, df: number): number {
  assert(tail > 0 && tail <= 0.5, `a tail is a probability up to 1/2, not ${tail}`);
  assert(df >= 1, `degrees of freedom are at least 1, not ${df}`);
  const z = -normalQuantile(tail);
  if (df >= MANY) return expansion(z, df);
  const distribution = new Student(df);
  // Below the quantile, where the tail is convex: every step of Newton's method stays below it and the last ones double the digits.
  let t = z;
  for (let step = 0; step < 200; step++) {
    const next = t + (distribution.tail(t) - tail) / distribution.density(t);
    if (!(next - t > 1e-14 * next)) return Math.max(t, next);
    t = next;
  }
  return t;
}

function expansion(z: number, df: number): number {
  const z2 = z * z;
  const g1 = (z * (z2 + 1)) / 4;
  const g2 = (z * ((5 * z2 + 16) * z2 + 3)) / 96;
  const g3 = (z * (((3 * z2 + 19) * z2 + 17) * z2 - 15)) / 384;
  const g4 = (z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945)) / 92160;
  return z + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df;
}

class Student {
  readonly #df: number;
  /** ln of 1 / B(df / 2, 1 / 2). */
  readonly #lnInverseBeta: number;

  constructor(df: number) {
    this.#df = df;
    this.#lnInverseBeta = lnGamma((df + 1) / 2) - lnGamma(df / 2) - lnGamma(0.5);
  }

  density(t: number): number {
    const df = this.#df;
    return exp(this.#lnInverseBeta - ((df + 1) / 2) * log(1 + (t * t) / df)) / Math.sqrt(df);
  }

  /** P(T > t), t >= 0: half of I_x(df / 2, 1 / 2) at x = df / (df + t^2). */
  tail(t: number): number {
    const a = this.#df / 2;
    const b = 0.5;
    const x = this.#df / (this.#df + t * t);
    const y = (t * t) / (this.#df + t * t);
    if (y === 0) return 0.5;
    const factor = exp(this.#lnInverseBeta + a * log(x) + b * log(y));
    return x < (a + 1) / (a + b + 2)
      ? (factor * continuedFraction(a, b, x)) / a / 2
      : (1 - (factor * continuedFraction(b, a, y)) / b) / 2;
  }
}

/** DLMF 8.17.22 by Lentz's method: I_x(a, b) = x^a (1 - x)^b / (a B(a, b)) times this. */
function continuedFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return value;

  function nonZero(term: number): number {
    return Math.abs(term) < tiny ? tiny : term;
  }
}
