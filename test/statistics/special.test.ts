import { describe, expect, test } from 'vitest';

import { normalQuantile } from '../../src/random/normal.ts';
import { lnGamma, Z_95 } from '../../src/statistics/special.ts';

const relative = (value: number, expected: number): number => Math.abs(value / expected - 1);

describe('special functions', () => {
  test.each([
    [0.5, 0.5723649429247],
    [1.5, -0.12078223763524526],
    [3, 0.6931471805599453],
    [10.25, 13.368023671476045],
    [200000.5, 2241215.4480443597],
  ])('lnGamma(%d) is scipy’s', (x, expected) => {
    expect(relative(lnGamma(x), expected)).toBeLessThan(2e-14);
  });

  test('the z of a 95 % interval is the normal quantile of 0.975', () => {
    expect(relative(normalQuantile(0.975), Z_95)).toBeLessThan(1e-15);
  });
});
