import type { Rng } from '../../random/generator.ts';
import { exp } from '../../random/math.ts';

/** Beyond this mean exp(-mean) loses no precision yet, and the count is the sum of several smaller ones. */
const LARGEST_PIECE = 32;

/**
 * A Poisson count with mean `mean` >= 0: uniforms are multiplied until the product falls below exp(-mean). About mean + 1 draws.
 * Source: Knuth, The Art of Computer Programming, volume 2, 3.4.1 F(3).
 */
export function poisson(mean: number, rng: Rng): number {
  let count = 0;
  for (let rest = mean; rest > 0; rest -= LARGEST_PIECE) {
    const limit = exp(-Math.min(rest, LARGEST_PIECE));
    for (let product = rng(); product > limit; product *= rng()) count++;
  }
  return count;
}
