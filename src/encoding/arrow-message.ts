import { crc32 } from './crc32.ts';
import { NO_DIGITS, digitPlaces } from './arrow-schema.ts';

/**
 * Reads the framing of Arrow IPC messages without trusting a byte: every length is bounded before it is believed, and
 * nothing is decoded before the checksum over the whole message has verified.
 * Encapsulated message: FF FF FF FF, metadata length (int32), flatbuffer `Message`, padding, body.
 * Source: https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format, format/Message.fbs.
 */
const PREFIX = 8;
/** Metadata of a message with 10,000 columns stay below this [bytes]. */
export const MAX_METADATA_BYTES = 1 << 22;

/** Where the lengths of a message begin; `missing` more bytes are needed to know. */
export type Framing =
  | { readonly kind: 'message'; readonly headLength: number; readonly length: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'bad' };

/** What stands at the start of `head`, of which `available` bytes of file follow from its start. */
export function framingOf(head: Buffer, available: number): Framing {
  if (head.length < PREFIX || head.readUInt32LE(0) !== 0xffffffff) return { kind: 'bad' };
  const metadata = head.readInt32LE(4);
  if (metadata === 0) return { kind: 'end' };
  if (metadata < 16 || metadata % 8 !== 0 || metadata > MAX_METADATA_BYTES || PREFIX + metadata > available) {
    return { kind: 'bad' };
  }
  const headLength = PREFIX + metadata;
  if (head.length < headLength) return { kind: 'bad' };
  const body = bodyLengthOf(head.subarray(PREFIX, headLength));
  if (body === undefined || headLength + body > available) return { kind: 'bad' };
  return { kind: 'message', headLength, length: headLength + body };
}

/** Whether one of the eight-digit strings in the metadata is the CRC over the message with those digits as zeros. */
export function verifies(message: Buffer, headLength: number, salt: number): boolean {
  for (const at of digitPlaces(message, headLength)) {
    const stated = parseInt(message.toString('latin1', at, at + 8), 16);
    let crc = crc32(message.subarray(0, at), salt);
    crc = crc32(ZEROS, crc);
    crc = crc32(message.subarray(at + 8), crc);
    if (crc === stated) return true;
  }
  return false;
}

const ZEROS = Buffer.from(NO_DIGITS, 'latin1');

/** A table of a flatbuffer: the places of its fields. Every read is bounded; undefined for anything out of bounds. */
class Table {
  readonly #bytes: Buffer;
  readonly #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Position of field `slot`, or undefined where the table does not have it. */
  field(slot: number, size: number): number | undefined {
    const bytes = this.#bytes;
    if (this.#at < 0 || this.#at + 4 > bytes.length) return undefined;
    const vtable = this.#at - bytes.readInt32LE(this.#at);
    if (vtable < 0 || vtable + 4 > bytes.length) return undefined;
    const entry = 4 + 2 * slot;
    if (entry + 2 > bytes.readUInt16LE(vtable) || vtable + entry + 2 > bytes.length) return undefined;
    const offset = bytes.readUInt16LE(vtable + entry);
    const at = this.#at + offset;
    return offset === 0 || at + size > bytes.length ? undefined : at;
  }

  table(slot: number): Table | undefined {
    const at = this.field(slot, 4);
    return at === undefined ? undefined : new Table(this.#bytes, at + this.#bytes.readUInt32LE(at));
  }

  /** A 64-bit length: undefined where it is negative or past 2^53. Absent fields are 0. */
  length(slot: number): number | undefined {
    const at = this.field(slot, 8);
    return at === undefined ? 0 : lengthAt(this.#bytes, at);
  }

  /** A vector of structs of two 64-bit lengths each. */
  pairs(slot: number): readonly (readonly [number, number])[] | undefined {
    const bytes = this.#bytes;
    const at = this.field(slot, 4);
    if (at === undefined) return undefined;
    const start = at + bytes.readUInt32LE(at);
    if (start + 4 > bytes.length) return undefined;
    const count = bytes.readUInt32LE(start);
    if (start + 4 + count * 16 > bytes.length) return undefined;
    const pairs: (readonly [number, number])[] = [];
    for (let i = 0; i < count; i++) {
      const first = lengthAt(bytes, start + 4 + i * 16);
      const second = lengthAt(bytes, start + 12 + i * 16);
      if (first === undefined || second === undefined) return undefined;
      pairs.push([first, second]);
    }
    return pairs;
  }

  byte(slot: number): number {
    const at = this.field(slot, 1);
    return at === undefined ? 0 : this.#bytes[at]!;
  }
}

/** A signed 64-bit integer, where it is a length: not negative, below 2^53. */
function lengthAt(bytes: Buffer, at: number): number | undefined {
  const length = bytes.readInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
  return length < 0 || length > Number.MAX_SAFE_INTEGER ? undefined : length;
}

function root(metadata: Buffer): Table {
  return new Table(metadata, metadata.readUInt32LE(0));
}

/** Message.bodyLength, field 3. */
function bodyLengthOf(metadata: Buffer): number | undefined {
  return root(metadata).length(3);
}

/** Where a record batch has its columns. */
export interface BatchShape {
  readonly rows: number;
  /** Byte offset of each column's values in the message: perm_index first. */
  readonly columns: readonly number[];
}

const RECORD_BATCH = 3;

/** The columns of a verified record batch message, or undefined where it has other columns. */
export function shapeOf(message: Buffer, headLength: number, n_metrics: number): BatchShape | undefined {
  const table = root(message.subarray(PREFIX, headLength));
  if (table.byte(1) !== RECORD_BATCH) return undefined;
  const batch = table.table(2);
  const rows = batch?.length(0);
  const buffers = batch?.pairs(2);
  if (rows === undefined || rows === 0 || buffers?.length !== 2 * (n_metrics + 1)) return undefined;
  const columns: number[] = [];
  for (let c = 0; c <= n_metrics; c++) {
    const [offset, length] = buffers[2 * c + 1]!;
    const bytes = rows * (c === 0 ? 4 : 8);
    if (length < bytes || headLength + offset + bytes > message.length) return undefined;
    columns.push(headLength + offset);
  }
  return { rows, columns };
}

/**
 * Where a record batch message has its columns, if they are `count` doubles each, all there, as they are: no bit for each that says so, no compression. Undefined
 * for any other batch.
 */
export function plainDoubles(
  message: Buffer,
  headLength: number,
  columns: number,
  count: number,
): number[] | undefined {
  const table = root(message.subarray(PREFIX, headLength));
  const batch = table.byte(1) === RECORD_BATCH ? table.table(2) : undefined;
  const nodes = batch?.pairs(1);
  const buffers = batch?.pairs(2);
  if (batch?.length(0) !== count || nodes?.length !== columns || buffers?.length !== 2 * columns) return undefined;
  if (batch.field(3, 4) !== undefined || nodes.some(([length, nulls]) => length !== count || nulls !== 0))
    return undefined;
  const places = nodes.map((_, c) => headLength + buffers[2 * c + 1]![0]);
  const inside = (at: number): boolean => at + 8 * count <= message.length;
  return buffers.every(([, length], k) => k % 2 === 0 || length >= 8 * count) && places.every(inside)
    ? places
    : undefined;
}

/** The perm_index column, copied out. */
export function permIndicesOf(message: Buffer, shape: BatchShape): Uint32Array {
  const values = new Uint32Array(shape.rows);
  new Uint8Array(values.buffer).set(message.subarray(shape.columns[0], shape.columns[0]! + values.byteLength));
  return values;
}

/** A metric's column, copied out. */
export function metricOf(message: Buffer, shape: BatchShape, metric: number): Float64Array {
  const values = new Float64Array(shape.rows);
  const at = shape.columns[metric + 1]!;
  new Uint8Array(values.buffer).set(message.subarray(at, at + values.byteLength));
  return values;
}
