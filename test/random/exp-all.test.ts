import { expect, it } from 'vitest';

import { createAlea } from '../../src/random/alea.ts';
import { expAll } from '../../src/random/exp-all.ts';
import { exp } from '../../src/random/math.ts';

/** Where the bits differ. */
function differing(values: Float64Array): number[] {
  const powers = values.slice();
  expAll(powers);
  return [...values].filter((value, i) => !Object.is(exp(value), powers[i]));
}

it('exponentials of many values are those of exp, to the bit, for doubles of every size', () => {
  const rng = createAlea();
  rng.reseed(5);
  const any = new DataView(new ArrayBuffer(8));
  const anyDouble = (): number => {
    any.setUint32(0, rng.uint32());
    any.setUint32(4, rng.uint32());
    return any.getFloat64(0);
  };
  for (const width of [0.4, 1.2, 4, 60, 800, 1500])
    expect(differing(Float64Array.from({ length: 100_000 }, () => width * (2 * rng() - 1)))).toEqual([]);
  expect(differing(Float64Array.from({ length: 200_000 }, anyDouble))).toEqual([]);
});

it('so are those around every multiple of half ln 2, and of 0, 1, overflow, infinite and undefined values', () => {
  const ln2 = 0.6931471805599453;
  const around = Array.from({ length: 4100 }, (_, k) => (k - 2050) * 0.5 * ln2).flatMap((x) =>
    Array.from({ length: 33 }, (_, step) => x * (1 + (step - 16) * 2 ** -52)),
  );
  // Where math.ts decides by the upper word, whose steps are 2^-32 of the value.
  const words = [0.3465735912322998, 1.0397205352783203, 2 ** -28, 700].flatMap((x) =>
    Array.from({ length: 2001 }, (_, step) => x * (1 + (step - 1000) * 2 ** -34)),
  );
  const exact = [0, -0, 1, -1, 709.782712893384, 709.79, -745.13, -745.14, Infinity, -Infinity, NaN];
  const both = [...around, ...words, ...exact];
  expect(differing(Float64Array.from([...both, ...both.map((x) => -x)]))).toEqual([]);
});
