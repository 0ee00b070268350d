/** Columns of equal length, orthogonal to each other and of length 1. */
export type Basis = readonly Float64Array[];

/** What is left of a column that is this small, relative to it, is rounding: the columns before span it. */
const NOTHING_LEFT = 1e-9;

/**
 * What `columns` add to the space that `before` spans, as an orthonormal basis: Gram and Schmidt's method, each column done twice, which keeps
 * all digits. Source: Giraud, Langou, Rozloznik 2005, doi:10.1016/j.camwa.2005.08.009. Sums go in the order of the rows: the same bits on
 * every machine.
 */
export function extendBasis(before: Basis, columns: Iterable<Float64Array>): Basis {
  const all = [...before];
  const added: Float64Array[] = [];
  for (const column of columns) {
    const rest = column.slice();
    const size = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass++) for (const known of all) subtract(rest, known, dot(rest, known));
    const left = Math.sqrt(dot(rest, rest));
    if (!(left > NOTHING_LEFT * size)) continue;
    for (let i = 0; i < rest.length; i++) rest[i]! /= left;
    all.push(rest);
    added.push(rest);
  }
  return added;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function subtract(from: Float64Array, column: Float64Array, factor: number): void {
  for (let i = 0; i < from.length; i++) from[i]! -= factor * column[i]!;
}
