/**
 * The one form in which a value is stored: -0 becomes 0 and every NaN the canonical one (bits 7ff8000000000000), so that
 * equal rows are equal bytes in every format.
 */
export function canonicalValue(value: number): number {
  return value !== value ? NaN : value + 0;
}

/** `canonicalValue` for every value of a column, in place. (-0 + 0 is 0; storing NaN in a typed array may keep foreign NaN bits, so it is written anew.) */
export function canonicalise(column: Float64Array): void {
  for (let i = 0; i < column.length; i++) {
    const value = column[i]!;
    column[i] = value !== value ? NaN : value + 0;
  }
}
