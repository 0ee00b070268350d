import type { Streams, StreamSource } from '../../random/generator.ts';
import { seedOf } from '../../random/seeding.ts';

/**
 * What a program seeds its own generator with, one entry per permutation. Scheme `sha256-32`: the permutation's seed, 0 .. 2^32 - 1, as `permafrost seeds` and
 * failures.csv have it. Scheme `philox`: the first four 32-bit outputs of the permutation's stream.
 */
export type Seeds = readonly number[] | readonly (readonly number[])[];

/** Words of a seed with scheme philox. */
export const SEED_WORDS = 4;

export function seedsOf(streams: Streams): Seeds {
  const { source, first, count } = streams;
  if (source.scheme === 'sha256-32') {
    const seeds = new Array<number>(count);
    for (let i = 0; i < count; i += 1) seeds[i] = seedOf(source.base_seed, first + i);
    return seeds;
  }
  return Array.from({ length: count }, (_, i) => {
    const rng = streams.rng(i);
    return Array.from({ length: SEED_WORDS }, () => rng.uint32());
  });
}

/**
 * Two words that are the cell's own, for a generator that counts: with perm_index in its counter it draws a whole chunk at once. With shared streams they are
 * the group's. Scheme `sha256-32`: the cell's base seed, and 0. Scheme `philox`: its key.
 */
export function keyOf(source: StreamSource): readonly [number, number] {
  return source.scheme === 'sha256-32' ? [source.base_seed, 0] : source.key;
}
