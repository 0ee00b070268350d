import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { orderStatisticRank } from '../../src/statistics/order-statistic.ts';
import { errorOfInterval, intervalRanks, quantileInterval } from '../../src/statistics/quantile-interval.ts';
import { RankSearch } from '../../src/statistics/rank-search.ts';
import { selectRanks } from '../../src/statistics/select-ranks.ts';
import { TailMean, tailSize } from '../../src/statistics/tail-mean.ts';
import { pythonSample, quantile, uniforms } from './reference.ts';

// Thousands of samples are drawn; a busy machine is slow at that.
vi.setConfig({ testTimeout: 60_000 });

const ordered = fc.double({ noNaN: true }).map((x) => x + 0);
const columns: [string, (i: number, uniform: () => number) => number][] = [
  ['uniform', (_, u) => u()],
  ['ascending', (i) => i],
  ['descending', (i) => 5000 - i],
  ['constant', () => 7],
  ['few values', (_, u) => Math.floor(4 * u())],
  ['organ pipe', (i) => Math.min(i, 5000 - i)],
  ['both infinities', (_, u) => (u() < 0.1 ? -Infinity : u() < 0.1 ? Infinity : u())],
  ['heavy tail', (_, u) => (u() - 0.5) / u()],
];

describe('quantile', () => {
  test('is numpy’s type 7, bit for bit', () => {
    const qs = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1, 0.333];
    expect(qs.map((q) => quantile(pythonSample(), q))).toEqual([
      0.005908263847231865, 0.6730301631614566, 4.229177497327329, 23.222042084671557, 50.83100681658834,
      74.38812735490501, 93.5522463498637, 98.4104191949591, 99.83044033870101, 32.29115059012547,
    ]);
  });

  test('next to an infinity it is the finite neighbour or the infinity, and NaN only between both', () => {
    expect(quantile(Float64Array.of(1, 2, Infinity), 0.5)).toBe(2);
    expect(quantile(Float64Array.of(1, 2, Infinity), 0.6)).toBe(Infinity);
    expect(quantile(Float64Array.of(1, 2, Infinity), 0.9)).toBe(Infinity);
    expect(quantile(Float64Array.of(-Infinity, 5), 0.3)).toBe(-Infinity);
    expect(quantile(Float64Array.of(-Infinity, -Infinity), 0.3)).toBe(-Infinity);
    expect(quantile(Float64Array.of(-Infinity, Infinity), 0.5)).toBeNaN();
    expect(quantile(new Float64Array(0), 0.5)).toBeNaN();
  });

  test('the order statistic of q is the one at ceil(n q), and a rounding error in n q does not move it', () => {
    expect(orderStatisticRank(1000, 0.05)).toBe(50);
    expect(orderStatisticRank(100, 0.07)).toBe(7);
    expect(orderStatisticRank(101, 0.05)).toBe(6);
    expect(orderStatisticRank(3, 0)).toBe(1);
    expect(orderStatisticRank(3, 1)).toBe(3);
  });
});

describe('selection', () => {
  test('selected ranks are those of the sorted values, for any values and ranks', () => {
    fc.assert(
      fc.property(
        fc.array(ordered, { minLength: 1, maxLength: 50 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (list, picks) => {
          const sorted = Float64Array.from(list).sort();
          const ranks = picks.map((pick) => pick % list.length);
          const copy = Float64Array.from(list);
          selectRanks(copy, ranks);
          const search = new RankSearch(picks.length);
          do search.add(Float64Array.from(list));
          while (search.endPass(() => ranks));
          for (const rank of ranks) {
            expect(copy[rank]).toBe(sorted[rank]);
            expect(search.valueAt(rank)).toBe(sorted[rank]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each(columns)('a column is selected exactly, in memory and in passes: %s', (_, make) => {
    const uniform = uniforms(1);
    const values = Float64Array.from({ length: 5000 }, (__, i) => make(i, uniform));
    const sorted = values.slice().sort();
    const ranks = [0, 1, 49, 50, 250, 2499, 2500, 4750, 4998, 4999, 2500];
    const copy = values.slice();
    selectRanks(copy, ranks);
    expect(ranks.map((rank) => copy[rank])).toEqual(ranks.map((rank) => sorted[rank]));
    expect(copy.sort()).toEqual(sorted);
    for (const keep of [0, 100, 10000]) {
      const search = new RankSearch(keep);
      let passes = 0;
      do {
        for (let from = 0; from < 5000; from += 700) search.add(values.subarray(from, from + 700));
        passes++;
      } while (search.endPass(() => ranks));
      expect(ranks.map((rank) => search.valueAt(rank))).toEqual(ranks.map((rank) => sorted[rank]));
      expect(passes).toBeLessThanOrEqual(6);
    }
  });

  test('a rank that is not there is a programmer error', () => {
    expect(() => {
      selectRanks(Float64Array.of(1, 2), [2]);
    }).toThrow(/rank 2/);
    const search = new RankSearch(10);
    search.add(Float64Array.of(1, 2));
    expect(() => search.endPass(() => [2])).toThrow(/rank 2/);
  });

  test('a source that changes between passes is noticed', () => {
    const search = new RankSearch(10);
    search.add(Float64Array.of(1, 1.01, 5));
    expect(search.endPass(() => [0])).toBe(true);
    expect(() => search.endPass(() => [])).toThrow(/other values/);
  });
});

describe('quantile interval', () => {
  test.each<[number, number, number, number]>([
    [200000, 0.01, 1913, 2089],
    [200000, 0.05, 9809, 10192],
    [200000, 0.5, 99562, 100439],
    [200000, 0.95, 189809, 190192],
    [200000, 0.99, 197912, 198088],
    [200000, 0.999, 199772, 199828],
    [1000, 0.05, 37, 65],
    [1000, 0.5, 469, 532],
    [1000, 0.95, 936, 964],
  ])('ranks for n = %d, q = %d are those of the specification', (n, q, lower, upper) => {
    expect(intervalRanks(n, q)).toEqual({ lower, upper });
  });

  test('with too few values an end is unbounded, and the error says so', () => {
    const ranks = intervalRanks(10, 0.05);
    expect(ranks.lower).toBe(0);
    const ci = quantileInterval((rank) => rank, 10, ranks);
    expect(ci[0]).toBeNaN();
    expect(errorOfInterval(ci)).toBeNaN();
    expect(quantileInterval((rank) => rank, 10, intervalRanks(10, 0.99))[1]).toBeNaN();
  });

  test('an end that is an infinite value of the sample is infinite, and not unbounded', () => {
    const ci = quantileInterval((rank) => (rank > 940 ? Infinity : rank), 1000, intervalRanks(1000, 0.95));
    expect(ci).toEqual([935, Infinity]);
    expect(errorOfInterval(ci)).toBeNaN();
  });

  test('it covers the true quantile of skewed values about 95 times in 100, and its error is the spread of repetitions', () => {
    const uniform = uniforms(17);
    const truth = -Math.log(0.95); // the 5 % quantile of an exponential variate
    const ranks = intervalRanks(600, 0.05);
    const estimates: number[] = [];
    let covered = 0;
    let mcse = 0;
    for (let repetition = 0; repetition < 1500; repetition++) {
      const values = Float64Array.from({ length: 600 }, () => -Math.log(1 - uniform())).sort();
      const ci = quantileInterval((rank) => values[rank]!, 600, ranks);
      if (ci[0] <= truth && truth <= ci[1]) covered++;
      mcse += errorOfInterval(ci) / 1500;
      estimates.push(values[orderStatisticRank(600, 0.05) - 1]!);
    }
    const centre = estimates.reduce((sum, x) => sum + x) / 1500;
    const spread = Math.sqrt(estimates.reduce((sum, x) => sum + (x - centre) ** 2, 0) / 1499);
    expect(covered / 1500).toBeGreaterThan(0.935);
    expect(covered / 1500).toBeLessThan(0.98);
    expect(mcse / spread).toBeGreaterThan(0.9);
    expect(mcse / spread).toBeLessThan(1.15);
  });
});

describe('the mean of a tail', () => {
  function tail(values: Float64Array, side: 'lowest' | 'highest' = 'lowest', scale = 1): { mean: number; se: number } {
    const sorted = values.slice().sort();
    const size = tailSize(values.length);
    const mean = new TailMean(side, sorted[side === 'lowest' ? size - 1 : values.length - size]!, scale);
    // In two blocks.
    mean.add(values.subarray(0, 7));
    mean.add(values.subarray(7));
    return mean.finish(values.length);
  }

  test('is that of the ceil(n / 20) lowest, or highest', () => {
    expect([100, 101, 20, 21, 3].map(tailSize)).toEqual([5, 6, 1, 2, 1]);
    const values = Float64Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(tail(values).mean).toBe(3);
    expect(tail(values, 'highest').mean).toBe(98);
    expect(tail(Float64Array.of(4, 2, 9)).mean).toBe(2);
    expect(tail(Float64Array.of(4, 2, 9), 'highest').mean).toBe(9);
  });

  test('counts equal values at its boundary as often as they belong to it', () => {
    const ties = Float64Array.from({ length: 100 }, (_, i) => (i < 3 ? -10 : 0));
    expect(tail(ties).mean).toBe(-6);
    expect(tail(ties, 'highest')).toEqual({ mean: 0, se: 0 });
  });

  test('its error follows the formula: variance in the tail, and the distance of the boundary', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => i + 1);
    const expected = Math.sqrt((2.5 + 0.95 * 4) / 5);
    expect(tail(values).se).toBeCloseTo(expected, 14);
    expect(tail(values, 'highest').se).toBeCloseTo(expected, 14);
    const tiny = tail(
      values.map((value) => value * 2 ** -600),
      'lowest',
      2 ** 600,
    );
    expect(tiny.se * 2 ** 600).toBeCloseTo(expected, 14);
    expect(tail(Float64Array.of(1, 2, 3)).se).toBeNaN();
  });

  test('with infinite values is infinite, or undefined, and has no error', () => {
    const withInfinite = (...more: number[]): Float64Array =>
      Float64Array.from([...more, ...Array.from({ length: 100 }, (_, i) => i)]);
    expect(tail(withInfinite(-Infinity))).toEqual({ mean: -Infinity, se: NaN });
    expect(tail(withInfinite(-Infinity), 'highest').mean).toBe(96.5);
    expect(tail(withInfinite(Infinity), 'highest')).toEqual({ mean: Infinity, se: NaN });
    expect(tail(Float64Array.of(-Infinity, -Infinity))).toEqual({ mean: -Infinity, se: NaN });
  });

  test('the error covers the truth about 95 times in 100', () => {
    const uniform = uniforms(23);
    const truth = 0.025; // the mean of the lowest 5 % of a uniform variate
    let covered = 0;
    for (let repetition = 0; repetition < 800; repetition++) {
      const { mean, se } = tail(Float64Array.from({ length: 2000 }, uniform));
      if (Math.abs(mean - truth) < 1.96 * se) covered++;
    }
    expect(covered / 800).toBeGreaterThan(0.92);
    expect(covered / 800).toBeLessThan(0.98);
  });
});
