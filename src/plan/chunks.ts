import type { PermutationRange } from '../study/permutation-range.ts';

/**
 * Cuts missing ranges into chunks, in order. A chunk ends where its range ends or at the next multiple of the chunk size, so that chunks
 * of whole record batches stay aligned. `size` is called for every chunk: it may follow the measured speed,
 * because no byte of the result depends on it.
 */
export function* chunksOf(missing: readonly PermutationRange[], size: () => number): Generator<PermutationRange> {
  for (const range of missing) {
    let from = range.from;
    while (from < range.to) {
      const step = size();
      const to = Math.min(range.to, (Math.floor(from / step) + 1) * step);
      yield { from, to };
      from = to;
    }
  }
}

/** Chunks of `size` permutations as whole batches: rounded up to a multiple of `batch_rows` where the format needs it. */
export function wholeBatches(size: number, batch_rows: number): number {
  return Math.ceil(size / batch_rows) * batch_rows;
}
