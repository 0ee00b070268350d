import * as z from 'zod';

import { FORMATS } from '../encoding/metrics-schema.ts';
import { EngineError } from '../errors.ts';
import type { ChunkTask } from '../execute/messages.ts';
import { GENERATORS } from '../random/generator.ts';
import { MAX_PERMUTATIONS } from '../random/seeding.ts';
import { count, hex, named, parameters, shapeFault } from '../stored/check-shape.ts';

/** What manager and workers say to each other as JSON. Nothing that comes is used before its size and shape were looked at. */

/** Raised with every change that an older worker or manager would misunderstand. */
export const WIRE = 1;

/** Most characters of a message: a setup apart, they are some hundred bytes. */
const LONGEST_MESSAGE = 1 << 20;
/** Most characters of names and other short texts. */
export const LONGEST_NAME = 4096;
const MOST_METRICS = 4096;
const MOST_FILES = 64;

const name = z.string().max(LONGEST_NAME);
const uint32 = z.int().min(0).max(0xffff_ffff);
const wire = z.literal(WIRE, {
  error: `another version of permafrost speaks another language here (this one: ${WIRE})`,
});

const schema = z.strictObject({
  format: z.enum(FORMATS),
  model: name,
  cell_id: name,
  experiment: hex(64),
  metrics: z.array(name).min(1).max(MOST_METRICS),
  batch_rows: z.int().min(1),
});

const antithetic = z.literal(true).optional();

const chunkTask = z.strictObject({
  setup: hex(64),
  cell: z.strictObject({
    parameters,
    source: z.union([
      z.strictObject({
        scheme: z.literal('sha256-32'),
        generator: z.enum(GENERATORS.filter((each) => each !== 'philox')),
        base_seed: uint32,
        antithetic,
      }),
      z.strictObject({
        scheme: z.literal('philox'),
        generator: z.literal('philox'),
        key: z.tuple([uint32, uint32]),
        antithetic,
      }),
    ]),
    schema,
  }),
  first: z.int().min(0).max(MAX_PERMUTATIONS),
  count: z.int().min(1).max(MAX_PERMUTATIONS),
  more_schemas: z.array(schema).max(MOST_FILES).optional(),
  permutation_timeout_ms: z.number().positive().optional(),
});

const offered = z.strictObject({ wire, run: name, chunk: chunkTask });

/** A chunk on its way to a worker, and the run that it is of. */
export interface OfferedChunk {
  readonly run: string;
  readonly chunk: ChunkTask;
}

export function offeredText({ run, chunk }: OfferedChunk): string {
  return JSON.stringify({ wire: WIRE, run, chunk });
}

/** Throws EngineError IDENTITY where it is none. */
export function offeredChunk(text: string): OfferedChunk {
  return parsed(offered, text, 'A chunk') as OfferedChunk;
}

const announcement = z.strictObject({
  wire,
  run: name,
  engine: name,
  node_major: z.int().min(0),
  manager: name,
  /** By their hashes: those of the setups, and those of the blobs that hold them. */
  setups: z.array(z.strictObject({ id: hex(64), blob: hex(64) })).max(LONGEST_NAME),
});

/** What a manager tells all workers: what it is, and what its chunks are computed with. */
export type Announcement = Omit<z.infer<typeof announcement>, 'wire'>;

export function announcementText(said: Announcement): string {
  return JSON.stringify({ wire: WIRE, ...said });
}

/** Throws EngineError IDENTITY where it is none, or of another version. */
export function announcementOf(text: string): Announcement {
  return parsed(announcement, text, 'What the manager announces') as Announcement;
}

const workerNote = z.strictObject({
  wire,
  worker: name,
  host: name,
  pid: z.int().min(0),
  threads: z.int().min(1).max(4096),
  engine: name,
  node: name,
  /** Chunks computed, by now. */
  chunks: count,
  permutations: count,
  /** Results kept on its disk because they could not be sent. */
  spooled: count,
  spooled_bytes: count,
  /** Why it computes nothing (more) for this run: its last word. */
  refused: name.optional(),
});

/** What a worker says of itself. */
export type WorkerNote = Omit<z.infer<typeof workerNote>, 'wire'>;

export function workerNoteText(note: WorkerNote): string {
  return JSON.stringify({ wire: WIRE, ...note });
}

/** Undefined where it is none of this version. */
export function workerNoteOf(text: string): WorkerNote | undefined {
  try {
    return parsed(workerNote, text, 'A worker') as WorkerNote;
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

const json: z.ZodType = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), named(json)]),
);

/** Of a setup: what `ModelSetup` says. */
export const setupShape = z.strictObject({
  model: z.union([z.strictObject({ builtin: name, version: name }), z.strictObject({ code: z.string(), file: name })]),
  inputs: named(z.strictObject({ sha256: hex(64), path: name })),
  streams: z.enum(['independent', 'shared']),
  shared: json.optional(),
  kernel: z.enum(['auto', 'wasm', 'typescript']),
});

/** JSON of a shape. `what`: whose, for the message. Throws EngineError IDENTITY. */
export function parsed(shape: z.ZodType, text: string, what: string, longest = LONGEST_MESSAGE): unknown {
  if (text.length > longest) throw unreadable(what, `has ${text.length} characters, more than any has`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(what, 'is not JSON', error);
  }
  const fault = shapeFault(shape, value);
  if (fault !== undefined) throw unreadable(what, `cannot be read: ${fault}`);
  const said = { ...(value as Record<string, unknown>) };
  delete said['wire'];
  return said;
}

function unreadable(what: string, why: string, cause?: unknown): EngineError {
  return new EngineError(
    'IDENTITY',
    `${what} ${why}. Something else writes to this queue, or another version of permafrost: use a namespace of its own (--namespace), and one version everywhere.`,
    { cause },
  );
}
