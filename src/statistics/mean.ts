import { fsum } from './fsum.ts';

/** Arithmetic mean: the correctly rounded sum, divided by n. NaN for no values. Unit: that of the values. */
export function mean(values: Float64Array): number {
  return fsum(values) / values.length;
}
