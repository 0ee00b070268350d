import { createHash } from 'node:crypto';
import * as z from 'zod';

import { FORMATS } from '../encoding/metrics-schema.ts';
import { EngineError } from '../errors.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { ErrorRecord } from '../model/error-record.ts';
import { count, hex } from '../stored/check-shape.ts';
import { chunkKey } from './chunk-key.ts';
import { parsed, WIRE } from './wire.ts';

/**
 * What a worker sends back, and keeps in its spool, as one piece of bytes:
 *
 *   'PFRESULT', header length (uint32, little-endian), header (JSON), the rows as they stand in the metrics file of each schema, one after the other,
 *   SHA-256 of everything before (32 bytes)
 *
 * Sums of blocks are not sent: who receives it makes them of the bytes that came.
 */

const MAGIC = Buffer.from('PFRESULT', 'latin1');
const START = MAGIC.length + 4;
const DIGEST_BYTES = 32;
/** Most bytes of a result, whole: larger ones are chunks that are too large. */
export const LARGEST_RESULT = 64 << 20;

const text = z.string();
const failure = z.strictObject({ perm_index: count, seed: text, error_class: text, message: text });
const errorShape: z.ZodType<ErrorRecord> = z.strictObject({
  name: text,
  message: text,
  stack: text.optional(),
  code: text.optional(),
  path: text.optional(),
  allowed: text.optional(),
  get cause() {
    return errorShape.optional();
  },
}) as unknown as z.ZodType<ErrorRecord>;

const header = z.strictObject({
  wire: z.literal(WIRE, { error: `of another version of permafrost (this one speaks ${WIRE})` }),
  engine: text,
  node_major: count,
  worker: text,
  /** What it is the result of: see `chunkKey`. */
  key: hex(64),
  setup: hex(64),
  experiment: hex(64),
  first: count,
  count,
  rows: count,
  compute_ms: z.number().min(0),
  failures: z.array(failure),
  first_error: errorShape.optional(),
  cannot_prepare: errorShape.optional(),
  /** Nothing was computed, and would be by nobody: the setup is not to be had. */
  failed: errorShape.optional(),
  /** What its rows are for: the file of each output. */
  kinds: z
    .array(z.strictObject({ format: z.enum(FORMATS), batch_rows: z.int().min(1) }))
    .min(1)
    .max(65),
  /** Bytes of the rows for each of them; none where there are no rows at all. */
  lengths: z.array(count).max(65),
});

export type ResultHeader = Omit<z.infer<typeof header>, 'wire'>;

/** Where a result comes from, and of what it is. */
export type ResultOrigin = Pick<
  ResultHeader,
  'engine' | 'node_major' | 'worker' | 'key' | 'setup' | 'experiment' | 'first' | 'count' | 'kinds'
>;

/** What of its origin a chunk says. */
export function ofChunk(chunk: ChunkTask): Omit<ResultOrigin, 'engine' | 'node_major' | 'worker'> {
  const { setup, first, count: n, cell, more_schemas = [] } = chunk;
  const kinds = [cell.schema, ...more_schemas].map(({ format, batch_rows }) => ({ format, batch_rows }));
  return { key: chunkKey(chunk), setup, experiment: cell.schema.experiment, first, count: n, kinds };
}

export interface ReceivedResult {
  readonly header: ResultHeader;
  /** The rows for each schema. */
  readonly sections: readonly Uint8Array[];
}

/** Throws EngineError WORKER where it is too large to be sent. */
export function frameResult(origin: ResultOrigin, answer: ChunkResult | { readonly failed: ErrorRecord }): Buffer {
  if ('failed' in answer)
    return frame({ ...origin, rows: 0, compute_ms: 0, failures: [], failed: answer.failed, lengths: [] }, []);
  const { rows, compute_ms, failures, first_error, cannot_prepare, bytes, more_bytes = [] } = answer;
  const sections = cannot_prepare === undefined ? [bytes, ...more_bytes] : [];
  const said = {
    ...origin,
    rows,
    compute_ms,
    failures: [...failures],
    ...(first_error !== undefined && { first_error }),
    ...(cannot_prepare !== undefined && { cannot_prepare }),
    lengths: sections.map(({ length }) => length),
  };
  return frame(said, sections);
}

function frame(said: ResultHeader, sections: readonly Uint8Array[]): Buffer {
  const json = Buffer.from(JSON.stringify({ wire: WIRE, ...said }), 'utf8');
  const start = Buffer.alloc(START);
  MAGIC.copy(start);
  start.writeUInt32LE(json.length, MAGIC.length);
  const parts = [start, json, ...sections];
  const bytes = parts.reduce((sum, { length }) => sum + length, DIGEST_BYTES);
  if (bytes > LARGEST_RESULT) throw tooLarge(said, bytes);
  const sha256 = createHash('sha256');
  for (const part of parts) sha256.update(part);
  return Buffer.concat([...parts, sha256.digest()], bytes);
}

function tooLarge({ first, count: n }: ResultHeader, bytes: number): EngineError {
  const text = `The result of permutations ${first}-${first + n - 1} has ${bytes} bytes, and a queue carries at most ${LARGEST_RESULT}: run with smaller chunks (--chunk).`;
  return new EngineError('WORKER', text, { path: '--chunk' });
}

/** Throws EngineError IDENTITY where a byte is not as it was sent, or the header not as it must be. The sections lie in the bytes given. */
export function receiveResult(bytes: Uint8Array): ReceivedResult {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (all.length > LARGEST_RESULT) throw damaged(`has ${all.length} bytes, more than any has`);
  if (all.length < START + DIGEST_BYTES || !all.subarray(0, MAGIC.length).equals(MAGIC))
    throw damaged('is not a result');
  const end = all.length - DIGEST_BYTES;
  const sha256 = createHash('sha256').update(all.subarray(0, end)).digest();
  if (!sha256.equals(all.subarray(end))) throw damaged('is damaged: its checksum is of other bytes');
  const rows_at = START + all.readUInt32LE(MAGIC.length);
  if (rows_at > end) throw damaged('is cut off');
  const said = parsed(header, all.toString('utf8', START, rows_at), 'A result', LARGEST_RESULT) as ResultHeader;
  const total = said.lengths.reduce((sum, length) => sum + length, rows_at);
  if (total !== end) throw damaged('has other bytes than it says');
  let at = rows_at;
  const sections = said.lengths.map((length) => all.subarray(at, (at += length)));
  return { header: said, sections };
}

function damaged(why: string): EngineError {
  return new EngineError('IDENTITY', `A result that came ${why}.`);
}
