import { describe, expect, it } from 'vitest';

import { addToRatio, noRatioSums, ratioOfMeans } from '../../src/statistics/ratio-of-means.ts';

function pooled(pairs: readonly (readonly [number, number])[]): { rate: number; se: number } {
  const sums = noRatioSums();
  for (const [x, y] of pairs) addToRatio(sums, x, y);
  return ratioOfMeans(sums);
}

describe('ratioOfMeans', () => {
  it('weighs by the denominator, unlike the mean of ratios', () => {
    expect(
      pooled([
        [1, 1],
        [0, 9],
      ]).rate,
    ).toBe(0.1);
  });

  it('has the error of its residuals', () => {
    const pairs = [
      [3, 10],
      [5, 12],
      [2, 9],
      [7, 15],
    ] as const;
    const rate = 17 / 46;
    const squares = pairs.reduce((sum, [x, y]) => sum + (x - rate * y) ** 2, 0);
    expect(pooled(pairs).rate).toBe(rate);
    expect(pooled(pairs).se).toBeCloseTo(Math.sqrt(squares / 3 / 4) / (46 / 4), 12);
  });

  it('is certain where every row has the same rate, and undefined without cases', () => {
    expect(
      pooled([
        [1, 2],
        [2, 4],
        [4, 8],
      ]),
    ).toEqual({ rate: 0.5, se: 0 });
    expect(
      pooled([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual({ rate: NaN, se: NaN });
    expect(pooled([[1, 2]]).se).toBeNaN();
    expect(
      pooled([
        [NaN, 2],
        [1, 2],
      ]).rate,
    ).toBeNaN();
  });
});
