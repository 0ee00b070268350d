import assert from 'node:assert/strict';

import type { Kernel } from '#native-free/kernel';
import { decodeRows, formatRows, scanRows } from '#native-free/csv/rows';

export { csvWasmRuns } from '#native-free/csv/wasm';

import type { MetricsSchema, Rows } from './metrics-schema.ts';
import { counted } from '../wording/format-number.ts';

/**
 * CSV rows exactly as the contract has them: `perm_index,<metrics...>`, LF, numbers as JavaScript prints them (the
 * shortest text that reads back to the same number), `NaN`, `Infinity`, `-Infinity`; every row ends in a newline.
 * Parsing is strict: any other spelling of the same number is refused, because this engine never wrote it.
 */

/** No row of ours comes near this length [bytes]; a longer line is damage. */
export const MAX_LINE_BYTES = 65_536;
/** perm_index is an unsigned 32-bit integer. */
export const MAX_PERM_INDEX = 0xffffffff;

const COMMA = 44;
const ZERO = 48;

export function csvHeader(metrics: readonly string[]): string {
  return `${['perm_index', ...metrics].join(',')}\n`;
}

/** The lines of `rows`, without a header. The bytes are the caller's (see `StoreFormat.encode`). */
export function encodeCsvRows(
  { perm_index, columns }: Rows,
  kernel: Kernel = 'auto',
  into?: ArrayBufferLike,
): Uint8Array {
  return formatRows(perm_index, columns, kernel, into);
}

/** Whether JavaScript prints this text for the number it reads as. */
export function isCanonicalNumber(text: string): boolean {
  return String(Number(text)) === text;
}

/**
 * perm_index at the start of a line: `0|[1-9][0-9]*` below 2^32, followed by a comma. -1 for anything else.
 * `end` is where the line ends (its newline).
 */
export function permIndexAt(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let value = 0;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === COMMA) break;
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9 || at - start > 9) return -1;
    value = value * 10 + digit;
  }
  if (at === start || at === end) return -1;
  if (bytes[start] === ZERO && at - start > 1) return -1;
  return value <= MAX_PERM_INDEX ? value : -1;
}

/** Why a line is not a row of this engine, or undefined where it is one. `end` is the offset of its newline. */
export function rowFault(bytes: Buffer, start: number, end: number, n_metrics: number): string | undefined {
  if (end - start > MAX_LINE_BYTES) return 'a line over 64 KiB';
  const comma = bytes.indexOf(COMMA, start);
  if (permIndexAt(bytes, start, end) < 0) {
    return comma < 0 || comma > end
      ? 'not a row of numbers'
      : 'perm_index is not a whole number as this engine writes it';
  }
  const fields = bytes.toString('latin1', comma + 1, end).split(',');
  if (fields.length !== n_metrics)
    return `${counted(fields.length + 1, 'field')} where the header has ${n_metrics + 1}`;
  for (const field of fields) {
    if (!isCanonicalNumber(field)) return 'a number in a form that this engine does not write';
  }
  return undefined;
}

/** Decodes `rows` whole lines that are known to be good. */
export function decodeCsvRows(bytes: Uint8Array, rows: number, n_metrics: number): Rows {
  const perm_index = new Uint32Array(rows);
  const columns = Array.from({ length: n_metrics }, () => new Float64Array(rows));
  const found = decodeRows(bytes, perm_index, columns, false);
  assert(found.rows === rows && found.consumed === bytes.length, 'rows are whole, with one field per column');
  return { perm_index, columns };
}

/** Rows checked at once. */
const ROWS_AT_ONCE = 4096;

/** Whether these are whole lines, every number spelled as this engine spells it. */
export function areCsvRows(bytes: Uint8Array, n_metrics: number): boolean {
  const indices = new Uint32Array(ROWS_AT_ONCE);
  const columns = Array.from({ length: n_metrics }, () => new Float64Array(ROWS_AT_ONCE));
  for (let at = 0; at < bytes.length;) {
    const found = decodeRows(bytes.subarray(at), indices, columns, true);
    if (found.bad || found.rows === 0) return false;
    at += found.consumed;
  }
  return true;
}

/** The perm_index of every line; `bytes` are whole lines that are known to be good. */
export function permIndicesOfLines(bytes: Uint8Array, rows: number, n_metrics: number): Uint32Array {
  const indices = new Uint32Array(rows);
  const found = scanRows(bytes, n_metrics, indices, new Uint32Array(rows));
  assert(found.rows === rows && found.consumed === bytes.length, 'a chunk holds as many rows as it says');
  return indices;
}

/** The text of the header's columns, for messages. */
export function columnsOf(schema: MetricsSchema): string {
  return csvHeader(schema.metrics).trimEnd();
}
