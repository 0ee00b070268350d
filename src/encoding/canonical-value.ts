/**
 * The one form in which a value is stored: -0 becomes 0 and every NaN the canonical one (bits 7ff8000000000000), so that
 * equal rows are equal bytes in every format.
 */
export function canonicalValue(value: number): number {
  return value !== value ? NaN : value + 0;
}

/**
 * `canonicalValue` for every value of a column, in place. Returns how many are NaN. The first pass has no branch and is of two values at a
 * time, since there is mostly none to be found: x - x is 0 but for NaN and the infinities. (-0 + 0 is 0; arithmetic may keep foreign NaN
 * bits, so NaN is written anew.)
 */
export function canonicalise(column: Float64Array): number {
  const { length } = column;
  let even = 0;
  let odd = 0;
  for (let i = 1; i < length; i += 2) {
    const before = column[i - 1]!;
    const value = column[i]!;
    column[i - 1] = before + 0;
    column[i] = value + 0;
    even += before - before;
    odd += value - value;
  }
  if (even + odd !== 0) return canonicaliseEach(column);
  return canonicaliseEach(column.subarray(length - (length % 2)));
}

function canonicaliseEach(column: Float64Array): number {
  let n_nan = 0;
  for (let i = 0; i < column.length; i += 1) {
    column[i] = canonicalValue(column[i]!);
    if (Number.isNaN(column[i])) n_nan += 1;
  }
  return n_nan;
}
