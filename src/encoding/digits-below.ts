/** Decimal digits of all of 0 .. n - 1 together. */
export function digitsBelow(n: number): number {
  let digits = Math.min(n, 1);
  for (let size = 1, from = 1; from < n; size += 1, from *= 10) digits += size * (Math.min(n, from * 10) - from);
  return digits;
}
