import assert from 'node:assert/strict';
import type { MetricsSchema, Rows } from './metrics-schema.ts';

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
const NEWLINE = 10;

export function csvHeader(metrics: readonly string[]): string {
  return `${['perm_index', ...metrics].join(',')}\n`;
}

/** The lines of `rows`, without a header. */
export function encodeCsvRows(rows: Rows): Uint8Array {
  const { perm_index, columns } = rows;
  let text = '';
  for (let i = 0; i < perm_index.length; i++) {
    text += perm_index[i];
    for (const column of columns) text += `,${column[i]}`;
    text += '\n';
  }
  return Buffer.from(text, 'latin1');
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

/** Why a line is no row of ours, or undefined where it is one. `end` is where its newline stands. */
export function rowFault(bytes: Buffer, start: number, end: number, n_metrics: number): string | undefined {
  if (end - start > MAX_LINE_BYTES) return 'a line over 64 KiB';
  const comma = bytes.indexOf(COMMA, start);
  if (permIndexAt(bytes, start, end) < 0) {
    return comma < 0 || comma > end ? 'no row of numbers' : 'perm_index is not a whole number as this engine writes it';
  }
  const fields = bytes.toString('latin1', comma + 1, end).split(',');
  if (fields.length !== n_metrics) return `${fields.length + 1} fields where the header has ${n_metrics + 1}`;
  for (const field of fields) {
    if (!isCanonicalNumber(field)) return 'a number that this engine would not write like this';
  }
  return undefined;
}

/** Decodes whole lines that are known to be good. */
export function decodeCsvRows(bytes: Buffer, n_metrics: number): Rows {
  const lines = bytes.toString('latin1').split('\n');
  assert(lines.pop() === '', 'rows end in a newline');
  const perm_index = new Uint32Array(lines.length);
  const columns = Array.from({ length: n_metrics }, () => new Float64Array(lines.length));
  for (let i = 0; i < lines.length; i++) {
    const fields = lines[i]!.split(',');
    assert(fields.length === n_metrics + 1, 'a row has one field per column');
    perm_index[i] = Number(fields[0]);
    for (let m = 0; m < n_metrics; m++) columns[m]![i] = Number(fields[m + 1]);
  }
  return { perm_index, columns };
}

/** The perm_index of every line; `bytes` are whole lines that are known to be good. */
export function permIndicesOfLines(bytes: Buffer, rows: number): Uint32Array {
  const indices = new Uint32Array(rows);
  let at = 0;
  for (let i = 0; i < rows; i++) {
    const end = bytes.indexOf(NEWLINE, at);
    const index = end < 0 ? -1 : permIndexAt(bytes, at, end);
    assert(index >= 0, 'a chunk holds as many rows as it says');
    indices[i] = index;
    at = end + 1;
  }
  assert(at === bytes.length, 'a chunk holds as many rows as it says');
  return indices;
}

/** The text of the header's columns, for messages. */
export function columnsOf(schema: MetricsSchema): string {
  return csvHeader(schema.metrics).trimEnd();
}
