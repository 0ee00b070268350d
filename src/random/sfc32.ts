/**
 * sfc32, "small fast counting": Chris Doty-Humphrey, PractRand (public domain). Four 32-bit words, the last a counter, so that
 * the period is at least 2^32. Started with a = 0, b = seed, c = 0, counter = 1 and 12 outputs discarded.
 */
import type { Rng } from './generator.ts';
import { seededRng, type SeededRng } from './seeded.ts';

/** The generator `sfc32`. */
export function createSfc32(substreamOfRoot?: Rng['substream']): SeededRng {
  const state = { a: 0, b: 0, c: 0, counter: 0 };
  const step = (): number => {
    const { b, c, counter } = state;
    const out = (state.a + b + counter) | 0;
    state.counter = (counter + 1) | 0;
    state.a = b ^ (b >>> 9);
    state.b = (c + (c << 3)) | 0;
    state.c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out;
  };
  const start = (seed: number): void => {
    state.a = 0;
    state.b = seed | 0;
    state.c = 0;
    state.counter = 1;
    for (let i = 0; i < 12; i++) step();
  };
  return seededRng(step, start, createSfc32, substreamOfRoot);
}
