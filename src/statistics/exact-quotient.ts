import assert from 'node:assert/strict';

/**
 * The double nearest to (sum of `terms` + `overflow` 2^1024) / n, ties to even, in integer arithmetic: for a sum that is past the range
 * of doubles while its mean is not. `terms` are finite, n is an integer from 1 to 2^53.
 */
export function exactQuotient(terms: readonly number[], overflow: number, n: number): number {
  assert(Number.isSafeInteger(n) && n >= 1, `a divisor is an integer >= 1, not ${n}`);
  let sum = BigInt(overflow) << BigInt(1024 + UNIT);
  for (const term of terms) sum += inUnits(term);
  const size = sum < 0n ? -sum : sum;
  // All bits but the first 64 only matter for whether there is anything behind those: one bit says so. Then the conversion rounds, once.
  const whole = size / BigInt(n);
  const surplus = Math.max(0, whole.toString(2).length - 64);
  const first = whole >> BigInt(surplus);
  const isExact = (first << BigInt(surplus)) * BigInt(n) === size;
  const nearest = Number((first << 1n) | (isExact ? 0n : 1n));
  const halfway = Math.trunc((surplus - 1 - UNIT) / 2);
  const scaled = nearest * powerOfTwo(halfway) * powerOfTwo(surplus - 1 - UNIT - halfway);
  return sum < 0n ? -scaled : scaled;
}

/** 2^-1074 is the smallest double, and the unit here. */
const UNIT = 1074;

const view = new DataView(new ArrayBuffer(8));

/** x / 2^-1074, exact for every finite double. */
function inUnits(x: number): bigint {
  view.setFloat64(0, x);
  const word = view.getBigUint64(0);
  const exponent = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const size = exponent === 0 ? fraction : (fraction | 0x10000000000000n) << BigInt(exponent - 1);
  return word >> 63n === 1n ? -size : size;
}

function powerOfTwo(exponent: number): number {
  view.setBigUint64(0, BigInt(exponent + 1023) << 52n);
  return view.getFloat64(0);
}
