import { describe, expect, test } from 'vitest';

import { Deviations } from '../../src/statistics/deviations.ts';
import { estimateMean, type MeanEstimate } from '../../src/statistics/mean-estimate.ts';
import { studentQuantile } from '../../src/statistics/student.ts';
import { Tally } from '../../src/statistics/tally.ts';
import { wilson } from '../../src/statistics/wilson.ts';
import { meanOf, normals, pythonSample, uniforms } from './reference.ts';

const of = (...values: number[]): MeanEstimate => meanOf(Float64Array.from(values));

describe('moments', () => {
  test('mean and variance are those of math.fsum in Python, bit for bit', () => {
    const { mean, sd } = meanOf(pythonSample());
    expect(mean).toBe(49.31591911509506);
    expect(sd).toBe(Math.sqrt(852.738862280417));
  });

  test('kurtosis is that of scipy, and decides the error of the standard deviation', () => {
    const { sd, sd_se } = meanOf(pythonSample());
    expect(sd_se).toBeCloseTo(sd * Math.sqrt((1.7602729069367047 - 1) / (4 * 997)), 12);
  });

  test('a large offset costs no digits: the second pass works on deviations', () => {
    expect(of(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16)).toMatchObject({ mean: 1e9 + 10, sd: Math.sqrt(30) });
  });

  test('no value has no mean, one value has no spread and no interval', () => {
    expect(of()).toMatchObject({ mean: NaN, sd: NaN, ci: [NaN, NaN], diagnostics: [] });
    expect(of(3)).toMatchObject({ mean: 3, sd: NaN, mcse: NaN, ci: [NaN, NaN], diagnostics: ['few_permutations'] });
    expect(of(1)).toMatchObject({ mean: 1, ci: [NaN, NaN] });
  });

  test('deviations leave out what is not finite and do not depend on blocks', () => {
    const values = pythonSample();
    const mixed = Float64Array.from([Infinity, ...values, NaN, -Infinity]);
    const tally = new Tally([]);
    tally.add(mixed);
    const pieces = new Deviations(tally);
    for (let i = 0; i < mixed.length; i += 100) pieces.add(mixed.subarray(i, i + 100));
    expect(estimateMean(tally, pieces)).toEqual(meanOf(values));
  });

  test('equal values are their own mean, whatever they are, and have no spread', () => {
    for (const value of [-7786.9, 0.1, 1 / 3, 5e-324, 1.7e308, -1e-300, 123456789.123456]) {
      for (const n of [2, 3, 10, 40_000]) {
        const { mean, sd, mcse, ci, diagnostics } = meanOf(new Float64Array(n).fill(value));
        expect([mean, sd, mcse, ...ci]).toEqual([value, 0, 0, value, value]);
        expect(diagnostics).toContain('equal_rows');
      }
    }
  });

  test('a mean lies between the least and the greatest value', () => {
    const uniform = uniforms(91);
    for (let repetition = 0; repetition < 2000; repetition++) {
      const base = uniform() * 1000;
      const values = Float64Array.from({ length: 7 }, () => base * (1 + Math.floor(2 * uniform()) * 2 ** -52));
      const { mean } = meanOf(values);
      expect(mean).toBeGreaterThanOrEqual(Math.min(...values));
      expect(mean).toBeLessThanOrEqual(Math.max(...values));
    }
  });

  test.each([1e-320, 1e-200, 1e-170, 1e-90, 1, 1e90, 1e200, 1e307])(
    'values of the size %d have the moments of values of size 1',
    (size) => {
      const uniform = uniforms(5);
      const ones = Float64Array.from({ length: 400 }, () => uniform() - 0.3);
      const one = meanOf(ones);
      const scaled = meanOf(ones.map((value) => value * size));
      // Of subnormal values only the first digits are there.
      const digits = size === 1e-320 ? 1 : 9;
      expect(scaled.mean / size).toBeCloseTo(one.mean, digits);
      expect(scaled.sd / size).toBeCloseTo(one.sd, digits);
      expect(scaled.sd_se / scaled.sd).toBeCloseTo(one.sd_se / one.sd, digits);
      expect(scaled.largest_share).toBeCloseTo(one.largest_share, digits);
      expect(scaled.diagnostics).toEqual([]);
    },
  );

  test('a sum that overflows has a mean, and values further apart than a double have a spread', () => {
    const { mean, sd, ci } = of(1.7e308, -1.7e308, 1.7e308, 1.7e308);
    expect(mean).toBe(8.5e307);
    expect(sd / 1.7e308).toBeCloseTo(1, 14);
    expect(ci[0]).toBeLessThan(0);
  });
});

describe('the interval of a mean', () => {
  test('is Student’s t: at n = 3 more than twice as wide as 1.96 errors', () => {
    const { mean, mcse, ci } = of(1, 2, 4);
    const margin = studentQuantile(0.025, 2) * mcse;
    expect(ci).toEqual([mean - margin, mean + margin]);
    expect(margin / mcse).toBeCloseTo(4.30265272974946, 12);
  });

  test('of values 0 and 1 it is Wilson’s, none of them seen included', () => {
    const rare = new Float64Array(1000);
    expect(meanOf(rare)).toMatchObject({ mean: 0, n_ones: 0, ci: wilson(0, 1000), diagnostics: ['equal_rows'] });
    rare[17] = 1;
    expect(meanOf(rare)).toMatchObject({ n_ones: 1, ci: wilson(1, 1000), diagnostics: ['few_events'] });
    rare.fill(1, 0, 500);
    expect(meanOf(rare)).toMatchObject({ n_ones: 500, ci: wilson(500, 1000), diagnostics: [] });
    rare[0] = 0.5;
    expect(meanOf(rare).n_ones).toBeUndefined();
    expect(meanOf(Float64Array.of(0, 1, 2)).n_ones).toBeUndefined();
  });
});

describe('diagnostics of a mean', () => {
  const draw = (n: number, make: (uniform: () => number, normal: () => number) => number): Float64Array => {
    const uniform = uniforms(77);
    const normal = normals(uniform);
    return Float64Array.from({ length: n }, () => make(uniform, normal));
  };

  test('are none of ordinary values', () => {
    expect(meanOf(draw(1000, (_, normal) => normal())).diagnostics).toEqual([]);
    expect(meanOf(draw(1000, (uniform) => -Math.log(1 - uniform()))).diagnostics).toEqual([]);
  });

  test('say few permutations below 50, whatever the values', () => {
    expect(meanOf(draw(49, (_, normal) => normal())).diagnostics).toEqual(['few_permutations']);
    expect(meanOf(draw(3, (_, normal) => Math.exp(1.5 * normal()))).diagnostics).toEqual(['few_permutations']);
    expect(meanOf(draw(50, (uniform) => uniform())).diagnostics).toEqual([]);
  });

  test('see heavy tails: lognormal rows with s = 1.5, Pareto rows, a rare large loss', () => {
    expect(meanOf(draw(1000, (_, normal) => Math.exp(1.5 * normal()))).diagnostics).toEqual(['heavy_tail']);
    expect(meanOf(draw(1000, (uniform) => (1 - uniform()) ** (-1 / 1.5))).diagnostics).toEqual(['heavy_tail']);
    expect(meanOf(draw(1000, (uniform, normal) => normal() - (uniform() < 0.005 ? 100 : 0))).diagnostics).toEqual([
      'heavy_tail',
    ]);
  });

  test('one row with a tenth of the sum of squares is one too many, one with less is not', () => {
    // 100 values of +-1 and one of x: about x^2 / (100 + x^2) of the sum of squares.
    const withOne = (x: number): MeanEstimate =>
      of(...Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1)), x);
    expect(withOne(3.6).diagnostics).toEqual(['heavy_tail']);
    expect(withOne(3.6).largest_share).toBeCloseTo(0.114, 2);
    expect(withOne(3).diagnostics).toEqual([]);
  });

  test('the relative error of the variance is the other half: few of the squares far out', () => {
    const clustered = of(
      ...new Array<number>(988).fill(0).map((_, i) => (i % 2 === 0 ? 1 : -1)),
      ...new Array<number>(12).fill(20),
    );
    expect(clustered.largest_share).toBeLessThan(0.1);
    expect(clustered.sd_se / clustered.sd).toBeGreaterThan(0.1);
    expect(clustered.diagnostics).toEqual(['heavy_tail']);
  });
});

describe('standard errors', () => {
  test('are the spread that repetitions show', () => {
    const normal = normals(uniforms(11));
    const means: number[] = [];
    const sds: number[] = [];
    let mcse = 0;
    let se = 0;
    for (let repetition = 0; repetition < 800; repetition++) {
      const estimate = meanOf(Float64Array.from({ length: 200 }, normal));
      means.push(estimate.mean);
      sds.push(estimate.sd);
      mcse += estimate.mcse / 800;
      se += estimate.sd_se / 800;
    }
    expect(mcse / meanOf(Float64Array.from(means)).sd).toBeCloseTo(1, 0.8);
    expect(se / meanOf(Float64Array.from(sds)).sd).toBeCloseTo(1, 0.8);
  });
});
