import { describe, expect, test } from 'vitest';
import { clopperPearson } from '../../src/statistics/clopper-pearson.ts';
import { pairedDifference, pairedProportionDifference } from '../../src/statistics/paired-difference.ts';
import { permutationsNeeded, pValue } from '../../src/statistics/p-value.ts';
import { wilson } from '../../src/statistics/wilson.ts';
import { uniforms } from './reference.ts';

const relative = (value: number, expected: number): number =>
  expected === 0 ? Math.abs(value) : Math.abs(value / expected - 1);

describe('proportions', () => {
  test.each<[number, number, number, number]>([
    [0, 200000, 0, 1.92069252e-5],
    [10, 200000, 2.71601489e-5, 9.20448556e-5],
    [1234, 200000, 0.00583616949, 0.00652280042],
    [7, 1000, 0.0033948684, 0.0143783155],
  ])('Wilson %d of %d is the vector of the specification', (k, n, lower, upper) => {
    const [low, high] = wilson(k, n);
    expect(relative(low, lower)).toBeLessThan(1e-8);
    expect(relative(high, upper)).toBeLessThan(1e-8);
  });

  test.each<[number, number, number, number]>([
    [0, 200000, 0, 1.8444227173720117e-5],
    [10, 200000, 2.3977195520032403e-5, 9.194985144442981e-5],
    [1234, 200000, 0.005831485351764219, 0.006522945120680418],
    [7, 1000, 0.002818858759620524, 0.014369194978918632],
    [100000, 200000, 0.4978062069460849, 0.5021937930539151],
    [199999, 200000, 0.9999721421014378, 0.9999998734109681],
    [5, 5, 0.4781762498950185, 1],
    [0, 1, 0, 0.975],
    [1, 2, 0.01257911709342505, 0.9874208829065749],
    [3, 10, 0.06673951117773447, 0.6524528500599973],
  ])('Clopper-Pearson %d of %d is scipy’s beta quantile', (k, n, lower, upper) => {
    const [low, high] = clopperPearson(k, n);
    expect(relative(low, lower)).toBeLessThan(1e-11);
    expect(relative(high, upper)).toBeLessThan(1e-11);
  });

  test('no event bounds the proportion by 1 - 0.025^(1/n)', () => {
    for (const n of [1, 10, 1000, 200000]) {
      expect(relative(clopperPearson(0, n)[1], -Math.expm1(Math.log(0.025) / n))).toBeLessThan(1e-12);
    }
  });

  test('events and non-events are mirror images', () => {
    const [low, high] = wilson(3, 40);
    expect(wilson(37, 40)).toEqual([1 - high, 1 - low]);
    expect(wilson(40, 40)[1]).toBe(1);
    expect(wilson(0, 0)).toEqual([NaN, NaN]);
  });

  test('Clopper-Pearson always covers at least 95 %, Wilson about 95 %', () => {
    const uniform = uniforms(5);
    for (const p of [0.01, 0.1, 0.5]) {
      let exact = 0;
      let score = 0;
      for (let repetition = 0; repetition < 1500; repetition++) {
        let k = 0;
        for (let i = 0; i < 300; i++) if (uniform() < p) k++;
        const [a, b] = clopperPearson(k, 300);
        const [c, d] = wilson(k, 300);
        if (a <= p && p <= b) exact++;
        if (c <= p && p <= d) score++;
      }
      expect(exact / 1500).toBeGreaterThan(0.945);
      expect(score / 1500).toBeGreaterThan(0.93);
      expect(score / 1500).toBeLessThan(0.985);
    }
  });

  test('a Monte Carlo p-value is never 0, and its error is printed with it', () => {
    expect(pValue(0, 999).p).toBe(1 / 1000);
    expect(pValue(999, 999).p).toBe(1);
    expect(pValue(7, 1000).ci).toEqual(clopperPearson(7, 1000));
  });

  test('Bonferroni over 1,512 cells needs 30,239 permutations, over 6,048 cells 120,959', () => {
    expect(permutationsNeeded(1512, 0.05)).toBe(30239);
    expect(permutationsNeeded(6048, 0.05)).toBe(120959);
  });
});

describe('paired differences', () => {
  test('what both cells share cancels from the error', () => {
    const uniform = uniforms(9);
    const common = Float64Array.from({ length: 1000 }, () => 100 * uniform());
    const a = common.map((value) => value + 1 + 0.01 * uniform());
    const { n, n_excluded, difference, se, ci } = pairedDifference(a, common);
    expect([n, n_excluded]).toEqual([1000, 0]);
    expect(difference).toBeCloseTo(1.005, 3);
    expect(se).toBeLessThan(1e-3);
    expect(ci[0]).toBeLessThan(difference);
  });

  test('pairs without a finite difference are counted, not used', () => {
    const { n, n_excluded, difference } = pairedDifference(
      Float64Array.of(1, NaN, Infinity, 4),
      Float64Array.of(0, 1, Infinity, 1),
    );
    expect([n, n_excluded, difference]).toEqual([2, 2, 2]);
    expect(() => pairedDifference(Float64Array.of(1), Float64Array.of(1, 2))).toThrow();
  });

  test('paired proportions depend on the discordant pairs alone', () => {
    const { difference, se, ci } = pairedProportionDifference(30, 10, 1000);
    expect(difference).toBe(0.02);
    expect(se).toBeCloseTo(Math.sqrt(40 - 400 / 1000) / 1000, 15);
    expect(ci[0]).toBeGreaterThan(0);
    expect(pairedProportionDifference(0, 0, 50).ci[1]).toBeGreaterThan(0);
  });
});
