/** Alea, the default generator: bit for bit the stream of `alea(seed)` of the package seedrandom 3.0.5 (native-free/alea.ts). */
import { aleaState, nextAlea, seedAlea } from '#native-free/alea';

import type { Rng } from './generator.ts';
import { seededRng, type SeededRng } from './seeded.ts';

/** The generator `alea`. */
export function createAlea(substreamOfRoot?: Rng['substream']): SeededRng {
  const state = aleaState();
  const step = (): number => nextAlea(state);
  const start = (seed: number): void => {
    seedAlea(state, seed);
  };
  return seededRng(step, start, createAlea, substreamOfRoot);
}
