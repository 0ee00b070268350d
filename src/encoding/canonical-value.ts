/**
 * The one form in which a value is stored: -0 becomes 0 and every NaN the canonical one (bits 7ff8000000000000), so that
 * equal rows are equal bytes in every format.
 */
export function canonicalValue(value: number): number {
  return value !== value ? NaN : value + 0;
}

/**
 * `canonicalValue` for every value of a column, in place. Returns how many are NaN: mostly none, so the first pass has no branch
 * for them. (-0 + 0 is 0; arithmetic may keep foreign NaN bits, so NaN is written anew.)
 */
export function canonicalise(column: Float64Array): number {
  let n_nan = 0;
  for (let i = 0; i < column.length; i += 1) {
    const value = column[i]!;
    column[i] = value + 0;
    if (value !== value) n_nan += 1;
  }
  if (n_nan > 0) for (let i = 0; i < column.length; i += 1) if (Number.isNaN(column[i])) column[i] = NaN;
  return n_nan;
}
