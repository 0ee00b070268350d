/**
 * Metrics rows as text, `perm_index,m1,...,mk\n`: the plain TypeScript form, twin of the WebAssembly module.
 *
 * Numbers are spelled as JavaScript prints them, -0 as 0. perm_index is `0|[1-9][0-9]*` below 2^32.
 */

const COMMA = 44;
const NEWLINE = 10;
const ZERO = 48;

/** What `scanRows` and `decodeRows` found. */
export interface RowsFound {
  /** Rows taken, from the start of the text on. */
  readonly rows: number;
  /** Bytes that they take. The rest may be an incomplete row, to be given again with more behind it. */
  readonly consumed: number;
  /** The line at `consumed` is whole but no row (of that many numbers, spelled as it should). */
  readonly bad: boolean;
}

/** What `countRun` found: so many rows, which take so many bytes. */
export interface RunFound {
  readonly rows: number;
  readonly consumed: number;
}

/** A buffer of its own (none of Node's shared ones), not filled with zeros first. */
export function unfilled(length: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(length).buffer;
}

/** The lines of rows 0 .. perm_index.length - 1. */
export function formatRowsTwin(perm_index: Uint32Array, columns: readonly Float64Array[]): Uint8Array {
  let text = '';
  for (let i = 0; i < perm_index.length; i++) {
    text += perm_index[i]!.toString();
    // String(-0) is '0'.
    for (const column of columns) text += ',' + String(column[i]!);
    text += '\n';
  }
  const bytes = Buffer.from(unfilled(text.length));
  bytes.write(text, 'latin1');
  return bytes;
}

/**
 * Finds whole rows: a perm_index, then exactly `metrics` commas before the newline. Numbers are not looked at. Fills
 * `perm_index` and `ends` (offset behind each row's newline) and stops when `perm_index` is full.
 */
export function scanRowsTwin(
  bytes: Uint8Array,
  metrics: number,
  perm_index: Uint32Array,
  ends: Uint32Array,
): RowsFound {
  let at = 0;
  let rows = 0;
  while (rows < perm_index.length) {
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) break;
    const index = readIndex(bytes, at, end);
    if (index < 0 || commasIn(bytes, at, end) !== metrics) return { rows, consumed: at, bad: true };
    perm_index[rows] = index;
    ends[rows++] = at = end + 1;
  }
  return { rows, consumed: at, bad: false };
}

/** Counts the whole rows `first`, `first` + 1, ... from the start of `bytes` on, at most `most`. */
export function countRunTwin(bytes: Uint8Array, metrics: number, first: number, most: number): RunFound {
  let at = 0;
  let rows = 0;
  for (; rows < most; rows++) {
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0 || readIndex(bytes, at, end) !== first + rows || commasIn(bytes, at, end) !== metrics) break;
    at = end + 1;
  }
  return { rows, consumed: at };
}

function commasIn(bytes: Uint8Array, start: number, end: number): number {
  let commas = 0;
  for (let at = start; at < end; at++) commas += Number(bytes[at] === COMMA);
  return commas;
}

/** perm_index of the line from `start` to `end`, or -1. */
function readIndex(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let value = 0;
  for (; at < end && bytes[at] !== COMMA; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9 || at - start > 9) return -1;
    value = value * 10 + digit;
  }
  if (at === start || at === end || (bytes[start] === ZERO && at - start > 1)) return -1;
  return value <= 0xffffffff ? value : -1;
}

/**
 * Reads whole rows into `perm_index` and `columns` and stops when those are full. With `strict` every number must be
 * spelled as this writes it; without, the text must be known to be good (its checksum was right).
 */
export function decodeRowsTwin(
  bytes: Uint8Array,
  perm_index: Uint32Array,
  columns: readonly Float64Array[],
  strict: boolean,
): RowsFound {
  const ends = new Uint32Array(perm_index.length);
  const found = scanRowsTwin(bytes, columns.length, perm_index, ends);
  let start = 0;
  for (let row = 0; row < found.rows; row++) {
    if (!decodeRow(bytes, start, ends[row]!, columns, row, strict)) return { rows: row, consumed: start, bad: true };
    start = ends[row]!;
  }
  return found;
}

/** One row, its newline included. False where a number is not what it should be. */
export function decodeRow(
  bytes: Uint8Array,
  start: number,
  end: number,
  columns: readonly Float64Array[],
  row: number,
  strict: boolean,
): boolean {
  const fields = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - 1 - start)
    .toString('latin1')
    .split(',');
  for (let m = 0; m < columns.length; m++) {
    const text = fields[m + 1]!;
    const value = Number(text);
    if ((strict || Number.isNaN(value)) && String(value) !== text) return false;
    columns[m]![row] = value;
  }
  return true;
}
