import type { PermutationRange } from './cell-file.ts';

/** Collects ascending indices into ranges. */
export class RangeBuilder {
  readonly ranges: { from: number; to: number }[] = [];
  #last: { from: number; to: number } | undefined;

  add(from: number, to = from + 1): void {
    if (this.#last !== undefined && this.#last.to === from) this.#last.to = to;
    else this.ranges.push((this.#last = { from, to }));
  }
}

/** What [0, target) has beyond `present`. */
export function missingFrom(present: readonly PermutationRange[], target: number): PermutationRange[] {
  const missing: PermutationRange[] = [];
  let next = 0;
  for (const range of present) {
    if (range.from > next) missing.push({ from: next, to: range.from });
    next = range.to;
  }
  if (next < target) missing.push({ from: next, to: target });
  return missing;
}

/** `ranges` without [from, to). */
export function without(ranges: readonly PermutationRange[], from: number, to: number): PermutationRange[] {
  const rest: PermutationRange[] = [];
  for (const range of ranges) {
    if (range.to <= from || range.from >= to) {
      rest.push(range);
      continue;
    }
    if (range.from < from) rest.push({ from: range.from, to: from });
    if (range.to > to) rest.push({ from: to, to: range.to });
  }
  return rest;
}

export function covers(ranges: readonly PermutationRange[], from: number, to: number): boolean {
  return ranges.some((range) => range.from <= from && to <= range.to);
}

export function sizeOf(ranges: readonly PermutationRange[]): number {
  return ranges.reduce((sum, range) => sum + range.to - range.from, 0);
}
