import { describe, expect, it } from 'vitest';

import { createAlea } from '../../src/random/alea.ts';
import { exponential } from '../../src/random/exponential.ts';
import { fillExponential } from '../../src/random/fill-exponential.ts';
import { GENERATORS } from '../../src/random/generator.ts';
import { logAll } from '../../src/random/log-all.ts';
import { log } from '../../src/random/math.ts';
import { createStreams } from '../../src/random/streams.ts';

/** Where the bits differ. Object.is tells -0 from 0. */
function differing(values: Float64Array): number[] {
  const logs = values.slice();
  logAll(logs);
  return [...values].filter((value, i) => !Object.is(log(value), logs[i]));
}

describe('logarithms of many values', () => {
  it('are those of log, to the bit, for uniforms, for doubles of every size and around powers of two', () => {
    const rng = createAlea();
    rng.reseed(99);
    const any = new DataView(new ArrayBuffer(8));
    const anyDouble = (): number => {
      any.setUint32(0, rng.uint32());
      any.setUint32(4, rng.uint32());
      return any.getFloat64(0);
    };
    expect(differing(Float64Array.from({ length: 200_000 }, () => 1 - rng()))).toEqual([]);
    expect(differing(Float64Array.from({ length: 200_000 }, anyDouble))).toEqual([]);
    const steps = [-3, -2, -1, 0, 1, 2, 3].map((step) => step * 2 ** -52);
    const near = [2 ** -1074, 2 ** -1022, 0.25, 0.5, Math.SQRT1_2, 1, Math.SQRT2, 2, 4, 2 ** 1023].flatMap((x) =>
      steps.map((step) => x * (1 + step)),
    );
    const loose = Array.from({ length: 2000 }, (_, i) => 1 + (i - 1000) * 2 ** -22);
    expect(differing(Float64Array.from([...near, ...loose]))).toEqual([]);
  });

  it('of zero, of negative, infinite and undefined values are those of log', () => {
    expect(differing(Float64Array.of(0, -0, -1, Infinity, -Infinity, NaN, 5e-324, Number.MAX_VALUE))).toEqual([]);
  });

  it('reach as far as the array, which may be a part of another one, or empty', () => {
    const whole = Float64Array.from({ length: 2000 }, (_, i) => i + 1);
    logAll(whole.subarray(3, 1500));
    expect([...whole]).toEqual(Array.from({ length: 2000 }, (_, i) => (i >= 3 && i < 1500 ? log(i + 1) : i + 1)));
    logAll(new Float64Array(0));
  });
});

it.each(GENERATORS)('many exponential values of %s are those of as many calls, to the bit', (generator) => {
  const streams = createStreams(
    generator === 'philox'
      ? { scheme: 'philox', generator, key: [3, 4] }
      : { scheme: 'sha256-32', generator, base_seed: 77 },
    0,
    1,
  );
  const rng = streams.rng(0);
  const expected = Array.from({ length: 1000 }, () => exponential(rng, 2.5));
  const values = new Float64Array(1000);
  fillExponential(streams.rng(0), 2.5, values);
  expect([...values]).toEqual(expected);
});
