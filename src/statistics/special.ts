import { HIGH_WORD } from './word-order.ts';

/**
 * The special functions of this folder, from + - * / and sqrt alone: the same bits on every machine and Node version,
 * which Math.log does not promise. Everything about the binomial distribution is in binomial.ts and needs none of them.
 */

const LN_2_HIGH = 0.6931471803691238; // 33 bits, so that exponent * LN_2_HIGH is exact
const LN_2_LOW = 1.9082149292705877e-10;
const SQRT_HALF = 0.7071067811865476;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/**
 * Natural logarithm of x > 0, finite: x = m 2^e with m in [sqrt(1/2), sqrt(2)), ln m = 2 atanh((m - 1) / (m + 1)) by its series.
 * Relative error below 1e-15.
 */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  let exponent = 0;
  let scaled = x;
  if (x < 2.2250738585072014e-308) {
    scaled = x * 18014398509481984; // 2^54: out of the subnormals
    exponent = -54;
  }
  double[0] = scaled;
  const high = words[HIGH_WORD]!;
  exponent += (high >>> 20) - 1022;
  words[HIGH_WORD] = (high & 0xfffff) | 0x3fe00000; // m in [1/2, 1)
  let m = double[0];
  if (m < SQRT_HALF) {
    m *= 2;
    exponent -= 1;
  }
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let series = 0;
  for (let k = 23; k >= 3; k -= 2) series = s2 * (1 / k + series);
  return exponent * LN_2_HIGH + (2 * s + (2 * s * series + exponent * LN_2_LOW));
}

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
  return (y - 0.5) * ln(y) - y + HALF_LN_2_PI + series * inverse - ln(shift);
}

/** The standard normal quantile of 0.975: the z of a 95 % interval. */
export const Z_95 = 1.959963984540054;

// Wichura's coefficients, highest power first.
const CENTRE_TOP = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
const CENTRE_BOTTOM = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
const TAIL_TOP = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const TAIL_BOTTOM = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const FAR_TOP = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const FAR_BOTTOM = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/**
 * Quantile of the standard normal distribution, p in (0, 1); relative error about 1e-15.
 * Source: Wichura 1988, algorithm AS 241 (PPND16), doi:10.2307/2347330.
 */
export function normalQuantile(p: number): number {
  const centred = p - 0.5;
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred;
    return (centred * polynomial(CENTRE_TOP, r)) / polynomial(CENTRE_BOTTOM, r);
  }
  const r = Math.sqrt(-ln(centred < 0 ? p : 1 - p));
  const size =
    r <= 5
      ? polynomial(TAIL_TOP, r - 1.6) / polynomial(TAIL_BOTTOM, r - 1.6)
      : polynomial(FAR_TOP, r - 5) / polynomial(FAR_BOTTOM, r - 5);
  return centred < 0 ? -size : size;
}
