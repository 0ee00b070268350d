import { aleaOfWords, aleaState, nextAlea, seedAlea } from '#native-free/alea';
import { BEGINNINGS, LANES } from '#native-free/alea/layout';
import { createTape, LEFT, MOST, PORTION } from '#native-free/alea/wasm';
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, test } from 'vitest';

const word = fc.integer({ min: 0, max: 0xffffffff });
const seedOf = (base_seed: number, perm_index: number) => (base_seed + Math.imul(perm_index, 1000003)) >>> 0;
const tape = createTape();

/** The first `count` uniforms of the stream started last: those of the tape, then those behind it. */
function read(count: number): number[] {
  const behind = aleaOfWords(tape.stream);
  return Array.from({ length: count }, () => {
    const left = tape.stream[LEFT]!;
    if (left === 0) return behind() * 2 ** -32;
    tape.stream[LEFT] = left - 1;
    return tape.uniforms[left - 1]!;
  });
}

/** How many of the first `count` uniforms differ from those of the package. */
function differing(seed: number, count: number): number {
  const uniform = seedrandom.alea(String(seed));
  return read(count).filter((u) => u !== uniform()).length;
}

describe('a tape', () => {
  test('holds the beginning of the stream of seedrandom alea, and the generator behind it goes on', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 40 }), (base_seed, perm_index, portions) => {
        tape.start(base_seed, perm_index, portions * PORTION);
        expect(tape.stream[LEFT]).toBe(portions * PORTION);
        expect(differing(seedOf(base_seed, perm_index), portions * PORTION + 40)).toBe(0);
      }),
      { numRuns: 1500 },
    );
  });

  test('of every length is exact in its last lane and behind it', () => {
    const state = aleaState();
    for (let length = PORTION; length <= MOST; length += 7 * PORTION) {
      tape.start(9, length, length);
      seedAlea(state, seedOf(9, length));
      let different = 0;
      for (const u of read(length + 6)) if (u !== (nextAlea(state) >>> 0) * 2 ** -32) different++;
      expect([length, different]).toEqual([length, 0]);
    }
    tape.start(9, 5, MOST);
    expect(differing(seedOf(9, 5), MOST + 6)).toBe(0);
  });

  // One product in some 5,000 ends above the modulus. Nearly always the words would be the same without taking it away.
  test('begins every lane with the very state that stepping reaches', () => {
    const beginnings = new Uint32Array(tape.uniforms.buffer, BEGINNINGS, 4 * LANES);
    const state = aleaState();
    let different = 0;
    for (let perm_index = 0; perm_index < 40_000; perm_index++) {
      tape.start(77, perm_index, PORTION);
      seedAlea(state, seedOf(77, perm_index));
      for (let at = 0; at < 4 * LANES; at += 4) {
        const words = [state.s0 >>> 0, state.s1 >>> 0, state.s2 >>> 0, state.carry];
        if (words.some((word, w) => word !== beginnings[at + w])) different++;
        for (let step = 0; step < PORTION / LANES; step++) nextAlea(state);
      }
    }
    expect(different).toBe(0);
  });

  test('starts permutations in any order, twice, beyond the eight that are seeded together, of several cells in turn', () => {
    const starts = fc.array(fc.tuple(fc.constantFrom(0, 1, 0xfffffff0), fc.integer({ min: 0, max: 20 })), {
      minLength: 2,
      maxLength: 30,
    });
    fc.assert(
      fc.property(starts, fc.constantFrom(0, 4294967275), (order, from) => {
        for (const [base_seed, i] of order) {
          tape.start(base_seed, from + i, PORTION);
          expect(differing(seedOf(base_seed, from + i), PORTION + 3)).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('has memory of its own', () => {
    const other = createTape();
    tape.start(1, 2, PORTION);
    other.start(3, 4, PORTION);
    expect(differing(seedOf(1, 2), 60)).toBe(0);
  });
});

test('alea of words is alea, over a million draws of one stream', () => {
  const state = aleaState();
  seedAlea(state, 4294967294);
  const next = aleaOfWords(Uint32Array.of(0, state.s0, state.s1, state.s2, state.carry));
  let different = 0;
  for (let i = 0; i < 1_000_000; i++) if (next() !== nextAlea(state) >>> 0) different++;
  expect(different).toBe(0);
});
