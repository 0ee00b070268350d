/**
 * The generator `xor4096` of the package seedrandom 3.0.5, used as it is with Number (unsigned) seeds: Richard
 * Brent's xorgens, "Some long-period random number generators using shifts and xors", arXiv:1004.3115.
 * (The package takes seeds of 2^31 and above through its text path: another start, an equally sound stream.)
 */
import seedrandom from 'seedrandom';
import type { Rng } from './generator.ts';
import { seededRng, type SeededRng } from './seeded.ts';

/** The generator `xor4096`. Seeding makes a new generator of the package behind the one function object. */
export function createXor4096(substreamOfRoot?: Rng['substream']): SeededRng {
  let source = seedrandom.xor4096('0');
  const step = (): number => source.int32();
  const start = (seed: number): void => {
    // The types of the package only know text; a Number is another stream, and the one the specification names.
    source = seedrandom.xor4096(seed as unknown as string);
  };
  return seededRng(step, start, createXor4096, substreamOfRoot);
}
