import { Deviations } from './deviations.ts';
import { mean } from './mean.ts';

/**
 * Sample variance in two passes: fsum((x - mean)^2) / (n - 1).
 * NaN for fewer than two values. Values are finite. Unit: that of the values, squared.
 */
export function variance(values: Float64Array): number {
  const deviations = new Deviations(mean(values));
  deviations.add(values);
  return deviations.variance;
}
