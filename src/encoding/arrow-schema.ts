import assert from 'node:assert/strict';
import type { Schema } from 'apache-arrow';
import { apacheArrow } from './apache-arrow.ts';
import { hex32, saltOf, crc32 } from './crc32.ts';
import type { MetricsSchema } from './metrics-schema.ts';

/** Raised when files of before could no longer be read. */
const FORMAT_VERSION = '1';
export const NO_DIGITS = '00000000';
export const END_MARKER: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** perm_index uint32, metrics float64, none nullable. */
export function arrowSchema(metrics: readonly string[], metadata: ReadonlyMap<string, string>): Schema {
  const { Field, Float64, Schema, Uint32 } = apacheArrow();
  const fields = [
    new Field('perm_index', new Uint32(), false),
    ...metrics.map((name) => new Field(name, new Float64(), false)),
  ];
  return new Schema(fields, new Map(metadata));
}

/**
 * The schema message that begins every Arrow metrics file. Its metadata carry format version, model, cell and
 * experiment, and a CRC-32 as record batches have it (arrow-batch.ts).
 */
export function arrowHeader(schema: MetricsSchema): Uint8Array {
  const metadata = new Map([
    ['permafrost_format', FORMAT_VERSION],
    ['model', schema.model],
    ['cell_id', schema.cell_id],
    ['experiment', schema.experiment],
    ['crc32', NO_DIGITS],
  ]);
  const { RecordBatchStreamWriter } = apacheArrow();
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, arrowSchema(schema.metrics, metadata));
  writer.finish();
  const stream = writer.toUint8Array(true);
  const bytes = Buffer.from(stream.subarray(0, stream.length - END_MARKER.length));
  const places = digitPlaces(bytes, bytes.length).filter((at) => bytes.toString('latin1', at, at + 8) === NO_DIGITS);
  // A model or cell may itself be called 00000000: the checksum's digits are the ones beside its key.
  const key = bytes.lastIndexOf('crc32');
  const at = places.toSorted((a, b) => Math.abs(a - key) - Math.abs(b - key))[0];
  assert(at !== undefined, 'the schema message has room for its checksum');
  bytes.write(hex32(crc32(bytes, saltOf(schema.experiment))), at, 'latin1');
  return bytes;
}

/** The places of flatbuffer strings of eight hex digits within [0, end): one of them is the message's checksum. */
export function digitPlaces(bytes: Buffer, end: number): number[] {
  const places: number[] = [];
  const head = bytes.subarray(0, end);
  for (let at = head.indexOf(EIGHT); at >= 0 && at + 13 <= end; at = head.indexOf(EIGHT, at + 1)) {
    if (isHex8(head, at + 4) && head[at + 12] === 0) places.push(at + 4);
  }
  return places;
}

const EIGHT = Buffer.from([8, 0, 0, 0]);

function isHex8(bytes: Buffer, at: number): boolean {
  for (let i = at; i < at + 8; i++) {
    const byte = bytes[i]!;
    if (!((byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102))) return false;
  }
  return true;
}
