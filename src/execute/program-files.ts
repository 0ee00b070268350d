import { hash } from 'node:crypto';
import { join } from 'node:path';

import { EngineError } from '../errors.ts';
import { foldersIn, removeUnpacked, unpackProgram } from '../programs/command/unpack.ts';
import { isUnusableProgram } from '../programs/command/unusable.ts';
import { commandOf, isCodeOfCommand } from '../programs/program.ts';
import type { ModelReference } from './setup.ts';

/** The files of models that are programs in another language, on their way to a machine that has not the study. */

/** Whether it is a command: a program that runs on its own, from files. */
export function isCommand(model: ModelReference): model is Extract<ModelReference, { readonly code: string }> {
  return 'code' in model && isCodeOfCommand(model.code);
}

/** SHA-256 of each file that a model's program is made of, by its path from the study's folder; nothing for a model that is no command. */
export function programFiles(model: ModelReference): Readonly<Record<string, string>> {
  return ('code' in model ? commandOf(model.code)?.files : undefined) ?? {};
}

/** The bytes of one of them. Throws DATA where they are not those that the rows are to be made with. */
export function checkedProgramFile(name: string, sha256: string, bytes: Uint8Array | undefined): Uint8Array {
  if (bytes !== undefined && hash('sha256', bytes) === sha256) return bytes;
  throw new EngineError(
    'DATA',
    `command.files: ${name} is not what it was when the study was read: the program is made of SHA-256 ${sha256}.`,
    { path: 'command.files', value: name, allowed: sha256 },
  );
}

/** Who computes with a program: a process of a machine. */
export interface ProgramOwner {
  readonly host: string;
  readonly pid: number;
  readonly name: string;
}

/** Removes the programs of workers of this machine that were killed. What cannot be removed stays: nothing depends on it. */
export async function removeAbandoned(
  parent: string,
  host: string,
  processExists: (pid: number) => boolean,
): Promise<void> {
  for (const name of await foldersIn(parent)) {
    const [, of_host, pid] = /^(.*)_(\d+)_[0-9a-f-]+$/.exec(name) ?? [];
    if (of_host === host && !processExists(Number(pid))) await removeUnpacked(join(parent, name));
  }
}

/** Where the programs of what a worker computes lie, for as long as it computes that. */
export class ProgramFolder {
  private readonly folder: string;
  private count = 0;

  /** `parent`: where all workers of this machine have theirs; `owner`: whose it is. */
  constructor(parent: string, { host, pid, name }: ProgramOwner) {
    this.folder = join(parent, `${host}_${pid}_${name}`);
  }

  /** A folder with the files of the program, as they lie beside its study. Throws EngineError MODEL where this machine cannot run it. */
  async unpack(model: ModelReference, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
    const command = 'code' in model ? commandOf(model.code) : undefined;
    if (command === undefined) throw new Error('only the files of a command are unpacked');
    this.count += 1;
    return unpackProgram(command, join(this.folder, String(this.count)), (sha256) => files.get(sha256)!);
  }

  /** Nothing runs there any more. */
  remove(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : removeUnpacked(this.folder);
  }
}

/** Whether this machine cannot use the program of a model at all, where another one may. */
export function cannotRunHere(error: unknown): error is EngineError {
  return isUnusableProgram(error);
}
