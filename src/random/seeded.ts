import type { Rng } from './generator.ts';
import { substreamsOf } from './substreams.ts';

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
  const fill = (values: Float64Array): void => {
    for (let k = 0; k < values.length; k += 1) values[k] = (step() >>> 0) * TO_UNIT;
  };
  const reseed = (seed: number): void => {
    start(seed);
    current = seed;
  };
  const substream = substreamOfRoot ?? seededSubstreams(create, () => current);
  reseed(0);
  return Object.assign(rng, { uint32, index, fill, substream, reseed });
}

/** `Rng.substream` of a seeded generator whose stream now is that of `currentSeed()`. */
export function seededSubstreams(
  create: (substream: Rng['substream']) => SeededRng,
  currentSeed: () => number,
): Rng['substream'] {
  return substreamsOf(
    (_, substream) => create(substream),
    (child, component) => {
      child.reseed(substreamSeed(currentSeed(), component));
    },
  );
}
