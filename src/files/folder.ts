import { dirname, join, relative, resolve, sep } from 'node:path';
import { EngineError } from '../errors.ts';
import { hasCode, onDisk, onDiskAsync } from './disk-error.ts';
import type { FilePort, FileStat } from './port.ts';

/** Makes a folder and its missing parents, durably: each new name is synced in the folder that holds it. */
export async function makeFolder(port: FilePort, path: string): Promise<void> {
  await onDiskAsync('create the folder', path, async () => {
    const holders: string[] = [];
    for (let at = resolve(path); port.stat(at) === undefined && dirname(at) !== at; at = dirname(at))
      holders.push(dirname(at));
    port.mkdir(resolve(path));
    for (const holder of holders.reverse()) await port.syncFolder(holder);
  });
}

/** What a system says of a drive or share that is not there, and of a place that takes no folders (/proc). */
const NOWHERE = ['ENOENT', 'ENODEV', 'ENXIO', 'ENOTSUP', 'EINVAL', 'UNKNOWN'];

/** The same for a folder that a person named, which may be on a drive or share that is not there: USAGE. */
export async function makeGivenFolder(port: FilePort, path: string): Promise<void> {
  try {
    await makeFolder(port, path);
  } catch (error) {
    const cause = error instanceof EngineError ? error.cause : error;
    const code = NOWHERE.find((each) => hasCode(cause, each));
    if (code === undefined) throw error;
    const text = `${resolve(path)} cannot be created (${code}): its drive or share is missing, or accepts no folders. Connect it, or choose another folder.`;
    throw new EngineError('USAGE', text, { path, value: path, cause });
  }
}

/**
 * The same for a folder that may, besides, have been made by a process that was killed before it synced the name: all names on the way to it are synced, as far as one
 * may, whoever made them.
 */
export async function makeFolderForGood(port: FilePort, path: string): Promise<void> {
  await makeGivenFolder(port, path);
  await onDiskAsync('create the folder', path, async () => {
    for (let at = resolve(path); dirname(at) !== at; at = dirname(at)) {
      try {
        await port.syncFolder(dirname(at));
      } catch (error) {
        // A folder that one may not read holds names that one did not make.
        if (!hasCode(error, 'EACCES') && !hasCode(error, 'EPERM')) throw error;
        return;
      }
    }
  });
}

/**
 * The same for a folder inside an output, which must be one itself: through a link a run would write outside its output. Its name is synced even where it is
 * there: a process that was killed may have made it.
 */
export async function makeOwnFolder(port: FilePort, path: string): Promise<void> {
  const before = onDisk('create the folder', path, () => port.stat(path));
  if (before !== undefined && before.kind !== 'folder') throw notAFolder(before.kind, path);
  if (before === undefined) await makeFolder(port, path);
  else await onDiskAsync('create the folder', path, () => port.syncFolder(dirname(path)));
}

/** The same for a folder any number of levels below `root`: none of the levels may lead elsewhere. */
export async function makeFolderWithin(port: FilePort, root: string, path: string): Promise<void> {
  const levels = relative(root, path).split(sep);
  for (let n = 1; n <= levels.length; n++) await makeOwnFolder(port, join(root, ...levels.slice(0, n)));
}

export function notAFolder(kind: FileStat['kind'], path: string): EngineError {
  return new EngineError(
    'DISK',
    `a ${kind} is in the place of a folder of the run: ${path}; move it away, then run the same command again`,
    { path },
  );
}
