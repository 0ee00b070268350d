import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, extname, isAbsolute, join, resolve } from 'node:path';

import { EngineError } from '../../errors.ts';
import type { CommandProgram } from './command-program.ts';

/** The file behind the first word of `run`. */
export interface Executable {
  /** Absolute. */
  readonly path: string;
  /** It is one of the study's own: beside it, or named by a path. Otherwise the machine's, found in PATH. */
  readonly own: boolean;
}

/** A program named by a path, or a file beside the study, is that file; any other name is looked up in PATH. Undefined where there is none. */
export async function findExecutable(name: string, folder: string): Promise<Executable | undefined> {
  if (name.includes('/') || isAbsolute(name) || (process.platform === 'win32' && name.includes('\\')))
    return { path: resolve(folder, name), own: !isAbsolute(name) };
  if (await isFile(join(folder, name))) return { path: join(folder, name), own: true };
  for (const place of (process.env['PATH'] ?? '').split(delimiter)) {
    if (place === '') continue;
    for (const extension of extensionsOf(name)) {
      const path = resolve(place, `${name}${extension}`);
      if ((await isFile(path)) && (await isExecutable(path))) return { path, own: false };
    }
  }
  return undefined;
}

/** On Windows a program is found without its extension. Scripts of its shell (.bat, .cmd) are no programs: Node.js does not start them without that shell. */
function extensionsOf(name: string): readonly string[] {
  if (process.platform !== 'win32' || extname(name) !== '') return [''];
  return ['.exe', '.com'];
}

export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false; // whatever keeps us from it: it cannot be used
  }
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false; // the next folder of PATH may have one
  }
}

/** SHA-256 of a file, 64 hex digits. */
export async function hashOfFile(path: string): Promise<string> {
  const sha256 = createHash('sha256');
  for await (const bytes of createReadStream(path)) sha256.update(bytes as Uint8Array);
  return sha256.digest('hex');
}

const known = new Map<string, string>();

/** The same of a program of the machine, which may have a hundred megabytes and changes by updates only. */
export async function hashOfProgram(path: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  const key = `${path}\0${size}\0${mtimeMs}\0${ino}`;
  const hash = known.get(key) ?? (await hashOfFile(path));
  known.set(key, hash);
  return hash;
}

/**
 * The folder in which the program's files are those that the rows are to be made with: the study's, or, on another machine, the working directory. Throws
 * EngineError MODEL with what is wrong in each.
 */
export async function folderOf({ files }: Pick<CommandProgram, 'files'>, folders: readonly string[]): Promise<string> {
  const found: string[] = [];
  for (const folder of new Set(folders)) {
    const wrong = await wrongFiles(files, folder);
    if (wrong.length === 0) return folder;
    found.push(`in ${folder} ${wrong.join(', ')}`);
  }
  throw new EngineError(
    'MODEL',
    `command.files: the program is not the one that the rows are to be made with: ${found.join('; ')}. A run takes the files as they were when it began; on a machine without the study they must be in the working directory, the same to the last byte.`,
    { path: 'command.files' },
  );
}

async function wrongFiles(files: CommandProgram['files'], folder: string): Promise<string[]> {
  const wrong: string[] = [];
  if (!(await isFolder(folder))) return ['is no such folder'];
  for (const [name, sha256] of Object.entries(files)) {
    const path = resolve(folder, name);
    if (!(await isFile(path))) wrong.push(`${name} is not there`);
    else if ((await hashOfFile(path)) !== sha256) wrong.push(`${name} holds other bytes`);
  }
  return wrong;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // not there, or not for us
  }
}
