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
