import type { Rng } from './generator.ts';
import { exp } from './math.ts';
import { normal } from './normal.ts';

/** A lognormal value, median x exp(sigma z) with z standard normal. One draw. `median` > 0, `sigma` >= 0. */
export function lognormal(rng: Rng, median: number, sigma: number): number {
  return median * exp(sigma * normal(rng));
}
