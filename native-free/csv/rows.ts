/**
 * Metrics rows as CSV text, by the WebAssembly module where it runs, else by the plain form in text.ts: the same bytes,
 * the same verdicts.
 */
import { useWasm, type Kernel } from '../kernel.ts';
import { countRunTwin, decodeRowsTwin, formatRowsTwin, scanRowsTwin, type RowsFound, type RunFound } from './text.ts';
import { countRunWasm, csvWasmRuns, decodeRowsWasm, formatRowsWasm, scanRowsWasm } from './wasm.ts';

export type { RowsFound, RunFound } from './text.ts';
export { textWindow } from './wasm.ts';

/**
 * The lines `perm_index,m1,...,mk\n` of rows 0 .. perm_index.length - 1, without a header: numbers as String(x) prints
 * them, -0 as 0. Columns are at least as long as `perm_index`. The bytes returned are the caller's and
 * lie at the start of a buffer of their own: `into` where that is given and large enough.
 */
export function formatRows(
  perm_index: Uint32Array,
  columns: readonly Float64Array[],
  kernel: Kernel = 'auto',
  into?: ArrayBufferLike,
): Uint8Array {
  if (!useWasm(kernel, csvWasmRuns)) return formatRowsTwin(perm_index, columns);
  return formatRowsWasm(perm_index, columns, into);
}

/**
 * Finds whole rows from the start of `bytes`: a perm_index (`0|[1-9][0-9]*` below 2^32), then exactly `metrics` commas
 * before the newline. What stands between the commas is not looked at. Fills `perm_index` and `ends` (offset behind each
 * row's newline; at least as long) and stops when they are full, at an incomplete row, or at a line that is no row.
 */
export function scanRows(
  bytes: Uint8Array,
  metrics: number,
  perm_index: Uint32Array,
  ends: Uint32Array,
  kernel: Kernel = 'auto',
): RowsFound {
  return (useWasm(kernel, csvWasmRuns) ? scanRowsWasm : scanRowsTwin)(bytes, metrics, perm_index, ends);
}

/**
 * Counts whole rows whose perm_index is `first`, `first` + 1, and so on from the start of `bytes`, each with exactly `metrics` commas; at most
 * `most`. Stops at any other line, and at an incomplete one. What stands between the commas is not looked at. Several times
 * as fast as `scanRows`, and faster still for bytes in `textWindow`.
 */
export function countRun(
  bytes: Uint8Array,
  metrics: number,
  first: number,
  most: number,
  kernel: Kernel = 'auto',
): RunFound {
  return (useWasm(kernel, csvWasmRuns) ? countRunWasm : countRunTwin)(bytes, metrics, first, most);
}

/**
 * Reads whole rows from the start of `bytes` into `perm_index` and `columns` and stops when they are full. With
 * `strict` a row whose numbers are not spelled exactly as `formatRows` spells them is bad; without, the text must be
 * known to be good (its checksum was right) and only what is no number at all is refused.
 */
export function decodeRows(
  bytes: Uint8Array,
  perm_index: Uint32Array,
  columns: readonly Float64Array[],
  strict: boolean,
  kernel: Kernel = 'auto',
): RowsFound {
  return (useWasm(kernel, csvWasmRuns) ? decodeRowsWasm : decodeRowsTwin)(bytes, perm_index, columns, strict);
}
