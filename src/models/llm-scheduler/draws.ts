import type { Rng } from '../../random/generator.ts';

// eslint-disable-next-line no-restricted-syntax -- until src/random/math.ts is there
export const exp = Math.exp;
// eslint-disable-next-line no-restricted-syntax -- until src/random/math.ts is there
export const log = Math.log;

/** Exponential with mean 1. One draw. */
export function exponential(rng: Rng): number {
  return -log(1 - rng());
}

/** Standard normal by the polar method (Marsaglia and Bray 1964); the second of a pair is dropped. */
export function normal(rng: Rng): number {
  for (;;) {
    const x = 2 * rng() - 1;
    const y = 2 * rng() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * log(square)) / square);
  }
}

/** Gamma with scale 1 (Marsaglia and Tsang 2000, doi:10.1145/358407.358414); below shape 1 by their boost. */
export function gamma(rng: Rng, shape: number): number {
  if (shape < 1) return gamma(rng, shape + 1) * exp(log(rng()) / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(rng);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (log(rng()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}
