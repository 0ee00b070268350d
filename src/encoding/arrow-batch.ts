import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { copyBytes } from '#native-free/copy-bytes';
import { apacheArrow } from './apache-arrow.ts';
import { END_MARKER, NO_DIGITS, arrowSchema, digitPlaces } from './arrow-schema.ts';
import { crc32, hex32, saltOf } from './crc32.ts';
import type { MetricsSchema, Rows } from './metrics-schema.ts';

/**
 * Arrow record batch messages, byte for byte as the apache-arrow package writes them: prefix, metadata, padding, then the
 * columns one after the other, each padded to 8 bytes. The metadata depend on the number of rows and columns only, so they are
 * taken from that package once and copied afterwards.
 *
 * `custom_metadata {"crc32": "xxxxxxxx"}`: CRC-32 over the experiment's hex digits, then the whole message with its
 * own digits as zeros.
 */
interface Template {
  /** Prefix, metadata and padding, the checksum's digits as zeros. */
  readonly head: Uint8Array;
  readonly digits: number;
  readonly bodyLength: number;
}

const TEMPLATES_KEPT = 256;
const templates = new Map<string, Template>();

/** One message per aligned block of `batch_rows` permutations that has rows. */
export function encodeArrowRows(schema: MetricsSchema, rows: Rows, into?: ArrayBufferLike): Uint8Array {
  assert(endianness() === 'LE', 'Arrow bodies are little-endian');
  const { perm_index, columns } = rows;
  assert(columns.length === schema.metrics.length, 'one column per metric');
  const parts: { from: number; to: number; template: Template }[] = [];
  let size = 0;
  for (let from = 0; from < perm_index.length;) {
    const end = (Math.floor(perm_index[from]! / schema.batch_rows) + 1) * schema.batch_rows;
    let to = Math.min(perm_index.length, from + schema.batch_rows);
    while (perm_index[to - 1]! >= end) to--;
    const template = templateFor(columns.length, to - from);
    parts.push({ from, to, template });
    size += template.head.length + template.bodyLength;
    from = to;
  }
  // Every byte is written below: nothing needs to be zero first.
  const reused = into !== undefined && into.byteLength >= size;
  const bytes = new Uint8Array(reused ? into : Buffer.allocUnsafeSlow(size).buffer, 0, size);
  const salt = saltOf(schema.experiment);
  let at = 0;
  for (const { from, to, template } of parts) {
    const message = bytes.subarray(at, at + template.head.length + template.bodyLength);
    fill(message, template, rows, from, to, salt);
    at += message.length;
  }
  return bytes;
}

function fill(message: Uint8Array, template: Template, rows: Rows, from: number, to: number, salt: number): void {
  message.set(template.head);
  const count = to - from;
  const start = message.byteOffset + template.head.length;
  const indices = new Uint32Array(message.buffer, start, padded(count * 4) / 4);
  indices.set(rows.perm_index.subarray(from, to));
  indices.fill(0, count);
  const body = Buffer.from(message.buffer, start + indices.byteLength, template.bodyLength - indices.byteLength);
  for (const [m, column] of rows.columns.entries()) {
    copyBytes(new Uint8Array(column.buffer, column.byteOffset + from * 8, count * 8), body, m * count * 8);
  }
  message.set(Buffer.from(hex32(crc32(message, salt)), 'latin1'), template.digits);
}

function padded(length: number): number {
  return (length + 7) & ~7;
}

function templateFor(n_metrics: number, count: number): Template {
  const key = `${n_metrics} ${count}`;
  const known = templates.get(key);
  if (known !== undefined) return known;
  if (templates.size >= TEMPLATES_KEPT) templates.clear();
  const made = makeTemplate(n_metrics, count);
  templates.set(key, made);
  return made;
}

function makeTemplate(n_metrics: number, count: number): Template {
  const stream = apacheBatch(
    Array.from({ length: n_metrics }, (_, m) => `m${m}`),
    { perm_index: new Uint32Array(count), columns: Array.from({ length: n_metrics }, () => new Float64Array(count)) },
    NO_DIGITS,
  );
  const bodyLength = padded(count * 4) + n_metrics * count * 8;
  const head = Uint8Array.from(stream.subarray(0, stream.length - bodyLength));
  const [digits, ...more] = digitPlaces(Buffer.from(head.buffer), head.length);
  assert(digits !== undefined && more.length === 0 && head.length % 8 === 0, 'a record batch message as expected');
  return { head, digits, bodyLength };
}

/** The message as the apache-arrow package writes it, with the given digits. */
export function apacheBatch(metrics: readonly string[], rows: Rows, digits: string): Uint8Array {
  const { Float64, RecordBatch, RecordBatchStreamWriter, Struct, Uint32, makeData } = apacheArrow();
  const schema = arrowSchema(metrics, new Map());
  const children = [
    makeData({ type: new Uint32(), data: rows.perm_index }),
    ...rows.columns.map((data) => makeData({ type: new Float64(), data })),
  ];
  const data = makeData({ type: new Struct(schema.fields), length: rows.perm_index.length, nullCount: 0, children });
  const empty = new RecordBatchStreamWriter();
  empty.reset(undefined, schema);
  empty.finish();
  const headerLength = empty.toUint8Array(true).length - END_MARKER.length;
  const writer = new RecordBatchStreamWriter();
  writer.write(new RecordBatch(schema, data, new Map([['crc32', digits]])));
  writer.finish();
  const stream = writer.toUint8Array(true);
  return stream.subarray(headerLength, stream.length - END_MARKER.length);
}
