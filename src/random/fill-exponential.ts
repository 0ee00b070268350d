import type { Rng } from './generator.ts';
import { logAll } from './log-all.ts';

/** Exponential values, one after another: to the bit what so many `exponential(rng, mean)` give, in a third of the time. A draw each. */
export function fillExponential(rng: Rng, mean: number, values: Float64Array): void {
  rng.fill(values);
  for (let k = 0; k < values.length; k += 1) values[k] = 1 - values[k]!;
  logAll(values);
  for (let k = 0; k < values.length; k += 1) values[k] = -mean * values[k]!;
}
