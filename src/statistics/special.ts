import { log } from '../random/math.ts';

/**
 * The special functions of this folder, from + - * / and sqrt alone: the same bits on every machine and Node version, which
 * Math.log and Math.exp, and so the libraries that are built on them, do not promise: the intervals in summary.json are made with
 * these. Everything about the binomial distribution is in binomial.ts and needs none of them.
 */

/** The standard normal quantile of 0.975: the z of a 95 % interval. */
export const Z_95 = 1.959963984540054;

/** Bernoulli numbers B_2k / (2k (2k - 1)), k = 1 .. 7, of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
const HALF_LN_2_PI = 0.9189385332046727;

/** ln Gamma(x) for x > 0: Stirling's series (NIST DLMF 5.11.1) from x >= 10 on, reached by recurrence. Relative error about 1e-15. */
export function lnGamma(x: number): number {
  let shift = 1;
  let y = x;
  while (y < 10) {
    shift *= y;
    y += 1;
  }
  const inverse = 1 / y;
  const inverse2 = inverse * inverse;
  let series = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series * inverse2 + STIRLING[k]!;
  return (y - 0.5) * log(y) - y + HALF_LN_2_PI + series * inverse - log(shift);
}
