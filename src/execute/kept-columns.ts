import type { Rows } from '../encoding/metrics-schema.ts';

/**
 * The values of a cell that is being computed, in memory that all threads of this process see: its statistics are made from them at its end, without reading
 * and decoding what was just encoded. Column m takes `span` values from m x span on; the row of permutation p stands at p.
 */
export interface KeptColumns {
  readonly memory: SharedArrayBuffer;
  /** Permutations that there is room for. */
  readonly span: number;
}

export function keptBytes(n_metrics: number, span: number): number {
  return n_metrics * span * Float64Array.BYTES_PER_ELEMENT;
}

/** Puts the rows of a chunk of `count` permutations in their place, where there is any. Those of a chunk that misses some are not kept: the cell will not be whole. */
export function keptIn(kept: KeptColumns | undefined, { perm_index, columns }: Rows, count: number): { kept?: true } {
  const first = perm_index[0];
  if (kept === undefined || first === undefined || perm_index.length < count) return {};
  for (const [m, column] of columns.entries()) columnOf(kept, m).set(column, first);
  return { kept: true };
}

/** The values of the rows 0 .. n - 1, all of which were kept. */
export function keptColumns(kept: KeptColumns, n_metrics: number, n: number): Float64Array[] {
  return Array.from({ length: n_metrics }, (_, m) => columnOf(kept, m).subarray(0, n));
}

function columnOf({ memory, span }: KeptColumns, m: number): Float64Array {
  return new Float64Array(memory, m * span * Float64Array.BYTES_PER_ELEMENT, span);
}
