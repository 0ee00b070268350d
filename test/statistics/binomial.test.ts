import { describe, expect, test } from 'vitest';
import {
  binomial,
  binomialCdf,
  binomialPmf,
  binomialQuantile,
  binomialSurvival,
} from '../../src/statistics/binomial.ts';

describe('binomial', () => {
  test('small distributions have the textbook probabilities', () => {
    const four = binomial(4, 0.5);
    expect([0, 1, 2, 3, 4].map((k) => binomialPmf(four, k))).toEqual([1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16]);
    expect(binomialCdf(four, 1)).toBe(5 / 16);
    expect(binomialSurvival(four, 3)).toBe(5 / 16);
    expect([
      binomialCdf(four, -1),
      binomialCdf(four, 9),
      binomialSurvival(four, -1),
      binomialSurvival(four, 5),
    ]).toEqual([0, 1, 1, 0]);
  });

  test('a quantile is the smallest count that reaches the probability', () => {
    for (const [n, p] of [
      [1, 0.3],
      [10, 0.05],
      [57, 0.9],
      [1000, 0.01],
    ] as const) {
      const distribution = binomial(n, p);
      for (const probability of [0.001, 0.025, 0.5, 0.975, 0.999]) {
        const k = binomialQuantile(distribution, probability);
        expect(binomialCdf(distribution, k)).toBeGreaterThanOrEqual(probability * (1 - 1e-14));
        expect(binomialCdf(distribution, k - 1)).toBeLessThan(probability);
      }
    }
  });

  test('lower and upper tail make one', () => {
    const distribution = binomial(200000, 0.01);
    for (const k of [1900, 2000, 2100]) {
      expect(binomialCdf(distribution, k - 1) + binomialSurvival(distribution, k)).toBeCloseTo(1, 13);
    }
  });

  test('the sum over four thousand million trials still has its mean and deviation', () => {
    const n = 2 ** 32 - 1;
    const distribution = binomial(n, 0.5);
    expect(binomialQuantile(distribution, 0.5)).toBe(2 ** 31 - 1);
    expect((binomialQuantile(distribution, 0.975) - n / 2) / Math.sqrt(n / 4)).toBeCloseTo(1.96, 3);
  });

  test('impossible arguments are refused', () => {
    expect(() => binomial(3.5, 0.5)).toThrow();
    expect(() => binomial(3, 1)).toThrow();
  });
});
