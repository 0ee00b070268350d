import { describe, expect, test } from 'vitest';
import { ln, lnGamma, normalQuantile, Z_95 } from '../../src/statistics/special.ts';

const relative = (value: number, expected: number): number => Math.abs(value / expected - 1);

describe('special functions', () => {
  test('ln is the logarithm to a few units in the last place, subnormals included', () => {
    for (let x = 5e-324; x < 1e308; x = x < 1e-300 ? x * 3 : x * 1.37) {
      const expected = Math.log(x);
      expect(Math.abs(ln(x) - expected)).toBeLessThanOrEqual(4e-16 * Math.abs(expected) + 1e-17);
    }
    expect([ln(1), ln(0), ln(Infinity), ln(-1), ln(NaN)]).toEqual([0, -Infinity, Infinity, NaN, NaN]);
  });

  test.each([
    [0.5, 0.5723649429247],
    [1.5, -0.12078223763524526],
    [3, 0.6931471805599453],
    [10.25, 13.368023671476045],
    [200000.5, 2241215.4480443597],
  ])('lnGamma(%d) is scipy’s', (x, expected) => {
    expect(relative(lnGamma(x), expected)).toBeLessThan(2e-14);
  });

  test.each([
    [1e-300, -37.0470962993612],
    [1e-10, -6.361340902404056],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.975, 1.959963984540054],
    [0.9999, 3.719016485455709],
  ])('normalQuantile(%d) is scipy’s', (p, expected) => {
    expect(relative(normalQuantile(p), expected)).toBeLessThan(5e-15);
  });

  test('the z of a 95 % interval is the normal quantile of 0.975', () => {
    expect(relative(normalQuantile(0.975), Z_95)).toBeLessThan(1e-15);
    expect(normalQuantile(0.5)).toBe(0);
  });
});
