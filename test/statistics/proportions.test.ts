import { describe, expect, test } from 'vitest';
import { clopperPearson } from '../../src/statistics/clopper-pearson.ts';
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
});
