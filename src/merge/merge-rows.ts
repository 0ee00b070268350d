import { encodeCsvRows } from '../encoding/csv-rows.ts';
import type { Rows } from '../encoding/metrics-schema.ts';

/** A row that another source holds with other values. */
export type OnConflict = (source: number, perm_index: number, line: Uint8Array) => void;

/** How far one source is read. */
interface Cursor {
  readonly blocks: Iterator<Rows>;
  rows: Rows | undefined;
  at: number;
}

/**
 * The union of the rows of several sources (each ascending in perm_index, each index once), one aligned block of `batch_rows` at a time. Where several
 * have a row, the first source's stays and the others are compared with it bit for bit.
 */
export function* mergeRows(
  sources: readonly Iterable<Rows>[],
  n_metrics: number,
  batch_rows: number,
  onConflict: OnConflict,
): Generator<Rows> {
  const cursors = sources.map((source): Cursor => {
    const cursor = { blocks: source[Symbol.iterator](), rows: undefined, at: 0 };
    advance(cursor);
    return cursor;
  });
  try {
    for (;;) {
      const next = Math.min(...cursors.map(indexAt));
      if (next === Infinity) return;
      yield mergeBlock(cursors, Math.floor(next / batch_rows) * batch_rows, n_metrics, batch_rows, onConflict);
    }
  } finally {
    for (const { blocks } of cursors) blocks.return?.();
  }
}

function indexAt({ rows, at }: Cursor): number {
  return rows?.perm_index[at] ?? Infinity;
}

/** To the next row; skips empty blocks. */
function advance(cursor: Cursor): void {
  cursor.at += 1;
  while (cursor.rows === undefined || cursor.at >= cursor.rows.perm_index.length) {
    const next = cursor.blocks.next();
    cursor.at = 0;
    if (next.done === true) {
      cursor.rows = undefined;
      return;
    }
    cursor.rows = next.value;
  }
}

function mergeBlock(
  cursors: readonly Cursor[],
  start: number,
  n_metrics: number,
  batch_rows: number,
  onConflict: OnConflict,
): Rows {
  const there = new Uint8Array(batch_rows);
  const block = Array.from({ length: n_metrics }, () => new Float64Array(batch_rows));
  let count = 0;
  for (const [source, cursor] of cursors.entries()) {
    for (let index = indexAt(cursor); index < start + batch_rows; index = indexAt(cursor)) {
      const { columns } = cursor.rows!;
      const row = index - start;
      if (there[row] === 0) {
        there[row] = 1;
        count += 1;
        for (let m = 0; m < n_metrics; m += 1) block[m]![row] = columns[m]![cursor.at]!;
      } else if (block.some((column, m) => !Object.is(column[row], columns[m]![cursor.at]))) {
        onConflict(source, index, lineOf(index, columns, cursor.at));
      }
      advance(cursor);
    }
  }
  return compact(start, there, block, count);
}

function lineOf(perm_index: number, columns: readonly Float64Array[], at: number): Uint8Array {
  const row = columns.map((column) => column.subarray(at, at + 1));
  // A copy: the encoder may use its buffer again.
  return Uint8Array.from(encodeCsvRows({ perm_index: Uint32Array.of(perm_index), columns: row }));
}

function compact(start: number, there: Uint8Array, block: readonly Float64Array[], count: number): Rows {
  const perm_index = new Uint32Array(count);
  let filled = 0;
  for (let row = 0; row < there.length; row += 1) {
    if (there[row] === 0) continue;
    perm_index[filled] = start + row;
    if (filled !== row) for (const column of block) column[filled] = column[row]!;
    filled += 1;
  }
  return { perm_index, columns: block.map((column) => column.subarray(0, count)) };
}
