import { Deviations } from './deviations.ts';
import { mean } from './mean.ts';

/** Skewness g1 = m3 / m2^1.5 with population moments about the mean. NaN without spread. Values are finite. */
export function skewness(values: Float64Array): number {
  const deviations = new Deviations(mean(values));
  deviations.add(values);
  return deviations.skewness;
}
