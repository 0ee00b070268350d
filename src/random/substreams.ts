import assert from 'node:assert/strict';

import type { Rng } from './generator.ts';

/** The numbers of named substreams begin here: below it are those that a model gives by itself. */
const FIRST_NAMED = 0x80000000;

/**
 * The component number of a named substream, 2^31 .. 2^32 - 1: FNV-1a over the UTF-16 code units of the name, its upper bit set. It is part of
 * every row that draws from the substream, so it never changes.
 * Source: Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv/ (offset basis 2166136261, prime 16777619).
 */
export function namedComponent(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash | FIRST_NAMED) >>> 0;
}

interface Substream<Child> {
  readonly component: number;
  readonly child: Child;
}

/**
 * `Rng.substream` of a generator: one object per component, made by `create` at first use and taken to its beginning by `restart` at every one.
 * A substream's own `substream` is that of its root, so numbers and names mean the same wherever they are asked for.
 */
export function substreamsOf<Child extends Rng>(
  create: (component: number, substream: Rng['substream']) => Child,
  restart: (child: Child, component: number) => void,
): Rng['substream'] {
  const numbered = new Map<number, Substream<Child>>();
  const named = new Map<string, Substream<Child>>();
  const byNumber = (component: number): Substream<Child> => {
    assert(
      Number.isInteger(component) && component >= 1 && component < 4294967296,
      'component: an integer 1 .. 2^32 - 1, or a name',
    );
    const found = numbered.get(component) ?? { component, child: create(component, substream) };
    numbered.set(component, found);
    return found;
  };
  const byName = (name: string): Substream<Child> => {
    assert(name !== '', 'component: a name of at least one character');
    const component = namedComponent(name);
    for (const [other, { component: taken }] of named) {
      // One pair of names in 2^31: seen at once, and in every permutation.
      assert(
        taken !== component,
        `substreams ${JSON.stringify(other)} and ${JSON.stringify(name)} have one number: rename one`,
      );
    }
    const found = byNumber(component);
    named.set(name, found);
    return found;
  };
  const substream = (which: number | string): Rng => {
    const { component, child } =
      typeof which === 'string' ? (named.get(which) ?? byName(which)) : (numbered.get(which) ?? byNumber(which));
    restart(child, component);
    return child;
  };
  return substream;
}
