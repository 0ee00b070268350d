import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { MOST_VALUES, powersOf, tallyOf } from '#native-free/sums/sums';
import { Deviations } from '../../src/statistics/deviations.ts';
import { ExactSum } from '../../src/statistics/exact-sum.ts';
import { Tally } from '../../src/statistics/tally.ts';

function sumOf(values: Iterable<number>): number {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum.value();
}

/** Of a column that is a block or several, at an odd place: the module takes a copy. */
function blockOf(values: readonly number[]): Float64Array {
  return Float64Array.of(7, ...values).subarray(1);
}

const fours = (value: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc
    .array(value, { minLength: 4, maxLength: 200 })
    .map((values) => values.slice(0, values.length - (values.length % 4)));
const value = fc.double({ noNaN: true }).map((each) => each + 0);
const moderate = fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((each) => each + 0);

describe('tallyOf', () => {
  test('has the sum and the extremes, or says that it has not', () => {
    let n_told = 0;
    fc.assert(
      fc.property(fc.oneof(fours(value), fours(moderate)), (values) => {
        const found = tallyOf(blockOf(values), 0, values.length);
        if (found === undefined) return;
        n_told += 1;
        expect(values.every(Number.isFinite)).toBe(true);
        expect(sumOf(found.sum)).toBe(sumOf(values));
        expect(found.least).toBe(Math.min(...values));
        expect(found.greatest).toBe(Math.max(...values));
        expect(found.zero_or_one).toBe(values.every((each) => each === 0 || each === 1));
      }),
      { numRuns: 500 },
    );
    expect(n_told).toBeGreaterThan(100);
  });

  test('of zeros and ones it says that they are', () => {
    for (const [odd, expected] of [
      [1, true],
      [2, false],
      [0.5, false],
    ] as const) {
      const values = Array.from({ length: MOST_VALUES }, (_, i) => (i === 777 ? odd : i % 2));
      expect(tallyOf(blockOf(values), 0, MOST_VALUES)?.zero_or_one).toBe(expected);
    }
  });

  test('says nothing of a value that is not finite, of a sum past the range, of what is no multiple of four, and of too many', () => {
    const column = Array.from({ length: MOST_VALUES }, (_, i) => i / 7);
    expect(tallyOf(blockOf(column), 0, MOST_VALUES)).toBeDefined();
    for (const odd of [NaN, Infinity, -Infinity])
      expect(tallyOf(blockOf(column.with(500, odd)), 0, MOST_VALUES)).toBeUndefined();
    expect(tallyOf(new Float64Array(8).fill(1.7e308), 0, 8)).toBeUndefined();
    expect(tallyOf(blockOf(column), 0, 3)).toBeUndefined();
    expect(tallyOf(new Float64Array(2 * MOST_VALUES), 0, MOST_VALUES + 4)).toBeUndefined();
    // More bits than two doubles have: what was rounded off is seen.
    const wide = Float64Array.of(1e300, 0, 0, 0, 1, 0, 0, 0, 1e-300, 0, 0, 0);
    expect(tallyOf(wide, 0, wide.length)).toBeUndefined();
  });
});

test('powersOf has the sums of the powers, or says that it has not', () => {
  let n_told = 0;
  fc.assert(
    fc.property(fc.oneof(fours(value), fours(moderate)), moderate, (values, mean) => {
      const found = powersOf(blockOf(values), 0, values.length, mean);
      if (found === undefined) return;
      n_told += 1;
      const squares = values.map((each) => (each - mean) * (each - mean));
      expect(sumOf(found.squares)).toBe(sumOf(squares));
      expect(sumOf(found.fourths)).toBe(sumOf(squares.map((square) => square * square)));
    }),
    { numRuns: 500 },
  );
  expect(n_told).toBeGreaterThan(100);
});

/** Long columns go through the module, the same in short pieces through the twin: not a bit differs. */
test.each<[string, (u: number, i: number) => number]>([
  ['spread evenly', (u) => u * 1000 - 500],
  ['with many at the greatest', (u) => Math.min(u, 0.7)],
  ['zeros and ones', (u) => Math.floor(2 * u)],
  ['whole numbers', (u) => Math.floor(u * 7)],
  ['a few that are not finite', (u, i) => (i % 1500 === 1 ? NaN : i % 1999 === 2 ? Infinity : u)],
  ['over all orders of magnitude', (u, i) => (u - 0.5) * 10 ** ((i % 600) - 300)],
  ['very small', (u) => u * 1e-200],
  ['all the same', () => 3.5],
])('a long column is what its pieces are: %s', (_, valueOf) => {
  let state = 12345;
  const column = Float64Array.from({ length: 20_002 }, (_each, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return valueOf(state / 2 ** 32, i) + 0;
  });
  const tallies = [new Tally([0.5]), new Tally([0.5])] as const;
  tallies[0].add(column);
  const pieces = Array.from({ length: Math.ceil(column.length / 1000) }, (_each, k) =>
    column.slice(1000 * k, 1000 * (k + 1)),
  );
  for (const piece of pieces) tallies[1].add(piece);
  const told = (tally: Tally) => {
    const { n, n_nan, n_infinite, n_ones, min, max, n_at_max, mean, finite_mean, above } = tally;
    return { n, n_nan, n_infinite, n_ones, min, max, n_at_max, mean, finite_mean, above };
  };
  expect(told(tallies[0])).toEqual(told(tallies[1]));
  const deviations = [new Deviations(tallies[0]), new Deviations(tallies[0])] as const;
  deviations[0].add(column);
  for (const piece of pieces) deviations[1].add(piece);
  const powers = ({ sd, kurtosis, largest_share }: Deviations) => ({ sd, kurtosis, largest_share });
  expect(powers(deviations[0])).toEqual(powers(deviations[1]));
});
