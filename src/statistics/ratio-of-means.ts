import assert from 'node:assert/strict';

/** The sums over rows that a pooled rate and its error are made of: of the numerator x and the denominator y. */
export interface RatioSums {
  n: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
  yy: number;
}

export function noRatioSums(): RatioSums {
  return { n: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
}

export function addToRatio(sums: RatioSums, x: number, y: number): void {
  sums.n++;
  sums.x += x;
  sums.y += y;
  sums.xx += x * x;
  sums.xy += x * y;
  sums.yy += y * y;
}

/**
 * The pooled rate R = sum x / sum y over n rows, and its standard error: sqrt(sum (x - R y)^2 / (n - 1) / n) / mean y. NaN where the
 * denominators sum to 0; the error NaN for fewer than two rows. Source: Cochran 1977, Sampling Techniques, 6.4.
 */
export function ratioOfMeans({ n, x, y, xx, xy, yy }: RatioSums): { rate: number; se: number } {
  assert(n >= 0, 'a count of rows');
  if (y === 0) return { rate: NaN, se: NaN };
  const rate = x / y;
  // Of integers the sums are exact; what rounding leaves below 0 is 0.
  const squares = Math.max(0, xx - 2 * rate * xy + rate * rate * yy);
  return { rate, se: n < 2 ? NaN : Math.sqrt((squares / (n - 1)) * n) / Math.abs(y) };
}
