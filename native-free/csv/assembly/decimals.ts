import { POWERS, POWER_MIN } from '../layout';

@inline export function power(k: i32): usize {
  return <usize>(POWERS + ((k - POWER_MIN) << 4));
}

/** The high word of a 64 x 64 bit product. */
@inline export function highWord(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const p01 = a0 * b1;
  const p10 = a1 * b0;
  const middle = ((a0 * b0) >> 32) + (p01 & 0xffffffff) + (p10 & 0xffffffff);
  return a1 * b1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

/** Eight digits 0. */
export const ASCII: u64 = 0x3030303030303030;
