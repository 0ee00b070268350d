import { hash } from 'node:crypto';

import { EngineError } from '../errors.ts';
import { checkedInput } from '../execute/load-setup.ts';
import { checkedProgramFile, isCommand, programFiles } from '../execute/program-files.ts';
import { setupHash, type GivenSetup, type ModelReference, type ModelSetup } from '../execute/setup.ts';
import type { FilePort } from '../files/port.ts';
import { readSmallFile } from '../files/small-file.ts';
import type { Kernel } from '../model/model.ts';
import { parsed, setupShape, type Announcement } from './wire.ts';

/** What chunks are computed with, as it travels: pieces of bytes, each known by its SHA-256, and sent once to each worker. */

/** Most bytes of one of them. */
export const LARGEST_BLOB = 256 << 20;

/** A setup, and the bytes of its inputs and of the files of its program. */
export interface SentSetup {
  /** As an announcement names it. */
  readonly named: Announcement['setups'][number];
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

/** Throws EngineError DATA where a file is not what it was when the study was read, or is too large. */
export function sentSetup({ id, setup }: GivenSetup, bytesOf: (sha256: string) => Uint8Array | undefined): SentSetup {
  const text = Buffer.from(JSON.stringify({ ...setup, model: withoutFolder(setup.model) }), 'utf8');
  const blob = hash('sha256', text);
  const blobs = new Map<string, Uint8Array>([[blob, text]]);
  for (const [name, file] of Object.entries(setup.inputs))
    blobs.set(file.sha256, checkedInput(name, file, bytesOf(file.sha256)));
  const program = Object.entries(programFiles(setup.model));
  for (const [name, sha256] of program) blobs.set(sha256, checkedProgramFile(name, sha256, bytesOf(sha256)));
  for (const [sha256, { length }] of blobs) {
    if (length <= LARGEST_BLOB) continue;
    const input = Object.entries(setup.inputs).find(([, file]) => file.sha256 === sha256);
    const own = program.find(([, each]) => each === sha256)?.[0];
    const of_program = own === undefined ? 'The model' : `command.files: ${own}`;
    const what = input === undefined ? of_program : `inputs.${input[0]}: ${input[1].path}`;
    throw new EngineError('DATA', `${what} has ${length} bytes, and a queue carries at most ${LARGEST_BLOB} at once.`, {
      ...(input !== undefined && { path: `inputs.${input[0]}` }),
    });
  }
  return { named: { id, blob }, blobs };
}

/** Where the files of a program lie here is nobody else's business. */
function withoutFolder(model: ModelReference): ModelReference {
  return 'code' in model ? { code: model.code, file: model.file } : model;
}

/** The bytes of files, read again, by the hashes that they have now. */
export function inputBytes(port: FilePort, files: Iterable<string>): (sha256: string) => Uint8Array | undefined {
  const by_hash = new Map<string, Uint8Array>();
  for (const file of files) {
    const bytes = readSmallFile(port, file);
    if (bytes !== undefined) by_hash.set(hash('sha256', bytes), bytes);
  }
  return (sha256) => by_hash.get(sha256);
}

/** How a machine takes in what it is to compute with. */
export interface Receiving {
  /** Bytes that have the hash. */
  readonly blobOf: (sha256: string) => Promise<Uint8Array>;
  /** Throws where the model may not run here: then nothing more is fetched. */
  readonly check: (model: ModelReference) => void;
  /** Puts the files of a program in a folder of this machine, which it returns. */
  readonly unpack: (model: ModelReference, files: ReadonlyMap<string, Uint8Array>) => Promise<string>;
  /** What this machine computes with, which changes no bit. */
  readonly kernel: Kernel;
}

/** The setup again, on the machine that computes: checked against the hash under which chunks name it. Throws EngineError QUEUE, or what `check` and `unpack` throw. */
export async function receivedSetup(
  { id, blob }: Announcement['setups'][number],
  { blobOf, check, unpack, kernel }: Receiving,
): Promise<GivenSetup> {
  const text = Buffer.from(await blobOf(blob)).toString('utf8');
  const setup = parsed(setupShape, text, 'What chunks are computed with', LARGEST_BLOB) as ModelSetup;
  if (setupHash(setup) !== id)
    throw new EngineError('QUEUE', `What chunks are computed with is not what was announced: expected ${id}.`);
  check(setup.model);
  const files: Record<string, Uint8Array> = {};
  for (const { sha256 } of Object.values(setup.inputs)) files[sha256] = await blobOf(sha256);
  const program = new Map<string, Uint8Array>();
  for (const sha256 of Object.values(programFiles(setup.model))) program.set(sha256, await blobOf(sha256));
  const model = isCommand(setup.model) ? { ...setup.model, folder: await unpack(setup.model, program) } : setup.model;
  return { id, setup: { ...setup, model, kernel }, inputs: { files } };
}
