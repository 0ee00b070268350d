import type { Rng } from '../../../src/random/generator.ts';
import { createStreams } from '../../../src/random/streams.ts';

/** The stream of one permutation, as the engine gives it. All share one object: use one up before asking for the next. */
export function permutation(perm_index: number, base_seed = 1337): Rng {
  return createStreams({ scheme: 'sha256-32', generator: 'alea', base_seed }, perm_index, 1).rng(0);
}
