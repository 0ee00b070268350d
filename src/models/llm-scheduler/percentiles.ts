/**
 * Percentiles of the first `count` values by linear interpolation at position p/100 (n - 1) of the sorted values
 * (Hyndman and Fan 1996, type 7). Reorders `values`. 0 for each if there is no value.
 */
export function percentiles(values: Float64Array, count: number, ranks: readonly number[]): number[] {
  if (count === 0) return ranks.map(() => 0);
  let from = 0;
  const results = new Array<number>(ranks.length).fill(0);
  // Ascending, so that each selection starts where the last one ended.
  const ascending = ranks.map((_, i) => i).sort((a, b) => ranks[a]! - ranks[b]!);
  for (const i of ascending) {
    const position = (ranks[i]! / 100) * (count - 1);
    const below = Math.min(Math.floor(position), count - 1);
    select(values, from, count - 1, below);
    from = below;
    const low = values[below]!;
    const high = below + 1 < count ? least(values, below + 1, count) : low;
    results[i] = low + (high - low) * (position - below);
  }
  return results;
}

/** Puts the value of rank k in its place, nothing greater before it and nothing less after it (Floyd and Rivest 1975, doi:10.1145/360680.360694, without sampling). */
function select(values: Float64Array, low: number, high: number, k: number): void {
  let left = low;
  let right = high;
  while (right > left) {
    const pivot = middle(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swap = values[i]!;
        values[i] = values[j]!;
        values[j] = swap;
        i++;
        j--;
      }
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else return;
  }
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function least(values: Float64Array, from: number, to: number): number {
  let result = values[from]!;
  for (let i = from + 1; i < to; i++) if (values[i]! < result) result = values[i]!;
  return result;
}

/** The same percentiles of values that come with counts, ascending by value. */
export function weightedPercentiles(
  values: readonly number[],
  counts: readonly number[],
  ranks: readonly number[],
): number[] {
  const count = counts.reduce((total, n) => total + n, 0);
  if (count === 0) return ranks.map(() => 0);
  return ranks.map((rank) => {
    const position = (rank / 100) * (count - 1);
    const below = Math.min(Math.floor(position), count - 1);
    const low = ofRank(values, counts, below);
    const high = ofRank(values, counts, Math.min(below + 1, count - 1));
    return low + (high - low) * (position - below);
  });
}

function ofRank(values: readonly number[], counts: readonly number[], rank: number): number {
  let seen = 0;
  for (let i = 0; i < values.length; i++) {
    seen += counts[i]!;
    if (rank < seen) return values[i]!;
  }
  return NaN;
}
