import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalise, canonicalValue, createColumns } from '#native-free/columns/columns';

const bitsOf = (column: Float64Array): bigint[] => [
  ...new BigUint64Array(column.buffer, column.byteOffset, column.length),
];

const value = fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, -5e-324), fc.double());

// A column of the module's memory, and one of plain memory, which the twin takes.
describe.each([
  { where: 'WebAssembly', make: (n: number) => createColumns(3, n)[1]! },
  { where: 'its twin', make: (n: number) => new Float64Array(n) },
])('canonicalise in $where', ({ make }) => {
  it('stores -0 and foreign NaNs as 0 and the canonical NaN', () => {
    for (const length of [2, 40]) {
      const column = make(length).fill(7);
      column[0] = -0;
      new BigUint64Array(column.buffer, column.byteOffset)[1] = 0xfff8_0000_0000_0001n;
      expect(canonicalise(column)).toBe(1);
      expect(bitsOf(column).slice(0, 2)).toEqual([0n, 0x7ff8_0000_0000_0000n]);
    }
  });

  it('does to a column of any length what canonicalValue does to each of its values, and counts those that are not finite', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), fc.boolean(), (values, finite) => {
        const wanted = finite ? values.filter((each) => Number.isFinite(each)) : values;
        const column = make(wanted.length);
        column.set(wanted);
        expect(canonicalise(column)).toBe(wanted.filter((each) => !Number.isFinite(each)).length);
        expect(bitsOf(column)).toEqual(bitsOf(Float64Array.from(wanted, canonicalValue)));
      }),
    );
  });

  it('finds a value wherever it stands', () => {
    for (let at = 0; at < 37; at++) {
      const column = make(37).fill(1);
      column[at] = [NaN, -0, -Infinity][at % 3]!;
      expect(canonicalise(column)).toBe(at % 3 === 1 ? 0 : 1);
      expect(Object.is(column[at], canonicalValue(column[at]!))).toBe(true);
      expect(Object.is(column[at], -0)).toBe(false);
    }
  });

  it('touches nothing beside the part that it is given', () => {
    const column = make(30).fill(-0);
    canonicalise(column.subarray(3, 20));
    expect(Array.from(column, (each) => Object.is(each, -0))).toEqual(Array.from(column, (_, i) => i < 3 || i >= 20));
  });
});

it('columns of one call lie beside each other', () => {
  const columns = createColumns(4, 1000);
  columns.forEach((column, c) => column.fill(c));
  columns.forEach((column, c) => {
    expect(column.length).toBe(1000);
    expect(column.every((each) => each === c)).toBe(true);
  });
});

it('columns beyond what a module may hold are plain arrays', () => {
  const [column] = createColumns(1, 2 ** 25 + 1);
  expect(column!.length).toBe(2 ** 25 + 1);
  column![2 ** 25] = NaN;
  expect(canonicalise(column!.subarray(2 ** 25))).toBe(1);
});
