import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentiles, weightedPercentiles } from '../../../src/models/llm-scheduler/percentiles.ts';

const RANKS = [99, 50, 0, 95, 100, 90];

/** The definition, by sorting. */
function bySorting(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (rank / 100) * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  return low + ((sorted[below + 1] ?? low) - low) * (position - below);
}

test('percentiles(values, count, ranks) selects what sorting finds, in the order asked', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ noNaN: true, min: 0, max: 1e6 })), {
    minLength: 1,
    maxLength: 300,
  });
  fc.assert(
    fc.property(values, (list) => {
      const array = Float64Array.from([...list, -1, 1e9]); // beyond count: not looked at
      expect(percentiles(array, list.length, RANKS)).toEqual(RANKS.map((rank) => bySorting(list, rank)));
    }),
  );
});

test('weighted percentiles are the percentiles of the repeated values', () => {
  const weighted = fc.array(
    fc.record({ value: fc.integer({ min: 0, max: 50 }), count: fc.integer({ min: 1, max: 9 }) }),
    {
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(weighted, (list) => {
      const sorted = [...list].sort((a, b) => a.value - b.value);
      const repeated = sorted.flatMap(({ value, count }) => new Array<number>(count).fill(value));
      const result = weightedPercentiles(
        sorted.map(({ value }) => value),
        sorted.map(({ count }) => count),
        RANKS,
      );
      expect(result).toEqual(RANKS.map((rank) => bySorting(repeated, rank)));
    }),
  );
});

test('no values: zero', () => {
  expect(percentiles(new Float64Array(3), 0, [50, 99])).toEqual([0, 0]);
  expect(weightedPercentiles([], [], [50])).toEqual([0]);
});
