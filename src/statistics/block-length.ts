import assert from 'node:assert/strict';
import { fsum } from './fsum.ts';
import { mean } from './mean.ts';
import { ln } from './special.ts';

export interface BlockLength {
  /** Mean block length of the stationary bootstrap, and length of the circular block bootstrap; real numbers >= 1. */
  readonly stationary: number;
  readonly circular: number;
  /** Half-width M of the flat-top window [lags]. */
  readonly window: number;
  /** False below 50 values: the estimate says little then. */
  readonly reliable: boolean;
}

/**
 * Automatic block length for the bootstrap of dependent data: flat-top lag window, the window's start searched from lag 1.
 * Source: Politis, White 2004, doi:10.1081/ETC-120028836, with the correction of Patton, Politis, White 2009,
 * doi:10.1080/07474930802459016. (Python's `arch` starts the window one lag later.) At least two values, finite.
 */
export function blockLength(values: Float64Array): BlockLength {
  const n = values.length;
  assert(n >= 2, 'a block length needs two values at least');
  const centre = mean(values);
  const x = values.map((value) => value - centre);
  const covariance = (lag: number): number =>
    lag >= n ? 0 : fsum(x.subarray(lag).map((later, t) => later * x[t]!)) / n;

  const variance = covariance(0);
  const log10n = ln(n) / ln(10);
  const run = Math.max(5, Math.ceil(Math.sqrt(log10n)));
  const widest = Math.ceil(Math.sqrt(n)) + run;
  const window = Math.min(2 * lastCorrelatedLag(), widest);

  /** The smallest m >= 1 after which `run` autocorrelations in a row are insignificant; `widest` where there is none. */
  function lastCorrelatedLag(): number {
    const bound = 2 * Math.sqrt(log10n / n) * variance;
    let m = 1;
    for (let lag = 2; lag <= m + run; lag++) {
      if (Math.abs(covariance(lag)) >= bound) m = lag;
      if (m >= widest) return widest;
    }
    return m;
  }

  let g = 0;
  let g0 = variance;
  for (let lag = 1; lag <= window; lag++) {
    const s = lag / window;
    const weighted = 2 * (s <= 0.5 ? 1 : 2 * (1 - s)) * covariance(lag);
    g += weighted * lag;
    g0 += weighted;
  }
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3));
  const length = (d: number): number => (d > 0 ? Math.min(longest, Math.max(1, cubeRoot(((2 * g * g) / d) * n))) : 1);
  return {
    stationary: length(2 * g0 * g0),
    circular: length((4 / 3) * g0 * g0),
    window,
    reliable: n >= 50,
  };
}

/** By Newton's method from above, x >= 0 (Math.cbrt may differ in the last bit between machines). */
function cubeRoot(x: number): number {
  let y = Math.max(1, x);
  for (;;) {
    const next = (2 * y + x / (y * y)) / 3;
    if (!(next < y)) return y;
    y = next;
  }
}
