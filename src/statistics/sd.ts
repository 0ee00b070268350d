import { variance } from './variance.ts';

/** Sample standard deviation, the square root of `variance`. NaN for fewer than two values. */
export function sd(values: Float64Array): number {
  return Math.sqrt(variance(values));
}
