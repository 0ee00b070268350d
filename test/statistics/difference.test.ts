import { describe, expect, test } from 'vitest';

import { independentDifference, pairedDifference, sideOf } from '../../src/statistics/difference.ts';
import { studentQuantile } from '../../src/statistics/student.ts';
import { meanOf, normals, uniforms } from './reference.ts';

const of = (...values: number[]): ReturnType<typeof meanOf> => meanOf(Float64Array.from(values));

describe('differences of independent samples', () => {
  test('Welch’s interval is scipy’s: ttest_ind(a, b, equal_var=False).confidence_interval(0.95)', () => {
    const { difference, se, ci, n } = independentDifference(of(1, 2, 4, 7), of(3, 3.5, 2, 6, 9, 1.5));
    expect([difference, n]).toEqual([3.5 - 25 / 6, 4]);
    expect(se).toBeCloseTo(1.7591033069278348, 12);
    expect(ci[0]).toBeCloseTo(WELCH[0], 9);
    expect(ci[1]).toBeCloseTo(WELCH[1], 9);
  });

  test('tiny and huge values are held against each other as others are', () => {
    const ordinary = independentDifference(of(1, 2, 4), of(3, 5, 9));
    for (const scale of [2 ** -600, 2 ** 600]) {
      const { se, ci } = independentDifference(of(scale, 2 * scale, 4 * scale), of(3 * scale, 5 * scale, 9 * scale));
      expect(se / scale).toBeCloseTo(ordinary.se, 12);
      expect(ci[0] / scale).toBeCloseTo(ordinary.ci[0], 9);
    }
  });

  test('one value has no interval, equal values have no width', () => {
    expect(independentDifference(of(1), of(2, 3))).toMatchObject({ difference: -1.5, se: NaN, ci: [NaN, NaN] });
    expect(independentDifference(of(4, 4), of(3, 3))).toMatchObject({ difference: 1, se: 0, ci: [1, 1] });
  });

  test('proportions have Newcombe’s interval, his example 56 of 70 less 48 of 80 and none of 100 less none of 100', () => {
    const proportion = (k: number, n: number): ReturnType<typeof meanOf> =>
      meanOf(Float64Array.from({ length: n }, (_, i) => Number(i < k)));
    const [lower, upper] = independentDifference(proportion(56, 70), proportion(48, 80)).ci;
    expect([lower.toFixed(4), upper.toFixed(4)]).toEqual(['0.0524', '0.3339']);
    const none = independentDifference(proportion(0, 100), proportion(0, 100));
    expect(none.ci[1]).toBeGreaterThan(0.03);
    expect(none.ci[0]).toBe(-none.ci[1]);
    expect(none.diagnostics).toEqual(['equal_rows']);
    expect(independentDifference(proportion(3, 100), proportion(50, 100)).diagnostics).toEqual(['few_events']);
  });

  test('what is doubtful of one is doubtful of the difference', () => {
    const sound = meanOf(Float64Array.from({ length: 200 }, normals(uniforms(3))));
    const heavy = meanOf(Float64Array.from({ length: 200 }, (_, i) => (i === 0 ? 100 : i % 7)));
    expect(independentDifference(sound, sound).diagnostics).toEqual([]);
    expect(independentDifference(sound, heavy).diagnostics).toEqual(['heavy_tail']);
  });
});

describe('paired differences', () => {
  test('what both samples share cancels from the error', () => {
    const uniform = uniforms(9);
    const common = Float64Array.from({ length: 1000 }, () => 100 * uniform());
    const a = common.map((value) => value + 1 + 0.01 * uniform());
    const { n, n_excluded, difference, se, ci } = pairedDifference(a, common);
    expect([n, n_excluded]).toEqual([1000, 0]);
    expect(difference).toBeCloseTo(1.005, 3);
    expect(se).toBeLessThan(1e-3);
    expect(ci[0]).toBeLessThan(difference);
  });

  test('the interval is Student’s with one degree of freedom less than pairs', () => {
    const { difference, se, ci } = pairedDifference(Float64Array.of(1, 2, 4), Float64Array.of(0, 3, 1));
    expect(ci[1]).toBe(difference + studentQuantile(0.025, 2) * se);
    expect(pairedDifference(Float64Array.of(1), Float64Array.of(0)).ci).toEqual([NaN, NaN]);
  });

  test('pairs without a finite difference are counted, not used', () => {
    const { n, n_excluded, difference } = pairedDifference(
      Float64Array.of(1, NaN, Infinity, 4),
      Float64Array.of(0, 1, Infinity, 1),
    );
    expect([n, n_excluded, difference]).toEqual([2, 2, 2]);
    expect(() => pairedDifference(Float64Array.of(1), Float64Array.of(1, 2))).toThrow();
  });

  test('proportions depend on the discordant pairs alone (Bonett and Price)', () => {
    const pairs = (only_a: number, only_b: number, n: number): ReturnType<typeof pairedDifference> =>
      pairedDifference(
        Float64Array.from({ length: n }, (_, i) => Number(i < only_a)),
        Float64Array.from({ length: n }, (_, i) => Number(i >= n - only_b)),
      );
    const { difference, se, ci, diagnostics } = pairs(30, 10, 1000);
    expect(difference).toBe(0.02);
    expect(se).toBeCloseTo(Math.sqrt(40 - 400 / 1000) / 1000, 4);
    // (31 - 11) / 1002 +- 1.96 sqrt((31 + 11) - 20^2 / 1002) / 1002
    const margin = (1.959963984540054 * Math.sqrt(42 - 400 / 1002)) / 1002;
    expect(ci[0]).toBeCloseTo(20 / 1002 - margin, 14);
    expect(ci[1]).toBeCloseTo(20 / 1002 + margin, 14);
    expect(diagnostics).toEqual([]);
    expect(pairs(0, 0, 50).ci[1]).toBeGreaterThan(0);
    expect(pairs(5, 4, 1000).diagnostics).toEqual(['few_events']);
  });
});

describe('sideOf(difference, tail)', () => {
  test('says on which side of zero it is, where that is certain', () => {
    const certain = independentDifference(of(10, 11, 12), of(1, 2, 3));
    expect(sideOf(certain, 0.05)).toBe(1);
    expect(sideOf(certain, 1e-6)).toBe(0);
    expect(sideOf(independentDifference(of(1, 2, 3), of(10, 11, 12)), 0.05)).toBe(-1);
    expect(sideOf(independentDifference(of(1), of(10)), 0.05)).toBe(0);
    expect(sideOf(independentDifference(of(4, 4), of(3, 3)), 0.05)).toBe(1);
  });

  test('an infinite difference is certain, an undefined one is not', () => {
    const infinite = { n: 10, mean: Infinity, mcse: NaN, diagnostics: ['infinite_rows'] as const };
    expect(sideOf(independentDifference(infinite, of(1, 2)), 0.05)).toBe(1);
    expect(sideOf(independentDifference(of(1, 2), infinite), 0.05)).toBe(-1);
    expect(sideOf(independentDifference(infinite, infinite), 0.05)).toBe(0);
  });
});

/** SciPy 1.17.1. */
const WELCH = [-4.835177099641422, 3.501843766308088] as const;
