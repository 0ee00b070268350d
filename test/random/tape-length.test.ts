import { MOST, PORTION } from '#native-free/alea/wasm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawsSeen, FIRST_LENGTH, tapeLength, type DrawsSeen } from '../../src/random/tape-length.ts';

/** The lengths of the tapes of permutations that draw `counts`, one after the other. */
function lengths(counts: readonly number[]): number[] {
  let seen: DrawsSeen | undefined;
  return counts.map((count) => {
    const length = tapeLength(seen);
    seen = drawsSeen(seen, length, Math.max(length - count, 0));
    return length;
  });
}

describe('the length of a tape', () => {
  it('is a whole number of portions, at least one and at most the tape, whatever was drawn', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 200 }), (counts) => {
        for (const length of lengths(counts)) {
          expect(length % PORTION).toBe(0);
          expect(length).toBeGreaterThanOrEqual(PORTION);
          expect(length).toBeLessThanOrEqual(MOST);
        }
      }),
    );
  });

  it('is enough from the first permutation on where all draw equally much, and hardly more from the second on', () => {
    for (const count of [0, 1, 47, 48, 300, 1800, 8000]) {
      const [one, ...others] = lengths(Array.from({ length: 100 }, () => count));
      expect(one).toBe(FIRST_LENGTH);
      for (const length of others) {
        expect(length).toBeGreaterThan(count);
        expect(length).toBeLessThanOrEqual(count * (17 / 16) + PORTION + 1);
      }
    }
  });

  it('grows to what permutations draw where the first tape was too short, up to the cap', () => {
    const of = (count: number) => lengths(Array.from({ length: 300 }, () => count)).at(-1);
    expect(of(20_000)).toBeGreaterThan(20_000);
    expect(of(20_000)).toBeLessThan(22_000);
    expect(of(1_000_000)).toBe(MOST);
  });

  it('forgets one permutation that drew far more than the others', () => {
    const counts = Array.from({ length: 500 }, (_, i) => (i === 10 ? 30_000 : 100));
    const all = lengths(counts);
    expect(all[9]).toBe(144);
    expect(all[499]).toBe(144);
    expect(Math.max(...all.slice(11))).toBeLessThan(1000);
  });

  it('stays near twice the mean where a few permutations draw very much', () => {
    const counts = Array.from({ length: 2000 }, (_, i) => (i % 20 === 0 ? 2000 : 10));
    for (const length of lengths(counts).slice(200)) expect(length).toBeLessThan(2 * 300);
  });
});
