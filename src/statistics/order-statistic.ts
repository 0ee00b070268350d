/**
 * The 1-based rank ceil(n q) of the order statistic that estimates quantile q without interpolation, 1 .. n.
 * n q is nudged down by a few units in its last place first: 0.07 x 100 = 7.000000000000001 is rank 7.
 */
export function orderStatisticRank(n: number, q: number): number {
  const position = n * q;
  return Math.min(n, Math.max(1, Math.ceil(position - position * 4 * Number.EPSILON)));
}
