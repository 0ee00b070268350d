import { describe, expect, it } from 'vitest';

import { RateResiduals, RateSums, type PooledRate } from '../../src/statistics/pooled-rate.ts';

function pooled(pairs: readonly (readonly [number, number])[]): PooledRate {
  const sums = new RateSums();
  for (const [x, y] of pairs) sums.add(x, y);
  const residuals = new RateResiduals(sums);
  for (const [x, y] of pairs) residuals.add(x, y);
  return residuals.finish();
}

describe('a pooled rate', () => {
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

  it('is certain where every row has the same rate, in binary digits or not, and undefined without cases', () => {
    expect(
      pooled([
        [1, 2],
        [2, 4],
        [4, 8],
      ]),
    ).toEqual({ n: 3, n_excluded: 0, rate: 0.5, se: 0 });
    expect(pooled([0.1, 0.7, 3, 11].map((x) => [x, 3 * x] as const)).se).toBe(0);
    expect(
      pooled([
        [0, 0],
        [0, 0],
      ]),
    ).toMatchObject({ rate: NaN, se: NaN });
    expect(pooled([[1, 2]]).se).toBeNaN();
  });

  it('leaves out rows in which a count is undefined, and says how many', () => {
    const sound = [
      [1, 2],
      [2, 3],
      [1, 5],
    ] as const;
    const spoilt = [...sound, [NaN, 2], [1, NaN]] as const;
    expect(pooled(spoilt)).toEqual({ ...pooled(sound), n_excluded: 2 });
  });

  it('keeps the error of large counts that hardly differ, which sums of squares and products cancel', () => {
    // Residuals of about 1 beside counts of 10^9.
    const pairs = Array.from({ length: 1000 }, (_, i) => [5e8 + (i % 2 === 0 ? 1 : -1), 1e9] as const);
    const { rate, se } = pooled(pairs);
    expect(rate).toBe(0.5);
    expect(se).toBeCloseTo(Math.sqrt(1000 / 999 / 1000) / 1e9, 15);
    expect(se).toBeGreaterThan(3e-11);
  });
});
