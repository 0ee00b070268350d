import { describe, expect, test } from 'vitest';

import { failureBounds } from '../../src/statistics/failure-bounds.ts';
import { quantileOf } from '../../src/statistics/quantile.ts';

/** What a statistic is where the failed permutations have these values. */
function statisticOf(statistic: string, values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  if (statistic === 'mean') return values.reduce((a, b) => a + b, 0) / values.length;
  const [, t] = /^P\(>(.*)\)$/.exec(statistic) ?? [];
  if (t !== undefined) return values.filter((value) => value > Number(t)).length / values.length;
  return quantileOf((rank) => sorted[rank]!, sorted.length, Number(statistic.slice(1)) / 100);
}

const ROWS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];

describe('bounds of statistics where permutations failed', () => {
  test('are met where all of them lie at one end', () => {
    for (const { statistic, lowest, highest } of failureBounds(Float64Array.from(ROWS), 3, [4, 5])) {
      const [low, high] = statistic === 'mean' ? [1, 9] : [-1e300, 1e300];
      const all = (value: number): number => statisticOf(statistic, [...ROWS, value, value, value]);
      if (Math.abs(all(low)) < 1e290) expect(lowest, statistic).toBeCloseTo(all(low), 12);
      else expect(lowest).toBe(-Infinity);
      if (Math.abs(all(high)) < 1e290) expect(highest, statistic).toBeCloseTo(all(high), 12);
      else expect(highest).toBe(Infinity);
    }
  });

  test('hold whatever the failed ones would have given', () => {
    for (const a of [0, 1, 3.5, 9])
      for (const b of [1, 2, 8.5, 9])
        for (const { statistic, lowest, highest } of failureBounds(Float64Array.from(ROWS), 2, [4])) {
          const truth = statisticOf(statistic, [...ROWS, a, b]);
          // Past what was seen the mean is not bounded.
          if (statistic === 'mean' && a < 1) continue;
          expect(truth, statistic).toBeGreaterThanOrEqual(lowest);
          expect(truth, statistic).toBeLessThanOrEqual(highest);
        }
  });

  test('say what it is without them, and nothing of a metric that is missing throughout', () => {
    const [mean, , , p50] = failureBounds(Float64Array.from([...ROWS, NaN]), 1);
    expect(mean!.without).toBe(52 / 12);
    expect(p50!.without).toBe(4.5);
    expect(failureBounds(Float64Array.from([NaN, NaN]), 1)).toEqual([]);
  });
});
