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
