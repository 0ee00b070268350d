import { ExactSum } from './exact-sum.ts';

/** The correctly rounded sum of `values` (see `ExactSum`); 0 for none. Equal to Python's `math.fsum(values)`. */
export function fsum(values: Float64Array | Iterable<number>): number {
  const sum = new ExactSum();
  if (values instanceof Float64Array) sum.addAll(values);
  else for (const value of values) sum.add(value);
  return sum.value();
}
