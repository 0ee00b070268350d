import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';

import { EngineError } from '../../errors.ts';
import type { CommandProgram } from './command-program.ts';
import { findExecutable, isFile } from './find-program.ts';

/** Who came with a queue may read, write and start it: nobody else on this machine. */
const OWN_MODE = 0o700;

/**
 * Writes the files of a program that came from another machine, each with the way to the others that it has there, and returns the folder that is the study's.
 * `root`: a folder for this program alone. Throws EngineError MODEL where the machine cannot run it, or a file would lie elsewhere.
 */
export async function unpackProgram(
  { files, run }: CommandProgram,
  root: string,
  bytesOf: (sha256: string) => Uint8Array,
): Promise<string> {
  const folder = join(root, ...Array.from({ length: deepestUp(files) }, () => 'study'), 'study');
  await mkdir(folder, { recursive: true, mode: OWN_MODE });
  for (const [name, sha256] of Object.entries(files)) {
    const path = resolve(folder, name);
    if (isAbsolute(name) || name.includes('\0') || !path.startsWith(`${resolve(root)}${sep}`))
      throw new EngineError('MODEL', `command.files: ${JSON.stringify(name)} is no path from the study's folder.`, {
        path: 'command.files',
        value: name,
      });
    await mkdir(dirname(path), { recursive: true, mode: OWN_MODE });
    await writeFile(path, bytesOf(sha256));
    // Which of them are programs, only they know.
    await chmod(path, OWN_MODE);
  }
  const [name = ''] = run;
  const found = await findExecutable(name, folder);
  if (found === undefined || !(await isFile(found.path)))
    throw new EngineError(
      'MODEL',
      `The run computes with ${JSON.stringify(name)}, and there is no such program on this machine${found === undefined ? ': PATH has none' : ''}. Install it here, and start the worker again.`,
      { path: 'command.run', value: name },
    );
  return folder;
}

/** What cannot be removed stays: nothing depends on it. */
export async function removeUnpacked(root: string): Promise<void> {
  await rm(root, { recursive: true, force: true }).catch(() => undefined);
}

/** The names in a folder; none where there is no such folder. */
export async function foldersIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** How many levels above the study's folder the highest of its files lies: `../lib/a.py` is 1. */
function deepestUp(files: CommandProgram['files']): number {
  const ups = Object.keys(files).map((name) => name.split('/').filter((part) => part === '..').length);
  return Math.max(0, ...ups);
}
