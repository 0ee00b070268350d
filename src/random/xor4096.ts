/**
 * The generator `xor4096` of the package seedrandom 3.0.5, used as it is with Number (unsigned) seeds: Richard
 * Brent's xorgens, "Some long-period random number generators using shifts and xors", arXiv:1004.3115.
 * (The package takes seeds of 2^31 and above through its text path: another start, an equally sound stream.)
 */
import seedrandom from 'seedrandom';
import type { Rng } from './generator.ts';
import { seededSubstreams } from './seeded.ts';
import type { SeededRng } from './seeded.ts';

const TO_UNIT = 1 / 4294967296;

/** The generator `xor4096`. Seeding makes a new generator of the package behind the one function object. */
export function createXor4096(substreamOfRoot?: Rng['substream']): SeededRng {
  let source = seedrandom.xor4096('0');
  let current = 0;
  const rng = (): number => (source.int32() >>> 0) * TO_UNIT;
  const uint32 = (): number => source.int32() >>> 0;
  const index = (m: number): number => Math.floor((source.int32() >>> 0) * TO_UNIT * m);
  const reseed = (seed: number): void => {
    // The types of the package only know text; a Number is another stream, and the one the specification names.
    source = seedrandom.xor4096(seed as unknown as string);
    current = seed;
  };
  const substream = substreamOfRoot ?? seededSubstreams(createXor4096, () => current);
  reseed(0);
  return Object.assign(rng, { uint32, index, substream, reseed });
}
