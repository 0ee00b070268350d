import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactSum } from '../../src/statistics/exact-sum.ts';
import { exactSum, lcg, toDouble, toInteger, uniforms } from './reference.ts';

const finite = fc.double({ noNaN: true, min: -1e300, max: 1e300 });

/** The sum of `values` in one go, as of a block, or one by one. */
function fsum(values: Float64Array | readonly number[]): number {
  const sum = new ExactSum();
  if (values instanceof Float64Array) sum.addAll(values);
  else for (const value of values) sum.add(value);
  return sum.value();
}

describe('ExactSum', () => {
  test.each<[string, number[], number]>([
    ['ten tenths', new Array<number>(10).fill(0.1), 1],
    ['cancellation', [1e16, 1, -1e16], 1],
    ['large terms that cancel around a small one', [1e308, 1e-300, -1e308], 1e-300],
    ['half way, decided by a far smaller term (above)', [1, 2 ** -53, 2 ** -106], 1 + 2 ** -52],
    ['half way, decided by a far smaller term (below)', [1 + 2 ** -52, -(2 ** -53), -(2 ** -106)], 1],
    ['half way to even', [1, 2 ** -53], 1],
    ['half way to even, up', [1 + 2 ** -52, 2 ** -53], 1 + 2 ** -51],
    ['CPython: 1/2 ulp with a tail', [2 ** 53, -0.5, -(2 ** -54)], 2 ** 53 - 1],
    ['CPython: an odd half', [2 ** 53, 1, 2 ** -100], 2 ** 53 + 2],
    ['CPython: even above', [2 ** 53 + 10, 1, 2 ** -100], 2 ** 53 + 12],
    ['CPython: minus 4 exactly', [2 ** 53 - 4, 0.5, 2 ** -54], 2 ** 53 - 3],
    ['subnormals', [5e-324, 5e-324, -1.5e-323], -5e-324],
    ['nothing', [], 0],
    ['minus zero', [-0], 0],
  ])('is exact and rounded once: %s', (_, values, expected) => {
    expect(fsum(values)).toBe(expected);
    expect(fsum(Float64Array.from(values))).toBe(expected);
  });

  test('equals math.fsum of CPython on values of thirty orders of magnitude', () => {
    const uniform = lcg(12345);
    const values = Array.from({ length: 1000 }, () => {
      const size = uniform() - 0.5;
      return size * Number(`1e${Math.trunc(uniform() * 30 - 15)}`);
    });
    expect(fsum(Float64Array.from(values))).toBe(PYTHON_FSUM);
  });

  test('equals the exact rational sum rounded once, for any doubles', () => {
    fc.assert(
      fc.property(fc.array(finite, { maxLength: 60 }), (values) => {
        const expected = exactSum(values);
        expect(fsum(values)).toBe(expected + 0);
        expect(fsum(Float64Array.from(values))).toBe(expected + 0);
      }),
      { numRuns: 500 },
    );
  });

  test('equals the exact rational sum over long columns of every width of magnitudes', () => {
    const uniform = uniforms(7);
    for (const spread of [0, 5, 20, 60, 200, 900]) {
      const values = Float64Array.from({ length: 3000 }, () => {
        let value = uniform() - 0.4;
        for (let halvings = Math.floor(uniform() * spread); halvings > 0; halvings--) value /= 2;
        return value;
      });
      expect(fsum(values)).toBe(exactSum(values));
    }
  });

  test('does not depend on order or on the blocks that values come in', () => {
    const uniform = uniforms(3);
    const values = Float64Array.from({ length: 5000 }, () => (uniform() - 0.5) / (uniform() + 1e-9));
    const expected = fsum(values);
    expect(fsum(values.slice().sort())).toBe(expected);
    expect(fsum(values.slice().reverse())).toBe(expected);
    for (const size of [1, 7, 511, 513, 4999]) {
      const sum = new ExactSum();
      for (let from = 0; from < values.length; from += size)
        sum.addAll(values, from, Math.min(from + size, values.length));
      expect(sum.value()).toBe(expected);
    }
  });

  test('one kind of infinity is the sum, both kinds or a NaN make it NaN', () => {
    expect(fsum([1, Infinity, 2])).toBe(Infinity);
    expect(fsum(Float64Array.of(1, -Infinity, 2))).toBe(-Infinity);
    expect(fsum(Float64Array.of(Infinity, -Infinity))).toBeNaN();
    expect(fsum(Float64Array.of(NaN, 1))).toBeNaN();
    expect(fsum([NaN, Infinity])).toBeNaN();
  });

  test('a partial sum beyond the range of doubles does no harm, in any order; a sum beyond it is infinite', () => {
    const max = Number.MAX_VALUE;
    expect(fsum([1.7e308, 1.7e308, -1.7e308])).toBe(1.7e308);
    expect(fsum([max, max, 1, -max, -max])).toBe(1);
    expect(fsum(Float64Array.of(1.7e308, 1.7e308))).toBe(Infinity);
    expect(fsum([-max, -max])).toBe(-Infinity);
    expect(fsum([max, 2 ** 969])).toBe(max);
    expect(fsum([max, 2 ** 970])).toBe(Infinity);
    expect(fsum([max, 2 ** 970, -1])).toBe(max);
    expect(fsum([max, 2 ** 971, -(2 ** 970)])).toBe(Infinity);
    expect(fsum([max, 2 ** 971, -(2 ** 970), -5e-324])).toBe(max);
    const large = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ noNaN: true, min: max / 4, max }).chain((x) => fc.constantFrom(x, -x)),
      fc.constantFrom(max, -max, 2 ** 970, -(2 ** 970), 2 ** 971, 5e-324, -5e-324, 2 ** 1023, -(2 ** 1023)),
    );
    fc.assert(
      fc.property(fc.array(large, { maxLength: 20 }), (values) => {
        expect(fsum(values)).toBe(exactSum(values) + 0);
        expect(fsum(Float64Array.from(values))).toBe(exactSum(values) + 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('divided by a count it is the mean, where the sum is past the range of doubles too', () => {
    const divided = (values: readonly number[], n = values.length): number => {
      const sum = new ExactSum();
      for (const value of values) sum.add(value);
      return sum.dividedBy(n);
    };
    expect(divided([1, 2, 4])).toBe(7 / 3);
    expect(divided([1.7e308, 1.7e308, 1.7e308])).toBe(1.7e308);
    expect(divided([-1.7e308, -1.6e308])).toBe(-(1.7e308 / 2 + 1.6e308 / 2));
    expect(divided([Infinity, 1])).toBe(Infinity);
    expect(divided([Infinity, -Infinity])).toBeNaN();
    const huge = fc.double({ noNaN: true, min: Number.MAX_VALUE / 3, max: Number.MAX_VALUE });
    fc.assert(
      fc.property(
        fc.array(huge, { minLength: 7, maxLength: 40 }),
        fc.boolean(),
        fc.double({ noNaN: true, min: -1, max: 1 }),
        (values, negative, more) => {
          const signed = [...(negative ? values.map((value) => -value) : values), more];
          const n = BigInt(signed.length);
          const exact = signed.reduce((sum, value) => sum + toInteger(value), 0n);
          const size = exact < 0n ? -exact : exact;
          // A remainder can only break a tie, which the last of these two thousand bits does as well.
          const nearest = toDouble((size / n) | (size % n === 0n ? 0n : 1n));
          expect(divided(signed)).toBe(exact < 0n ? -nearest : nearest);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** math.fsum of the same 1,000 values, CPython 3. */
const PYTHON_FSUM = 50852735216545.375;
