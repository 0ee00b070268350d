import assert from 'node:assert/strict';

import { decodeRows, textWindow } from '#native-free/csv/rows';

import { crc32, crcGoingOn, hex32, saltOf } from '../../encoding/crc32.ts';
import { csvBlocksOf } from '../../encoding/csv-blocks.ts';
import { areCsvRows, csvHeader, encodeCsvRows, permIndexAt, permIndicesOfLines } from '../../encoding/csv-rows.ts';
import { digitsBelow } from '../../encoding/digits-below.ts';
import type { Rows } from '../../encoding/metrics-schema.ts';
import { blankScan } from '../scan/blank-scan.ts';
import type { CellPlace, LastBlock } from '../scan/cell-file.ts';
import { fileChanged } from '../../files/file-reader.ts';
import type { FileReader } from '../../files/file-reader.ts';
import { RangeBuilder } from '../scan/ranges.ts';
import type { BlockSum, Sums } from '../scan/sums.ts';
import { analyseCsv, FILE_NAME } from './csv-analysis.ts';
import { isTorn, tornAt } from './csv-lines.ts';
import { RunWalk } from './csv-runs.ts';
import { emptyScan, headerIsTorn } from './empty.ts';
import type { CanonicalScan, StoreFormat } from './format.ts';

const NEWLINE = 10;
/** Stays in the processor's cache while it is looked at. Longer than the longest line. */
const PIECE_BYTES = 1 << 18;

/** CSV lines, with their block sums in a file beside them. */
export const csvFormat: StoreFormat = {
  file_name: FILE_NAME,
  header: ({ metrics }) => Buffer.from(csvHeader(metrics), 'latin1'),
  end_marker: new Uint8Array(0),
  encode: (_schema, rows, kernel, into) => encodeCsvRows(rows, kernel, into),
  chunkRows: () => 1,
  blocksOf: csvBlocksOf,
  indicesOf: permIndicesOfLines,
  assertWhole: (bytes, first) => {
    assert(permIndexAt(bytes, 0, bytes.length) === first, 'a chunk begins with its first row');
    assert(bytes.at(-1) === NEWLINE, 'a chunk ends with a whole row');
  },
  indexBytes: (from, to) => digitsBelow(to) - digitsBelow(from),
  scanCanonical,
  analyse: analyseCsv,
  rowsOf,
  linesOf,
};

/** One aligned block, as read in order. */
interface Block {
  readonly block: number;
  /** Where it begins in the file. */
  readonly offset: number;
  rows: number;
  /** Salted CRC over its rows. */
  crc32: number;
  /** The same over as many rows as its sum covers; undefined where it has fewer. */
  covered: number | undefined;
  /** Rows that no sum covers. */
  open: { readonly from: number; readonly to: number }[];
}

/** Where a file is read to while it is scanned: the module's own memory, so that nothing is copied. One scan at a time. */
let window: Uint8Array | undefined;

/**
 * Where a block's sum verifies, its lines are what was written, digit for digit; elsewhere every number is checked to
 * be spelled as this engine spells it.
 */
function scanCanonical(reader: FileReader, place: CellPlace, target: number, sums: Sums): CanonicalScan | undefined {
  const { metrics, experiment } = place.schema;
  const header = Buffer.from(csvHeader(metrics), 'latin1');
  if (!header.equals(reader.read(0, header.length))) {
    return headerIsTorn(reader, header) ? emptyScan(reader, target) : undefined;
  }
  window ??= textWindow() ?? Buffer.allocUnsafe(PIECE_BYTES);
  const walk = new RunWalk(reader, header.length, metrics.length, target, window);
  const present = new RangeBuilder();
  const blocks = walkThrough(walk, place, sums, present);
  if (walk.stopped === 'irregular') return undefined;
  const torn = walk.stopped === 'rest';
  if (torn && !isTorn(reader, walk.end)) return undefined;
  const found = new Map<number, BlockSum>();
  const unprotected = new RangeBuilder();
  const loose_blocks: LastBlock[] = [];
  const salt = saltOf(experiment);
  let rows = 0;
  let rows_crc32 = 0;
  for (const [i, { block, offset, ...its }] of blocks.entries()) {
    const end = blocks[i + 1]?.offset ?? walk.end;
    const sum = sums.get(block);
    if (its.covered !== undefined && its.covered !== sum!.crc32) return undefined;
    const whole = { count: its.rows, crc32: its.crc32 };
    const { before } = sum ?? {};
    const are_those_before = before?.count === whole.count && before.crc32 === whole.crc32;
    const open = are_those_before ? [] : its.open;
    if (its.rows !== sum?.count && open.length > 0 && !areOurs(reader, offset, end, metrics.length)) return undefined;
    rows += its.rows;
    rows_crc32 = crcGoingOn(its.crc32, salt, rows_crc32, end - offset);
    found.set(block, whole);
    for (const { from, to } of open) unprotected.add(from, to);
    if (open.length > 0) loose_blocks.push({ block, rows: its.rows, crc32: its.crc32 });
  }
  const last = blocks.at(-1);
  const scan = {
    ...blankScan(reader.size, target),
    present: present.ranges,
    n_rows_raw: rows,
    findings: torn ? [tornAt(walk.end, reader.size)] : [],
    n_findings: Number(torn),
    sealed: !torn && rows > 0,
    end: walk.end,
    rows_crc32: hex32(rows_crc32),
    unprotected: unprotected.ranges,
    loose_blocks,
    last_block: last && { block: last.block, rows: last.rows, crc32: last.crc32 },
  };
  return { scan, sums: found };
}

function walkThrough(walk: RunWalk, place: CellPlace, sums: Sums, present: RangeBuilder): Block[] {
  const { batch_rows, experiment } = place.schema;
  const salt = saltOf(experiment);
  const blocks: Block[] = [];
  let last: Block | undefined;
  /** A run ends where its block ends, and where the block's sum does. */
  const most = (first: number): number => {
    const block = Math.floor(first / batch_rows);
    const left = (block + 1) * batch_rows - first;
    const summed = (sums.get(block)?.count ?? 0) - (last?.block === block ? last.rows : 0);
    return summed > 0 ? Math.min(left, summed) : left;
  };
  for (let run = walk.next(most); run !== undefined; run = walk.next(most)) {
    const block = Math.floor(run.first / batch_rows);
    if (last?.block !== block) {
      last = { block, offset: walk.end - run.bytes.length, rows: 0, crc32: salt, covered: undefined, open: [] };
      blocks.push(last);
    }
    last.rows += run.rows;
    last.crc32 = crc32(run.bytes, last.crc32);
    last.open.push({ from: run.first, to: run.first + run.rows });
    if (last.rows === sums.get(block)?.count) {
      last.covered = last.crc32;
      last.open = [];
    }
    present.add(run.first, run.first + run.rows);
  }
  return blocks;
}

/** Whether every number of the lines in [from, to) is spelled as this engine spells it. */
function areOurs(reader: FileReader, from: number, to: number, n_metrics: number): boolean {
  for (let at = from; at < to;) {
    const piece = reader.read(at, Math.min(PIECE_BYTES, to - at));
    const lines = piece.subarray(0, piece.lastIndexOf(NEWLINE) + 1);
    if (lines.length === 0 || !areCsvRows(lines, n_metrics)) return false;
    at += lines.length;
  }
  return true;
}

/** Rows decoded at once, at most. */
const ROWS_AT_ONCE = 8192;

function* rowsOf(reader: FileReader, place: CellPlace, end: number): Iterable<Rows> {
  const { metrics, batch_rows } = place.schema;
  const room = Math.min(batch_rows, ROWS_AT_ONCE);
  const perm_index = new Uint32Array(room);
  const columns = metrics.map(() => new Float64Array(room));
  let rows = 0;
  let at = csvHeader(metrics).length;
  let text = Buffer.alloc(0);
  for (;;) {
    const behind = columns.map((column) => column.subarray(rows));
    const found = decodeRows(text, perm_index.subarray(rows), behind, false);
    rows += found.rows;
    text = text.subarray(found.consumed);
    const n = rowsOfFirstBlock(perm_index.subarray(0, rows), batch_rows);
    if (n === rows && rows < room && at < end) {
      const more = reader.read(at, Math.min(PIECE_BYTES, end - at));
      if (found.bad || more.length === 0) throw fileChanged();
      text = Buffer.concat([text, more]);
      at += more.length;
      continue;
    }
    if (n === 0) return;
    yield { perm_index: perm_index.slice(0, n), columns: columns.map((column) => column.slice(0, n)) };
    for (const column of [perm_index, ...columns]) column.copyWithin(0, n, rows);
    rows -= n;
  }
}

function rowsOfFirstBlock(perm_index: Uint32Array, batch_rows: number): number {
  const end = (Math.floor((perm_index[0] ?? 0) / batch_rows) + 1) * batch_rows;
  let n = perm_index.length;
  while (n > 0 && perm_index[n - 1]! >= end) n--;
  return n;
}

function* linesOf(reader: FileReader, place: CellPlace, end: number): Iterable<Buffer> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let at = csvHeader(place.schema.metrics).length; at < end;) {
    const room = piece.subarray(0, Math.min(PIECE_BYTES, end - at));
    const read = room.subarray(0, reader.readInto(room, at));
    const lines = read.subarray(0, read.lastIndexOf(NEWLINE) + 1);
    if (lines.length === 0) throw fileChanged();
    yield lines;
    at += lines.length;
  }
}
