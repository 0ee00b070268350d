import { hash } from 'node:crypto';
import type { Antithetic, GeneratorName, StreamSource } from './generator.ts';

/** The seed schemes. `sha256-32`: a base seed per cell, a stride per permutation. `philox`: a key per cell, the permutation in the counter. */
export const SCHEMES = ['sha256-32', 'philox'] as const;
export type Scheme = (typeof SCHEMES)[number];

/** The `seed` block of a study, complete. It is part of the experiment as it is. */
export interface Seed {
  /** 0 .. 2^32 - 1. */
  readonly global: number;
  /** 0 (none) .. 2^32 - 1; the cells' offsets are taken modulo it. Only `sha256-32`. */
  readonly stride: number;
  readonly scheme: Scheme;
  readonly generator: GeneratorName;
  /** Only `philox`: separates studies with the same seed and cell ids. Default empty. */
  readonly namespace: string;
}

/**
 * Whether every cell draws from streams of its own, or all from those of one group (common random numbers).
 * The group's name takes the place of the cell id in the scheme. Either way permutations may be antithetic pairs.
 */
export type Sharing = Antithetic &
  ({ readonly sharing: 'independent' } | { readonly sharing: 'shared'; readonly group: string });

/** The group of `streams: shared`. */
export const SHARED_GROUP = '*crn*';

/** What separates the seeds of two neighbouring permutations. Odd, so that all 2^32 permutations of a cell have different seeds. */
export const PERMUTATION_STRIDE = 1000003;

/** 1 / 1000003 modulo 2^32: base x inverse is the cell's place on the circle of seeds, counted in permutations. */
export const INVERSE_STRIDE = 2021759595;

/** No cell has more permutations than there are seeds. */
export const MAX_PERMUTATIONS = 4294967296;

/**
 * Base seed of a cell, scheme `sha256-32`: offset = first 32 bits of SHA-256(UTF-8 of the id), modulo `stride` where that is not 0;
 * base = (global + offset) mod 2^32. No Unicode normalisation.
 */
export function baseSeed(id: string, global: number, stride: number): number {
  const first = hash('sha256', id, 'buffer').readUInt32BE(0);
  return (global + (stride > 0 ? first % stride : first)) >>> 0;
}

/** Seed of one permutation, scheme `sha256-32`: (base + perm x 1000003) mod 2^32. `perm` is 0 .. 2^32 - 1. */
export function seedOf(base: number, perm: number): number {
  return (base + Math.imul(perm, PERMUTATION_STRIDE)) >>> 0;
}

/**
 * Key of a cell, scheme `philox`: big-endian words 0 and 1 of SHA-256 over
 * "mc-philox-v1" NUL global in decimal NUL namespace NUL id.
 */
export function philoxKey(id: string, global: number, namespace: string): readonly [number, number] {
  const digest = hash('sha256', `mc-philox-v1\0${global}\0${namespace}\0${id}`, 'buffer');
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)];
}

/** Where the streams of one cell come from. With shared streams every cell of the group gets the same source. */
export function streamSource(cell_id: string, seed: Seed, streams: Sharing): StreamSource {
  const id = streams.sharing === 'shared' ? streams.group : cell_id;
  const pairs: Antithetic = streams.antithetic === true ? { antithetic: true } : {};
  if (seed.generator === 'philox') {
    return { scheme: 'philox', generator: 'philox', key: philoxKey(id, seed.global, seed.namespace), ...pairs };
  }
  return {
    scheme: 'sha256-32',
    generator: seed.generator,
    base_seed: baseSeed(id, seed.global, seed.stride),
    ...pairs,
  };
}
