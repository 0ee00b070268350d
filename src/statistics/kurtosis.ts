import { Deviations } from './deviations.ts';
import { mean } from './mean.ts';

/** Kurtosis m4 / m2^2 with population moments about the mean: 3 for a normal distribution. NaN without spread. Values are finite. */
export function kurtosis(values: Float64Array): number {
  const deviations = new Deviations(mean(values));
  deviations.add(values);
  return deviations.kurtosis;
}
