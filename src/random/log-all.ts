import { log } from './math.ts';

/** Values whose logarithms are taken together: what stands between the two loops stays in the first cache. */
const BLOCK = 512;
/** For a value that `log` has done already. */
const DONE = 0x7fffffff;

// As in math.ts.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LG1 = 0.6666666666666735;
const LG2 = 0.3999999999940942;
const LG3 = 0.2857142874366239;
const LG4 = 0.22222198432149784;
const LG5 = 0.1818357216161805;
const LG6 = 0.15313837699209373;
const LG7 = 0.14798198605116586;

/** Made when they are needed: nothing of this file may run in a model that does not use it. */
let exponents: Int32Array | undefined;

/**
 * The natural logarithm of every value, in place: to the bit what `log` gives for each, in a fifth of the time. The words of the array are changed where they
 * lie, all exponents first; a function of one number has to write it to memory and wait to read its words.
 */
export function logAll(values: Float64Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const high = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 1 : 0;
  const powers = (exponents ??= new Int32Array(BLOCK));
  for (let from = 0; from < values.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, values.length);
    reduce(values, words, high, powers, from, to);
    expand(values, words, high, powers, from, to);
  }
}

/** Value = 2^power (1 + f): 1 + f, in [sqrt(2) / 2, sqrt(2)), takes its place. */
function reduce(
  values: Float64Array,
  words: Int32Array,
  high: number,
  powers: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i += 1) {
    const word = words[2 * i + high]!;
    // Zero, subnormal, negative; infinite or NaN.
    if (word < 0x00100000 || word >= 0x7ff00000) {
      values[i] = log(values[i]!);
      powers[i - from] = DONE;
      continue;
    }
    const fraction = word & 0x000fffff;
    const above = (fraction + 0x95f64) & 0x100000;
    powers[i - from] = (word >> 20) - 1023 + (above >> 20);
    words[2 * i + high] = fraction | (above ^ 0x3ff00000);
  }
}

/** The series of `log` in math.ts, term by term. Where the power is 0 its terms are, and change no bit. */
function expand(
  values: Float64Array,
  words: Int32Array,
  high: number,
  powers: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i += 1) {
    const k = powers[i - from]!;
    if (k === DONE) continue;
    const fraction = words[2 * i + high]! & 0x000fffff;
    const f = values[i]! - 1;
    if ((0x000fffff & (2 + fraction)) < 3) {
      const R = f * f * (0.5 - 0.3333333333333333 * f);
      values[i] = f === 0 ? k * LN2_HIGH + k * LN2_LOW : k * LN2_HIGH - (R - k * LN2_LOW - f);
      continue;
    }
    const s = f / (2 + f);
    const z = s * s;
    const w = z * z;
    const t1 = w * (LG2 + w * (LG4 + w * LG6));
    const t2 = z * (LG1 + w * (LG3 + w * (LG5 + w * LG7)));
    const R = t2 + t1;
    if (((fraction - 0x6147a) | (0x6b851 - fraction)) > 0) {
      const half = 0.5 * f * f;
      values[i] = k * LN2_HIGH - (half - (s * (half + R) + k * LN2_LOW) - f);
    } else values[i] = k * LN2_HIGH - (s * (f - R) - k * LN2_LOW - f);
  }
}
