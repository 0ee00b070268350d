/**
 * Alea, the default generator: bit for bit the stream of `alea(seed)` of the package seedrandom 3.0.5.
 *
 * Source: Johannes Baagøe 2010, "Better random numbers for javascript"; the seeding hash Mash and the recurrence are
 * his, under the MIT licence (Copyright (C) 2010 by Johannes Baagøe <baagoe@baagoe.org>). The package carries
 * fractions in doubles; read as integers S = s 2^32 it is a lag-3 multiply-with-carry, exact in 32-bit arithmetic:
 *
 *   T = 2091639 S0 + C;  C = T >>> 32;  S = T mod 2^32;  u = S 2^-32.
 */
import type { Rng } from './generator.ts';
import { seededSubstreams } from './seeded.ts';
import type { SeededRng } from './seeded.ts';

const MULTIPLIER = 2091639;
/** floor(S0 x this) is the high word of the product: 32 + 21 bits fit a double, so nothing is rounded. */
const MULTIPLIER_HIGH = 2091639 / 4294967296;
const U32 = 4294967296;
const TO_UNIT = 1 / 4294967296;

/** Mash after the three blanks that every seeding starts with: its state, and the three words it gave. */
const MASH_START = 4022871197;
const MASH_FACTOR = 0.02519603282416938;

function mashed(n: number, code: number): number {
  const sum = n + code;
  let h = MASH_FACTOR * sum;
  let whole = Math.floor(h);
  h -= whole;
  h *= whole;
  whole = Math.floor(h);
  h -= whole;
  return whole + h * U32;
}
const BLANK_1 = mashed(MASH_START, 32);
const BLANK_2 = mashed(BLANK_1, 32);
const BLANK_3 = mashed(BLANK_2, 32);
const START_0 = BLANK_1 >>> 0;
const START_1 = BLANK_2 >>> 0;
const START_2 = BLANK_3 >>> 0;

/** Decimal digits of the seed, least significant first, as character codes. Written before it is read. */
const digits = new Int32Array(10);

/**
 * The state after seeding with the decimal text of `seed` (0 .. 2^32 - 1): writes S0, S1, S2, C to `state[0..3]`
 * as signed 32-bit words. No text is made: the digits are hashed as they come off the number.
 */
export function seedAlea(seed: number, state: Int32Array): void {
  let length = 0;
  let rest = seed >>> 0;
  do {
    const tenth = Math.floor(rest / 10);
    digits[length++] = 48 + (rest - tenth * 10);
    rest = tenth;
  } while (rest > 0);
  let n = BLANK_3;
  for (let i = length - 1; i >= 0; i--) n = mashed(n, digits[i]!);
  state[0] = START_0 - (n >>> 0);
  for (let i = length - 1; i >= 0; i--) n = mashed(n, digits[i]!);
  state[1] = START_1 - (n >>> 0);
  for (let i = length - 1; i >= 0; i--) n = mashed(n, digits[i]!);
  state[2] = START_2 - (n >>> 0);
  state[3] = 1;
}

const seeded = new Int32Array(4);

/** The generator `alea`. The state lives in the closure: one object, reseeded in place. */
export function createAlea(substreamOfRoot?: Rng['substream']): SeededRng {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let c = 1;
  let current = 0;
  const rng = (): number => {
    const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const low = (Math.imul(MULTIPLIER, s0) + c) | 0;
    c = high + (low >>> 0 < c ? 1 : 0);
    s0 = s1;
    s1 = s2;
    s2 = low;
    return (low >>> 0) * TO_UNIT;
  };
  const uint32 = (): number => {
    const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const low = (Math.imul(MULTIPLIER, s0) + c) | 0;
    c = high + (low >>> 0 < c ? 1 : 0);
    s0 = s1;
    s1 = s2;
    s2 = low;
    return low >>> 0;
  };
  const index = (m: number): number => {
    const high = ((s0 >>> 0) * MULTIPLIER_HIGH) | 0;
    const low = (Math.imul(MULTIPLIER, s0) + c) | 0;
    c = high + (low >>> 0 < c ? 1 : 0);
    s0 = s1;
    s1 = s2;
    s2 = low;
    return Math.floor((low >>> 0) * TO_UNIT * m);
  };
  const reseed = (seed: number): void => {
    seedAlea(seed, seeded);
    s0 = seeded[0]!;
    s1 = seeded[1]!;
    s2 = seeded[2]!;
    c = 1;
    current = seed;
  };
  const substream = substreamOfRoot ?? seededSubstreams(createAlea, () => current);
  reseed(0);
  return Object.assign(rng, { uint32, index, substream, reseed });
}
