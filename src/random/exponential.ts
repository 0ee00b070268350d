import type { Rng } from './generator.ts';
import { log } from './math.ts';

/** An exponential value by inversion, -mean x log(1 - u): 0 or more, in the unit of `mean`. One draw. */
export function exponential(rng: Rng, mean: number): number {
  return -mean * log(1 - rng());
}
