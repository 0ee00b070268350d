/** How many changes waited 0, 1, 2, ... ticks. */
export type WaitHistogram = Uint32Array;

/** The waits counted between two copies, into `out`. */
export function waitsBetween(start: WaitHistogram, end: WaitHistogram, out: WaitHistogram): WaitHistogram {
  for (let wait = 0; wait < out.length; wait++) out[wait] = end[wait]! - start[wait]!;
  return out;
}

/**
 * Percentile `p` in 0..1 [ticks] of the `count` waits: with the waits sorted, x = p (count - 1), linear interpolation between
 * the neighbours of x (Hyndman and Fan's type 7). NaN without waits.
 */
export function waitPercentile(histogram: WaitHistogram, count: number, p: number): number {
  if (count === 0) return Number.NaN;
  const x = p * (count - 1);
  const rank = Math.floor(x);
  const low = waitOfRank(histogram, rank);
  if (x === rank) return low;
  return low + (x - rank) * (waitOfRank(histogram, rank + 1) - low);
}

/** The wait at `rank` (from 0) in sorted order. */
function waitOfRank(histogram: WaitHistogram, rank: number): number {
  let below = 0;
  for (let wait = 0; wait < histogram.length; wait++) {
    below += histogram[wait]!;
    if (below > rank) return wait;
  }
  return Number.NaN;
}
