import { describe, expect, it } from 'vitest';
import { createAlea } from '../../src/random/alea.ts';
import { exponential } from '../../src/random/exponential.ts';
import { gamma } from '../../src/random/gamma.ts';
import type { Rng } from '../../src/random/generator.ts';
import { lognormal } from '../../src/random/lognormal.ts';
import { normal, normalQuantile } from '../../src/random/normal.ts';

const N = 100_000;

/** Mean and variance of N values, and how many standard errors the mean is off. */
function moments(value: (rng: Rng) => number, mean: number, variance: number): { z: number; ratio: number } {
  const rng = createAlea();
  rng.reseed(2024);
  const values = Float64Array.from({ length: N }, () => value(rng));
  const m = values.reduce((sum, x) => sum + x, 0) / N;
  const v = values.reduce((sum, x) => sum + (x - m) * (x - m), 0) / N;
  return { z: (m - mean) / Math.sqrt(variance / N), ratio: v / variance };
}

describe('distributions', () => {
  it('the normal quantile has the known values (Python statistics.NormalDist, the same algorithm)', () => {
    for (const [p, z] of [
      [0.5, 0],
      [0.975, 1.9599639845400536],
      [0.025, -1.9599639845400545],
      [0.9, 1.2815515655446008],
      [1e-10, -6.361340902404056],
      [1e-300, -37.0471],
    ] as const) {
      expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(p < 1e-200 ? 1e-4 : 1e-14);
    }
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  });

  it.each([
    ['normal', (rng: Rng) => normal(rng), 0, 1],
    ['exponential, mean 3', (rng: Rng) => exponential(rng, 3), 3, 9],
    ['lognormal, median 2, sigma 0.5', (rng: Rng) => lognormal(rng, 2, 0.5), 2.2662969061336526, 1.4587578],
    ['gamma, shape 2.5, scale 3', (rng: Rng) => gamma(rng, 2.5, 3), 7.5, 22.5],
    ['gamma, shape 0.4, scale 2', (rng: Rng) => gamma(rng, 0.4, 2), 0.8, 1.6],
  ] as const)('%s has its mean and variance', (_, value, mean, variance) => {
    const { z, ratio } = moments(value, mean, variance);
    expect(Math.abs(z)).toBeLessThan(4);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });

  it.each([
    ['normal', (rng: Rng) => normal(rng)],
    ['exponential', (rng: Rng) => exponential(rng, 1)],
    ['lognormal', (rng: Rng) => lognormal(rng, 1, 1)],
  ] as const)('%s takes exactly one draw', (_, value) => {
    const one = createAlea();
    const other = createAlea();
    for (let i = 0; i < 100; i++) {
      value(one);
      other();
    }
    expect(one()).toBe(other());
  });
});
