import { describe, expect, test } from 'vitest';
import { Deviations } from '../../src/statistics/deviations.ts';
import { kurtosis } from '../../src/statistics/kurtosis.ts';
import { mcseOfMean } from '../../src/statistics/mcse-of-mean.ts';
import { mean } from '../../src/statistics/mean.ts';
import { sd } from '../../src/statistics/sd.ts';
import { seOfSd } from '../../src/statistics/se-of-sd.ts';
import { skewness } from '../../src/statistics/skewness.ts';
import { variance } from '../../src/statistics/variance.ts';
import { normals, pythonSample, uniforms } from './reference.ts';

describe('moments', () => {
  test('mean and variance are those of math.fsum in Python, bit for bit', () => {
    expect(mean(pythonSample())).toBe(49.31591911509506);
    expect(variance(pythonSample())).toBe(852.738862280417);
    expect(sd(pythonSample())).toBe(Math.sqrt(852.738862280417));
  });

  test('skewness and kurtosis are those of scipy', () => {
    expect(skewness(pythonSample())).toBeCloseTo(-0.03305359783467733, 12);
    expect(kurtosis(pythonSample())).toBeCloseTo(1.7602729069367047, 12);
  });

  test('a large offset costs no digits: the second pass works on deviations', () => {
    const values = Float64Array.of(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16);
    expect(mean(values)).toBe(1e9 + 10);
    expect(variance(values)).toBe(30);
  });

  test('no value has no mean, one value has no spread', () => {
    expect(mean(new Float64Array(0))).toBeNaN();
    expect(variance(Float64Array.of(3))).toBeNaN();
    expect(skewness(Float64Array.of(3, 3))).toBeNaN();
    expect(kurtosis(Float64Array.of(3, 3))).toBeNaN();
  });

  test('deviations leave out what is not finite and do not depend on blocks', () => {
    const values = pythonSample();
    const mixed = Float64Array.from([Infinity, ...values, NaN, -Infinity]);
    const centre = mean(values);
    const whole = new Deviations(centre);
    whole.add(mixed);
    const pieces = new Deviations(centre);
    for (let i = 0; i < mixed.length; i += 100) pieces.add(mixed.subarray(i, i + 100));
    expect(whole.variance).toBe(variance(values));
    expect(pieces.variance).toBe(whole.variance);
    expect(pieces.kurtosis).toBe(whole.kurtosis);
  });

  test('standard errors follow their formulas', () => {
    expect(mcseOfMean(10, 400)).toBe(0.5);
    expect(seOfSd(2, 3, 50)).toBeCloseTo(2 * Math.sqrt(2 / 200), 15);
    expect(seOfSd(0, NaN, 50)).toBe(0);
  });

  test('reported standard errors are the spread that repetitions show', () => {
    const normal = normals(uniforms(11));
    const means: number[] = [];
    const sds: number[] = [];
    let mcse = 0;
    let se = 0;
    for (let repetition = 0; repetition < 800; repetition++) {
      const values = Float64Array.from({ length: 200 }, normal);
      const s = sd(values);
      means.push(mean(values));
      sds.push(s);
      mcse += mcseOfMean(s, 200) / 800;
      se += seOfSd(s, kurtosis(values), 200) / 800;
    }
    expect(mcse / sd(Float64Array.from(means))).toBeCloseTo(1, 0.8);
    expect(se / sd(Float64Array.from(sds))).toBeCloseTo(1, 0.8);
  });
});
