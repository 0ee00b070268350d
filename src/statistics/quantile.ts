import assert from 'node:assert/strict';

/** The 0-based ranks that `quantileOf` reads for q of n values: floor(q (n - 1)) and the next. */
export function quantileRanks(n: number, q: number): readonly [number, number] {
  assert(q >= 0 && q <= 1, `a quantile is of [0, 1], not ${q}`);
  const low = Math.floor(q * (n - 1));
  return [low, Math.min(low + 1, n - 1)];
}

/**
 * Quantile q by type 7 (Hyndman, Fan 1996, doi:10.2307/2684934), interpolated exactly as `numpy.quantile` does:
 * v = q (n - 1), t = v - floor(v), d = b - a; a + d t for t < 1/2, else b - d (1 - t).
 * `at(rank)` is the order statistic of a 0-based rank. NaN for n = 0.
 * Next to an infinity: the finite neighbour at t = 0, else the infinity; NaN between -Infinity and Infinity.
 */
export function quantileOf(at: (rank: number) => number, n: number, q: number): number {
  if (n === 0) return NaN;
  const [low, high] = quantileRanks(n, q);
  const a = at(low);
  const b = at(high);
  const t = q * (n - 1) - low;
  const d = b - a;
  if (t === 0 || a === b) return a;
  if (!Number.isFinite(d)) return a * (1 - t) + b * t; // numpy: NaN or infinite; only next to an infinity, or past 1e308
  return t < 0.5 ? a + d * t : b - d * (1 - t);
}
