import { scanRows } from '#native-free/csv/rows';

import { crc32, crcGoingOn, hex32, saltOf } from '../../encoding/crc32.ts';
import { MAX_LINE_BYTES, areCsvRows, csvHeader, decodeCsvRows, permIndicesOfLines } from '../../encoding/csv-rows.ts';
import type { Rows } from '../../encoding/metrics-schema.ts';
import type { CellPlace, LastBlock } from '../cell-file.ts';
import type { FileReader } from '../file-reader.ts';
import { RangeBuilder } from '../ranges.ts';
import type { BlockSum, Sums } from '../sums.ts';
import { analyseCsv } from './csv-analysis.ts';
import { isTorn, tornAt } from './csv-lines.ts';
import { emptyScan, headerIsTorn } from './empty.ts';
import type { CanonicalScan, StoreFormat } from './format.ts';

const NEWLINE = 10;
/** Stays in the processor's cache from the read to the checksum. */
const PIECE_BYTES = 1 << 18;

export const csvFormat: StoreFormat = {
  header: (place) => Buffer.from(csvHeader(place.schema.metrics), 'latin1'),
  end_marker: new Uint8Array(0),
  scanCanonical,
  analyse: analyseCsv,
  rowsOf,
  indicesOf: permIndicesOfLines,
};

/** One aligned block's worth of lines in a file. */
interface LineBlock {
  readonly block: number;
  readonly rows: number;
  /** The lines, valid until the next block is asked for. */
  readonly bytes: Buffer;
}

/** Rows found at once in the buffer; lines of 40 bytes fill it, shorter ones are looked for again. */
const FOUND_ROWS = 16_384;

/**
 * Walks a file block by block as long as its lines ascend in perm_index and have a number for every metric. `stopped` says
 * how the walk ended: at the end of the file, before an unterminated rest, or at something that is not a canonical file.
 */
class BlockWalk {
  /** Where the last whole line ends [bytes]. */
  end: number;
  stopped: 'end' | 'rest' | 'irregular' | undefined;
  readonly #reader: FileReader;
  readonly #batch_rows: number;
  readonly #n_metrics: number;
  readonly #target: number;
  readonly #present: RangeBuilder;
  #buffer: Buffer;
  /** Bytes of the buffer that are filled, and where they begin in the file. */
  #filled = 0;
  #base: number;
  #last = -1;
  /** Rows found in the buffer: their indices, and where they end in the file (relative to #foundBase). */
  readonly #indices = new Uint32Array(FOUND_ROWS);
  readonly #ends = new Uint32Array(FOUND_ROWS);
  #foundBase = 0;
  #found = 0;
  #next = 0;
  #bad = false;

  constructor(reader: FileReader, from: number, place: CellPlace, target: number, present: RangeBuilder) {
    const { batch_rows, metrics } = place.schema;
    this.#reader = reader;
    this.end = from;
    this.#base = from;
    this.#batch_rows = batch_rows;
    this.#n_metrics = metrics.length;
    this.#target = target;
    this.#present = present;
    this.#buffer = Buffer.allocUnsafe(Math.max(1, Math.min(PIECE_BYTES, reader.size - from)));
  }

  /** The lines up to the end of a block, or to where `most` of them have come. */
  next(most = Infinity): LineBlock | undefined {
    if (this.stopped !== undefined) return undefined;
    const blockStart = this.end;
    let block = -1;
    let rows = 0;
    while (rows < most && this.#find(blockStart)) {
      const first = this.#indices[this.#next]!;
      const itsBlock = Math.floor(first / this.#batch_rows);
      if (block >= 0 && itsBlock !== block) break;
      block = itsBlock;
      rows += this.#take(Math.min((block + 1) * this.#batch_rows, this.#target), most - rows);
    }
    if (rows === 0) return undefined;
    return { block, rows, bytes: this.#buffer.subarray(blockStart - this.#base, this.end - this.#base) };
  }

  /** Takes found rows below `limit`, at most `most`; returns how many. */
  #take(limit: number, most: number): number {
    const indices = this.#indices;
    const from = this.#next;
    const to = Math.min(this.#found, from + most);
    const first = indices[from]!;
    let last = this.#last;
    let at = from;
    for (; at < to; at++) {
      const index = indices[at]!;
      if (index <= last || index >= limit) break;
      last = index;
    }
    if (at < to && (indices[at]! <= last || indices[at]! >= this.#target)) this.stopped = 'irregular';
    if (at === from) return 0;
    if (last - first + 1 === at - from) this.#present.add(first, last + 1);
    else for (let i = from; i < at; i++) this.#present.add(indices[i]!);
    this.#last = last;
    this.#next = at;
    this.end = this.#foundBase + this.#ends[at - 1]!;
    return at - from;
  }

  /** Makes sure that a found row is next, reading on where needed; `keep`: from where on bytes stay in the buffer. */
  #find(keep: number): boolean {
    for (;;) {
      if (this.stopped !== undefined) return false;
      if (this.#next < this.#found) return true;
      if (this.#bad) {
        this.stopped = 'irregular';
        return false;
      }
      const lines = this.#buffer.subarray(this.end - this.#base, this.#filled);
      const found = scanRows(lines, this.#n_metrics, this.#indices, this.#ends);
      this.#foundBase = this.end;
      this.#next = 0;
      this.#found = found.rows;
      this.#bad = found.bad;
      if (found.rows > 0 || found.bad || this.#more(keep)) continue;
      this.stopped = this.end === this.#reader.size ? 'end' : 'rest';
      return false;
    }
  }

  /** Reads on, keeping everything from `keep` in the buffer. False at the end of the file or for a line that is too long. */
  #more(keep: number): boolean {
    const have = this.#base + this.#filled;
    if (have >= this.#reader.size) return false;
    if (have - this.end > MAX_LINE_BYTES) return false;
    const kept = this.#buffer.subarray(keep - this.#base, this.#filled);
    const size = Math.min(Math.max(PIECE_BYTES, kept.length * 2), kept.length + this.#reader.size - have);
    const into = size > this.#buffer.length ? Buffer.allocUnsafe(size) : this.#buffer;
    into.set(kept);
    this.#buffer = into;
    this.#base = keep;
    const room = Math.min(into.length - kept.length, this.#reader.size - have);
    const read = this.#reader.readInto(into.subarray(kept.length, kept.length + room), have);
    this.#filled = kept.length + read;
    return read > 0;
  }
}

/**
 * Where a block's sum verifies, its lines are what was written, digit for digit; elsewhere every number is checked to
 * be spelled as this engine spells it.
 */
function scanCanonical(reader: FileReader, place: CellPlace, target: number, sums: Sums): CanonicalScan | undefined {
  const { schema } = place;
  const header = Buffer.from(csvHeader(schema.metrics), 'latin1');
  if (!header.equals(reader.read(0, header.length))) {
    return headerIsTorn(reader, header) ? emptyScan(reader, target) : undefined;
  }
  const salt = saltOf(schema.experiment);
  const present = new RangeBuilder();
  const found = new Map<number, BlockSum>();
  const walk = new BlockWalk(reader, header.length, place, target, present);
  let rows = 0;
  let rows_crc32 = 0;
  let last: LastBlock | undefined;
  for (let lines = walk.next(); lines !== undefined; lines = walk.next()) {
    const crc = crc32(lines.bytes, salt);
    if (!blockPasses(lines, crc, sums.get(lines.block), salt, schema.metrics.length)) return undefined;
    rows_crc32 = crcGoingOn(crc, salt, rows_crc32, lines.bytes.length);
    rows += lines.rows;
    last = { block: lines.block, rows: lines.rows, crc32: crc };
    found.set(lines.block, { count: lines.rows, crc32: crc });
  }
  if (walk.stopped === 'irregular') return undefined;
  const torn = walk.stopped === 'rest';
  if (torn && !isTorn(reader, walk.end)) return undefined;
  const scan = {
    exists: true,
    size: reader.size,
    target,
    present: present.ranges,
    n_rows_raw: rows,
    n_duplicates: 0,
    n_conflicts: 0,
    n_rows_damaged: 0,
    n_rows_past_target: 0,
    findings: torn ? [tornAt(walk.end, reader.size)] : [],
    n_findings: torn ? 1 : 0,
    canonical: true,
    sealed: !torn && rows > 0,
    end: walk.end,
    rows_crc32: hex32(rows_crc32),
    last_block: last,
  };
  return { scan, sums: found };
}

function blockPasses(
  lines: LineBlock,
  crc: number,
  sum: BlockSum | undefined,
  salt: number,
  n_metrics: number,
): boolean {
  if (sum !== undefined && sum.count === lines.rows) return sum.crc32 === crc;
  // A sum over fewer rows (of before the target was raised) still protects those.
  if (sum !== undefined && sum.count < lines.rows) {
    const covered = endOfLine(lines.bytes, sum.count);
    if (crc32(lines.bytes.subarray(0, covered), salt) !== sum.crc32) return false;
  }
  return areCsvRows(lines.bytes, lines.rows, n_metrics);
}

/** Where the `n`th line ends. */
function endOfLine(bytes: Buffer, n: number): number {
  let end = 0;
  for (let line = 0; line < n; line++) end = bytes.indexOf(NEWLINE, end) + 1;
  return end;
}

/** Rows decoded at once. */
const ROWS_AT_ONCE = 8192;

function* rowsOf(reader: FileReader, place: CellPlace, end: number): Iterable<Rows> {
  const { schema } = place;
  const header = csvHeader(schema.metrics).length;
  if (end <= header) return;
  const walk = new BlockWalk(reader, header, place, 2 ** 32, new RangeBuilder());
  for (let lines = walk.next(ROWS_AT_ONCE); lines !== undefined; lines = walk.next(ROWS_AT_ONCE)) {
    yield decodeCsvRows(lines.bytes, lines.rows, schema.metrics.length);
  }
}
