import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { valuesAtRanks } from '../../src/statistics/bucket-ranks.ts';

/** Many values from a seed, of a kind that fills the buckets in its own way. */
const KINDS: Readonly<Record<string, (u: number, i: number) => number>> = {
  'spread evenly': (u) => u * 1000 - 500,
  'whole numbers': (u) => Math.floor(u * 7),
  'almost all in one bucket': (u, i) => (i === 77 ? 1e9 : u),
  'over all orders of magnitude': (u, i) => (u - 0.5) * 10 ** ((i % 600) - 300),
  'with infinities': (u, i) => (i % 1000 === 0 ? Infinity : i % 1000 === 1 ? -Infinity : u),
  'denormal differences': (u) => 5e-324 * Math.floor(u * 100),
  'the whole range of doubles': (u, i) => (i % 2 === 0 ? 1.7e308 : -1.7e308) * u,
  'all the same': () => 3.5,
};

describe('valuesAtRanks', () => {
  for (const [kind, valueOf] of Object.entries(KINDS)) {
    it(`finds what sorting finds: ${kind}`, () => {
      let state = 12345;
      const values = Float64Array.from({ length: 20_000 }, (_, i) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return valueOf(state / 2 ** 32, i) + 0;
      });
      const sorted = values.slice().sort();
      const ranks = [0, 1, 199, 200, 201, 5000, 9999, 10_000, 15_000, 19_800, 19_998, 19_999];
      const found = valuesAtRanks(values, ranks);
      expect(ranks.map((rank) => found.get(rank))).toEqual(ranks.map((rank) => sorted[rank]));
    });
  }

  it('finds what sorting finds, for any values and ranks', () => {
    const value = fc.double({ noNaN: true }).map((x) => x + 0);
    fc.assert(
      fc.property(fc.float64Array({ minLength: 1, maxLength: 50, noNaN: true }), value, fc.nat(), (some, one, nth) => {
        // Above the length from which on buckets are used.
        const values = Float64Array.from({ length: 5000 }, (_, i) => (i === 0 ? one : some[i % some.length]!) + 0);
        const sorted = values.slice().sort();
        const rank = nth % values.length;
        expect(valuesAtRanks(values, [rank, 0]).get(rank)).toBe(sorted[rank]);
      }),
    );
  });
});
