import { crc32, hex32, saltOf } from '../../encoding/crc32.ts';
import {
  MAX_LINE_BYTES,
  csvHeader,
  decodeCsvRows,
  permIndexAt,
  permIndicesOfLines,
  rowFault,
} from '../../encoding/csv-rows.ts';
import type { Rows } from '../../encoding/metrics-schema.ts';
import type { CellPlace, LastBlock } from '../cell-file.ts';
import type { FileReader } from '../file-reader.ts';
import { RangeBuilder } from '../ranges.ts';
import type { BlockSum, Sums } from '../sums.ts';
import { analyseCsv } from './csv-analysis.ts';
import { isTorn, tornAt } from './csv-lines.ts';
import type { CanonicalScan, StoreFormat } from './format.ts';

const NEWLINE = 10;
const PIECE_BYTES = 1 << 20;

export const csvFormat: StoreFormat = {
  header: (place) => Buffer.from(csvHeader(place.schema.metrics), 'latin1'),
  end_marker: new Uint8Array(0),
  scanCanonical,
  analyse: analyseCsv,
  rowsOf,
  indicesOf: (bytes, rows) => permIndicesOfLines(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), rows),
};

/** One aligned block's worth of lines in a file, or what stopped the reading there. */
interface LineBlock {
  readonly block: number;
  readonly rows: number;
  /** The lines, valid until the next block is asked for. */
  readonly bytes: Buffer;
}

/**
 * Walks a file block by block as long as its lines ascend in perm_index. `stopped` says how the walk ended: at the end
 * of the file, before an unterminated rest, or at something that is not a canonical file.
 */
class BlockWalk {
  /** Where the last whole line ends [bytes]. */
  end: number;
  stopped: 'end' | 'rest' | 'irregular' | undefined;
  readonly #reader: FileReader;
  readonly #batch_rows: number;
  readonly #target: number;
  readonly #present: RangeBuilder;
  #buffer: Buffer;
  /** Bytes of the buffer that are filled, and where they begin in the file. */
  #filled = 0;
  #base: number;
  #last = -1;

  constructor(reader: FileReader, from: number, batch_rows: number, target: number, present: RangeBuilder) {
    this.#reader = reader;
    this.end = from;
    this.#base = from;
    this.#batch_rows = batch_rows;
    this.#target = target;
    this.#present = present;
    this.#buffer = Buffer.allocUnsafe(Math.max(1, Math.min(PIECE_BYTES, reader.size - from)));
  }

  next(): LineBlock | undefined {
    if (this.stopped !== undefined) return undefined;
    const blockStart = this.end;
    let block = -1;
    let rows = 0;
    for (;;) {
      const start = this.end - this.#base;
      const newline = start < this.#filled ? this.#buffer.indexOf(NEWLINE, start) : -1;
      if (newline < 0 || newline >= this.#filled) {
        if (this.#more(blockStart)) continue;
        this.stopped ??= this.end === this.#reader.size ? 'end' : 'rest';
        break;
      }
      const index = permIndexAt(this.#buffer, start, newline);
      if (index <= this.#last || index >= this.#target) {
        this.stopped = 'irregular';
        break;
      }
      const itsBlock = Math.floor(index / this.#batch_rows);
      if (block < 0) block = itsBlock;
      else if (itsBlock !== block) break;
      this.#last = index;
      this.#present.add(index);
      this.end = this.#base + newline + 1;
      rows++;
    }
    if (rows === 0) return undefined;
    return { block, rows, bytes: this.#buffer.subarray(blockStart - this.#base, this.end - this.#base) };
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
  const walk = new BlockWalk(reader, header.length, schema.batch_rows, target, present);
  let rows = 0;
  let rows_crc32 = 0;
  let last: LastBlock | undefined;
  for (let lines = walk.next(); lines !== undefined; lines = walk.next()) {
    const crc = crc32(lines.bytes, salt);
    if (!blockPasses(lines, crc, sums.get(lines.block), salt, schema.metrics.length)) return undefined;
    rows_crc32 = crc32(lines.bytes, rows_crc32);
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
  let at = 0;
  for (let row = 0; row < lines.rows; row++) {
    // A sum over fewer rows (of before the target was raised) still protects those.
    if (sum !== undefined && row === sum.count && crc32(lines.bytes.subarray(0, at), salt) !== sum.crc32) return false;
    const end = lines.bytes.indexOf(NEWLINE, at);
    if (rowFault(lines.bytes, at, end, n_metrics) !== undefined) return false;
    at = end + 1;
  }
  return true;
}

/** The file is the beginning of its header, or that and NULs to the end, or only NULs. */
export function headerIsTorn(reader: FileReader, header: Uint8Array): boolean {
  const first = reader.read(0, header.length);
  let same = 0;
  while (same < first.length && first[same] === header[same]) same++;
  return reader.isNulFrom(same);
}

/** A file whose header was never written whole: the same as none. */
export function emptyScan(reader: FileReader, target: number): CanonicalScan {
  const torn = reader.size > 0;
  const scan = {
    exists: true,
    size: reader.size,
    target,
    present: [],
    n_rows_raw: 0,
    n_duplicates: 0,
    n_conflicts: 0,
    n_rows_damaged: 0,
    n_rows_past_target: 0,
    findings: torn ? [{ ...tornAt(0, reader.size), reason: 'an incomplete header, as a crash leaves it' }] : [],
    n_findings: torn ? 1 : 0,
    canonical: true,
    sealed: false,
    end: 0,
    rows_crc32: hex32(0),
    last_block: undefined,
  };
  return { scan, sums: new Map() };
}

function* rowsOf(reader: FileReader, place: CellPlace, end: number): Iterable<Rows> {
  const { schema } = place;
  const header = csvHeader(schema.metrics).length;
  if (end <= header) return;
  const walk = new BlockWalk(reader, header, Math.min(schema.batch_rows, 8192), 2 ** 32, new RangeBuilder());
  for (let lines = walk.next(); lines !== undefined; lines = walk.next()) {
    yield decodeCsvRows(lines.bytes, schema.metrics.length);
  }
}
