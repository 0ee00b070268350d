import type { Rng } from '../../../src/random/generator.ts';
import { createStreams } from '../../../src/random/streams.ts';

/** The engine's own streams with its default generator: permutation `perm` of the cell with this base seed. */
export function streamOf(base_seed: number, perm: number): Rng {
  return createStreams({ scheme: 'sha256-32', generator: 'alea', base_seed }, perm, 1).rng(0);
}
