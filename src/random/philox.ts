/**
 * Philox4x32-10: a block cipher as a generator. Any draw of any permutation is one function of key and counter.
 *
 * Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3",
 * doi:10.1145/2063384.2063405. Here: key = two words of the cell, counter = (block, component, perm_index, 0), the
 * four words of a block used in order; a model draws from component 0 unless it names substreams.
 */
import type { Rng } from './generator.ts';
import { substreamsOf } from './substreams.ts';

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
/** Key schedule: the golden ratio and sqrt(3) - 1, as fractions of 2^32. */
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const TO_UNIT = 1 / 4294967296;

/** High word of the product of two unsigned 32-bit words, by 16-bit halves. Returns an int32. */
function highWord(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carry = a0 * b1 + (middle & 0xffff);
  // Both sums are at most (2^16 - 1) 2^16, so they fit 32 bits.
  return (a1 * b1 + (middle >>> 16) + (carry >>> 16)) | 0;
}

/** One block: the four words for `counter` (c0 .. c3) under key (k0, k1), written to `out` as unsigned words. */
export function philoxBlock(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = highWord(M0, c0);
    const low0 = Math.imul(M0, c0);
    const high1 = highWord(M1, c2);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** An `Rng` of scheme `philox`. */
export interface PhiloxRng extends Rng {
  /** To the beginning of the stream of permutation `perm_index` under the two key words. */
  restart(key: readonly [number, number], perm_index: number): void;
}

/** The generator `philox`. `component` is 0 for the stream a model draws from unless it names a substream. */
export function createPhilox(component = 0, substreamOfRoot?: Rng['substream']): PhiloxRng {
  const block = new Uint32Array(4);
  let key: readonly [number, number] = [0, 0];
  let perm = 0;
  let next_block = 0;
  let used = 4;
  const step = (): number => {
    if (used === 4) {
      philoxBlock(block, next_block, component, perm, 0, key[0], key[1]);
      next_block++;
      used = 0;
    }
    return block[used++]!;
  };
  const rng = (): number => step() * TO_UNIT;
  const index = (m: number): number => Math.floor(step() * TO_UNIT * m);
  const fill = (values: Float64Array): void => {
    for (let k = 0; k < values.length; k += 1) values[k] = step() * TO_UNIT;
  };
  const restart = (newKey: readonly [number, number], perm_index: number): void => {
    key = newKey;
    perm = perm_index;
    next_block = 0;
    used = 4;
  };
  const substream =
    substreamOfRoot ??
    substreamsOf(createPhilox, (child) => {
      child.restart(key, perm);
    });
  return Object.assign(rng, { uint32: step, index, fill, substream, restart });
}
