import { Deviations } from '../../src/statistics/deviations.ts';
import { estimateMean, type MeanEstimate } from '../../src/statistics/mean-estimate.ts';
import { quantileOf } from '../../src/statistics/quantile.ts';
import { Tally } from '../../src/statistics/tally.ts';

/** Small references for the tests of this folder: a plain generator, and exact arithmetic on doubles by BigInt. */

/** The linear congruential generator of the specification's vectors: s <- s 1664525 + 1013904223 mod 2^32, uniform s / 2^32. */
export function lcg(seed: number): () => number {
  let s = seed;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 4294967296;
  };
}

/** A standard normal variate by Box and Muller. */
export function normals(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** xorshift-mixed uniforms for simulations: the congruential low bits and lags are too regular for coverage. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 4294967296;
  };
}

const view = new DataView(new ArrayBuffer(8));

/** x 2^1074 as an integer: exact for every finite double. */
export function toInteger(x: number): bigint {
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const size = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - 1);
  return bits >> 63n === 1n ? -size : size;
}

/** The double nearest to integer 2^-1074, ties to even: the rounding written out, independently of any sum of doubles. */
export function toDouble(integer: bigint): number {
  const negative = integer < 0n;
  const size = negative ? -integer : integer;
  const bits = size.toString(2).length;
  let result: bigint;
  if (bits <= 53) {
    result = bits === 53 ? (1n << 52n) | (size & 0xfffffffffffffn) : size;
  } else {
    const drop = BigInt(bits - 53);
    let kept = size >> drop;
    const rest = size - (kept << drop);
    const half = 1n << (drop - 1n);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
    result = ((drop + 1n) << 52n) + (kept - (1n << 52n)); // a carry to 2^53 moves into the exponent by itself
  }
  if (result >= 0x7ff0000000000000n) return negative ? -Infinity : Infinity;
  view.setBigUint64(0, result);
  const value = view.getFloat64(0);
  return negative ? -value : value;
}

export function exactSum(values: Iterable<number>): number {
  let sum = 0n;
  for (const value of values) sum += toInteger(value);
  return toDouble(sum);
}

/** 997 values 0 .. 100, whose moments and quantiles the tests know from Python (math.fsum, numpy, scipy). */
export function pythonSample(): Float64Array {
  const uniform = lcg(12345);
  for (let i = 0; i < 2000; i++) uniform();
  return Float64Array.from({ length: 997 }, () => uniform() * 100);
}

/** The mean of values in one array, with its error. */
export function meanOf(values: Float64Array): MeanEstimate {
  const tally = new Tally([]);
  tally.add(values);
  const deviations = new Deviations(tally);
  deviations.add(values);
  return estimateMean(tally, deviations);
}

/** Quantile q of values in any order, NaN not among them. */
export function quantile(values: Float64Array, q: number): number {
  const sorted = values.slice().sort();
  return quantileOf((rank) => sorted[rank]!, sorted.length, q);
}
