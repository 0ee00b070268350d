import type { PermutationRange } from '../study/permutation-range.ts';

/** A range of permutations that the same files miss and the same files hold. */
export interface Segment extends PermutationRange {
  /** Places in `missing` of those that miss all of it; at least one. */
  readonly wanted_by: readonly number[];
  /** Places in `held` of those that hold all of it. */
  readonly held_by: readonly number[];
}

/**
 * What is to be done for files that hold the same rows: everything that at least one of them misses, ascending, cut where the files that miss it or those
 * that hold it change. So every permutation is computed (or copied) once and goes to all that miss it.
 * Each list of ranges is ascending and disjoint.
 */
export function segmentsOf(
  missing: readonly (readonly PermutationRange[])[],
  held: readonly (readonly PermutationRange[])[] = [],
): Segment[] {
  const edges = new Set([...missing, ...held].flatMap((ranges) => ranges.flatMap(({ from, to }) => [from, to])));
  const ascending = [...edges].sort((a, b) => a - b);
  const wants = missing.map(coverage);
  const holds = held.map(coverage);
  const segments: Segment[] = [];
  for (const [i, from] of ascending.slice(0, -1).entries()) {
    // Every list is asked at every edge: their cursors only go forward.
    const wanted_by = wants.flatMap((covers, k) => (covers(from) ? [k] : []));
    const held_by = holds.flatMap((covers, k) => (covers(from) ? [k] : []));
    if (wanted_by.length > 0) segments.push({ from, to: ascending[i + 1]!, wanted_by, held_by });
  }
  return segments;
}

/** Whether a permutation lies in one of the ranges; to be asked in ascending order. */
function coverage(ranges: readonly PermutationRange[]): (index: number) => boolean {
  let at = 0;
  return (index) => {
    while (at < ranges.length && ranges[at]!.to <= index) at += 1;
    return at < ranges.length && ranges[at]!.from <= index;
  };
}
