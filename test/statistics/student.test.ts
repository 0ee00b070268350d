import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { studentQuantile } from '../../src/statistics/student.ts';

interface Vector {
  readonly tail: number;
  readonly df: number;
  readonly t: number;
}
const path = new URL('../fixtures/statistics/student_quantiles.json', import.meta.url);
const VECTORS = JSON.parse(readFileSync(path, 'utf8')) as readonly Vector[];

describe('studentQuantile(tail, df)', () => {
  test.each(VECTORS)('tail $tail, df $df is SciPy’s $t', ({ tail, df, t }) => {
    const quantile = studentQuantile(tail, df);
    expect(Math.abs(quantile - t)).toBeLessThanOrEqual(1e-10 * t);
  });

  test('the multipliers of 95 % intervals as every table has them', () => {
    const multiplier = (n: number): string => studentQuantile(0.025, n - 1).toFixed(3);
    expect([2, 3, 5, 10, 30, 1000].map(multiplier)).toEqual(['12.706', '4.303', '2.776', '2.262', '2.045', '1.962']);
  });

  test('falls with the degrees of freedom, across the change of method too', () => {
    for (const tail of [0.025, 1e-4]) {
      let before = Infinity;
      for (const df of [1, 1.2, 2, 5, 50, 999, 999.999, 1000, 1000.001, 1e6]) {
        const quantile = studentQuantile(tail, df);
        expect(quantile).toBeLessThan(before);
        before = quantile;
      }
    }
  });

  test('refuses what is no tail and no degree of freedom', () => {
    expect(() => studentQuantile(0, 3)).toThrow('tail');
    expect(() => studentQuantile(0.6, 3)).toThrow('tail');
    expect(() => studentQuantile(0.025, 0)).toThrow('degrees');
    expect(() => studentQuantile(0.025, NaN)).toThrow('degrees');
  });
});
