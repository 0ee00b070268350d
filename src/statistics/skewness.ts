import { ExactSum } from './exact-sum.ts';
import { mean } from './mean.ts';

/** Skewness g1 = m3 / m2^1.5 with population moments about the mean, by exact sums. NaN without spread. Values are finite. */
export function skewness(values: Float64Array): number {
  const centre = mean(values);
  const squares = new ExactSum();
  const cubes = new ExactSum();
  for (const value of values) {
    const deviation = value - centre;
    squares.add(deviation * deviation);
    cubes.add(deviation * deviation * deviation);
  }
  const m2 = squares.value() / values.length;
  return cubes.value() / values.length / (m2 * Math.sqrt(m2));
}
