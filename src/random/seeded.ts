import assert from 'node:assert/strict';
import type { Rng } from './generator.ts';

/** An `Rng` of scheme `sha256-32`: restarted in place from a 32-bit seed. */
export interface SeededRng extends Rng {
  /** Back to the beginning of the stream of `seed`, an integer 0 .. 2^32 - 1. */
  reseed(seed: number): void;
}

/**
 * The finaliser of MurmurHash3 (Austin Appleby, public domain): a bijection of the 32-bit integers that
 * lets every input bit reach every output bit. Returns 0 .. 2^32 - 1.
 */
export function fmix32(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The seed of substream `component` of the stream that `seed` starts. */
export function substreamSeed(seed: number, component: number): number {
  return fmix32(seed + Math.imul(component, 0x9e3779b9));
}

const TO_UNIT = 1 / 4294967296;

/**
 * The `Rng` of a generator: `step` gives its next 32-bit word (the sign does not matter), `start` goes to the beginning of the
 * stream of a seed, `create` makes the generator of a substream.
 */
export function seededRng(
  step: () => number,
  start: (seed: number) => void,
  create: (substreamOfRoot: Rng['substream']) => SeededRng,
  substreamOfRoot: Rng['substream'] | undefined,
): SeededRng {
  let current = 0;
  // `step` is one function for all three: less code to inline at a model's call sites, so more of them are inlined.
  const rng = (): number => (step() >>> 0) * TO_UNIT;
  const uint32 = (): number => step() >>> 0;
  // `| 0` is the floor: the product is below 2^21.
  const index = (m: number): number => ((step() >>> 0) * TO_UNIT * m) | 0;
  const reseed = (seed: number): void => {
    start(seed);
    current = seed;
  };
  const substream = substreamOfRoot ?? seededSubstreams(create, () => current);
  reseed(0);
  return Object.assign(rng, { uint32, index, substream, reseed });
}

/**
 * `Rng.substream` for a seeded generator: one object per component, made at first use and reseeded ever after.
 * A substream's own `substream` is that of its root, so component numbers mean the same wherever they are asked for.
 */
export function seededSubstreams(
  create: (substream: Rng['substream']) => SeededRng,
  currentSeed: () => number,
): Rng['substream'] {
  const children = new Map<number, SeededRng>();
  const substream = (component: number): Rng => {
    assert(
      Number.isInteger(component) && component >= 1 && component < 4294967296,
      'component: an integer 1 .. 2^32 - 1',
    );
    let child = children.get(component);
    if (child === undefined) {
      child = create(substream);
      children.set(component, child);
    }
    child.reseed(substreamSeed(currentSeed(), component));
    return child;
  };
  return substream;
}
