import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinIndex, equalMassBins } from '../../../src/models/llm-scheduler/bins.ts';

describe('bins of equal mass', () => {
  test('are cut at the quantiles; the last ends at 10000', () => {
    expect(equalMassBins(Int32Array.of(40, 10, 30, 20, 50), 4)).toEqual([
      [10, 20],
      [20, 30],
      [30, 40],
      [40, 10_000],
    ]);
  });

  test('one bin holds everything up to 10000', () => {
    expect(equalMassBins(Int32Array.of(5, 6), 1)).toEqual([[0, 10_000]]);
  });

  test('repeated quantiles give empty bins, which are kept', () => {
    expect(equalMassBins(Int32Array.of(7, 7, 7, 7, 90), 4)).toEqual([
      [7, 7],
      [7, 7],
      [7, 7],
      [7, 10_000],
    ]);
  });

  test('lengths beyond the counting table are sorted all the same', () => {
    expect(equalMassBins(Int32Array.of(60_000, 1, 2), 2)).toEqual([
      [1, 2],
      [2, 10_000],
    ]);
  });
});

test('a length goes to the first bin that holds it; below all bins as asked, else to the last', () => {
  const bins = fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 9000 }))
      .map(([low, width]) => [low, low + width] as const),
    { minLength: 1, maxLength: 6 },
  );
  const length = fc.integer({ min: 0, max: 50_000 });
  fc.assert(
    fc.property(bins, length, fc.constantFrom('first', 'last' as const), (list, value, below) => {
      const found = list.findIndex(([low, high]) => low <= value && value < high);
      const isBelow = list.every(([low]) => value < low);
      const expected = found >= 0 ? found : isBelow && below === 'first' ? 0 : list.length - 1;
      expect(new BinIndex(list, below).of(value)).toBe(expected);
    }),
    { numRuns: 500 },
  );
});
