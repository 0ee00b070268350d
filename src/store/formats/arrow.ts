import assert from 'node:assert/strict';
import { encodeArrowRows } from '../../encoding/arrow-batch.ts';
import { framingOf, permIndicesOf, shapeOf } from '../../encoding/arrow-message.ts';
import { END_MARKER, arrowHeader } from '../../encoding/arrow-schema.ts';
import { crc32, hex32, saltOf } from '../../encoding/crc32.ts';
import type { MetricsSchema, Rows } from '../../encoding/metrics-schema.ts';
import { blankScan } from '../scan/blank-scan.ts';
import type { CellPlace, LastBlock } from '../scan/cell-file.ts';
import { fileChanged } from '../../files/file-reader.ts';
import type { FileReader } from '../../files/file-reader.ts';
import { RangeBuilder } from '../scan/ranges.ts';
import { analyseArrow, FILE_NAME } from './arrow-analysis.ts';
import { MessageReader, messageBuffer } from './arrow-messages.ts';
import { batchRows } from './arrow-rows.ts';
import { emptyScan, headerIsTorn } from './empty.ts';
import type { CanonicalScan, StoreFormat } from './format.ts';

/** An Arrow IPC stream: schema message, one record batch per aligned block, end-of-stream marker once it is complete. */
export const arrowFormat: StoreFormat = {
  file_name: FILE_NAME,
  header: headerOf,
  end_marker: END_MARKER,
  encode: (schema, rows, _kernel, into) => encodeArrowRows(schema, rows, into),
  chunkRows: (batch_rows) => batch_rows,
  blocksOf: undefined,
  indicesOf,
  assertWhole: (bytes, first, n_metrics) => {
    const [indices] = messagesOf(bytes, n_metrics);
    assert(indices?.[0] === first, 'a chunk begins with its first row');
  },
  indexBytes: () => 0,
  scanCanonical: (reader, place, target) => scanCanonical(reader, place, target),
  analyse: (reader, place, target) => analyseArrow(reader, place, target, headerOf(place.schema)),
  rowsOf,
  linesOf: undefined,
};

const headers = new WeakMap<MetricsSchema, Uint8Array>();

function headerOf(schema: MetricsSchema): Uint8Array {
  const known = headers.get(schema);
  if (known !== undefined) return known;
  const made = arrowHeader(schema);
  headers.set(schema, made);
  return made;
}

/** Large enough that handing a section to another thread costs nothing, small enough to be held in memory several times. */
const SECTION_BYTES = 1 << 20;

/** The buffer that a file is read into while it is scanned. One scan at a time. */
let buffer: Buffer | undefined;

function scanCanonical(reader: FileReader, place: CellPlace, target: number): CanonicalScan | undefined {
  const { schema } = place;
  const header = Buffer.from(headerOf(schema));
  if (!header.equals(reader.read(0, header.length))) {
    return headerIsTorn(reader, header) ? emptyScan(reader, target) : undefined;
  }
  const messages = new MessageReader(reader, saltOf(schema.experiment), (buffer ??= messageBuffer()));
  const present = new RangeBuilder();
  let rows = 0;
  let rows_crc32 = 0;
  let last = -1;
  let last_block: LastBlock | undefined;
  let sealed = false;
  let end = header.length;
  const sections = [end];
  while (end < reader.size) {
    const piece = messages.at(end);
    if (piece.kind === 'end') {
      sealed = end + END_MARKER.length === reader.size;
      if (!sealed && messages.findFrom(end + END_MARKER.length) !== undefined) return undefined;
      break;
    }
    if (piece.kind === 'bad') {
      if (piece.whole || messages.findFrom(end + 1) !== undefined) return undefined;
      break;
    }
    const shape = shapeOf(piece.bytes, piece.headLength, schema.metrics.length);
    if (shape === undefined) return undefined;
    const indices = permIndicesOf(piece.bytes, shape);
    const block = Math.floor(indices[0]! / schema.batch_rows);
    if (block <= (last_block?.block ?? -1) || !addAscending(indices, last, present)) return undefined;
    last = indices.at(-1)!;
    if (last >= target || Math.floor(last / schema.batch_rows) !== block) return undefined;
    rows_crc32 = crc32(piece.bytes, rows_crc32);
    rows += shape.rows;
    last_block = { block, rows: shape.rows, crc32: 0 };
    end += piece.bytes.length;
    if (end - sections.at(-1)! >= SECTION_BYTES) sections.push(end);
  }
  const torn = !sealed && end < reader.size;
  const finding = {
    kind: 'torn',
    offset: end,
    length: reader.size - end,
    reason: 'an incomplete record batch at the end, as a crash leaves it',
  } as const;
  const scan = {
    ...blankScan(reader.size, target),
    present: present.ranges,
    n_rows_raw: rows,
    findings: torn ? [finding] : [],
    n_findings: Number(torn),
    sealed,
    end,
    rows_crc32: hex32(rows_crc32),
    last_block,
    sections,
  };
  return { scan, sums: new Map() };
}

function addAscending(indices: Uint32Array, after: number, present: RangeBuilder): boolean {
  let last = after;
  for (const index of indices) {
    if (index <= last) return false;
    last = index;
  }
  const first = indices[0]!;
  if (last - first + 1 === indices.length) present.add(first, last + 1);
  else for (const index of indices) present.add(index);
  return true;
}

function* rowsOf(reader: FileReader, place: CellPlace, end: number, from?: number): Iterable<Rows> {
  const { schema } = place;
  const messages = new MessageReader(reader, saltOf(schema.experiment));
  for (let at = from ?? headerOf(schema).length; at < end;) {
    const piece = messages.at(at);
    const shape = piece.kind === 'message' ? shapeOf(piece.bytes, piece.headLength, schema.metrics.length) : undefined;
    if (piece.kind !== 'message' || shape === undefined) throw fileChanged();
    at += piece.bytes.length;
    yield batchRows(piece.bytes, shape, schema.metrics.length);
  }
}

function indicesOf(bytes: Uint8Array, rows: number, n_metrics: number): Uint32Array {
  const indices = new Uint32Array(rows);
  let filled = 0;
  for (const found of messagesOf(bytes, n_metrics)) {
    assert(filled + found.length <= rows, 'a chunk holds as many rows as it says');
    indices.set(found, filled);
    filled += found.length;
  }
  assert(filled === rows, 'a chunk holds as many rows as it says');
  return indices;
}

/** The perm_index column of each message that this process encoded: their framing holds. */
function* messagesOf(bytes: Uint8Array, n_metrics: number): Generator<Uint32Array> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < all.length;) {
    const framing = framingOf(all.subarray(at), all.length - at);
    assert(framing.kind === 'message', 'a chunk is whole messages');
    const message = all.subarray(at, at + framing.length);
    const shape = shapeOf(message, framing.headLength, n_metrics);
    assert(shape !== undefined, 'a chunk is record batches of these columns');
    yield permIndicesOf(message, shape);
    at += framing.length;
  }
}
