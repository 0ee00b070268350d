/** Half-open range of permutations, [from, to). Lists of ranges are ascending, disjoint and not adjacent. */
export interface PermutationRange {
  readonly from: number;
  readonly to: number;
}

export function countPermutations(ranges: readonly PermutationRange[]): number {
  let count = 0;
  for (const range of ranges) count += range.to - range.from;
  return count;
}

/** What is in `ranges` and not in `removed`. Both ascending and disjoint; so is the result. */
export function subtractRanges(
  ranges: readonly PermutationRange[],
  removed: readonly PermutationRange[],
): PermutationRange[] {
  const left: PermutationRange[] = [];
  let next = 0;
  for (const range of ranges) {
    let from = range.from;
    while (next < removed.length && removed[next]!.to <= from) next += 1;
    for (let k = next; k < removed.length && removed[k]!.from < range.to; k += 1) {
      if (removed[k]!.from > from) left.push({ from, to: removed[k]!.from });
      from = Math.max(from, removed[k]!.to);
    }
    if (from < range.to) left.push({ from, to: range.to });
  }
  return left;
}

/** Ascending permutation indices as ranges. Throws nothing: repeated indices count once. */
export function rangesOf(ascending: Iterable<number>): PermutationRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const index of ascending) {
    const last = ranges.at(-1);
    if (last !== undefined && index <= last.to) last.to = Math.max(last.to, index + 1);
    else ranges.push({ from: index, to: index + 1 });
  }
  return ranges;
}

/** `0-1999, 4000-7999` for people; at most `most` ranges are named. */
export function describeRanges(ranges: readonly PermutationRange[], most = 5): string {
  const named = ranges.slice(0, most).map(({ from, to }) => (to - from === 1 ? `${from}` : `${from}-${to - 1}`));
  if (ranges.length > most) named.push(`and ${ranges.length - most} more`);
  return named.join(', ');
}

/** What is in either. */
export function uniteRanges(
  ranges: readonly PermutationRange[],
  others: readonly PermutationRange[],
): PermutationRange[] {
  const all: { from: number; to: number }[] = [];
  for (const { from, to } of [...ranges, ...others].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}

/** What is in both. Both ascending and disjoint; so is the result. */
export function intersectRanges(
  ranges: readonly PermutationRange[],
  others: readonly PermutationRange[],
): PermutationRange[] {
  return subtractRanges(ranges, subtractRanges(ranges, others));
}

export function includes(ranges: readonly PermutationRange[], index: number): boolean {
  return ranges.some(({ from, to }) => from <= index && index < to);
}

/** At most this many indices out of the ranges, ascending and evenly spread, the first and the last among them: always the same ones. */
export function spread(ranges: readonly PermutationRange[], most: number): number[] {
  const all = countPermutations(ranges);
  const wanted = Math.min(all, most);
  const indices: number[] = [];
  let before = 0;
  let k = 0;
  for (const { from, to } of ranges) {
    for (; k < wanted; k += 1) {
      const place = wanted === 1 ? 0 : Math.floor((k * (all - 1)) / (wanted - 1));
      if (place >= before + to - from) break;
      indices.push(from + place - before);
    }
    before += to - from;
  }
  return indices;
}
