import { dirname, join } from 'node:path';
import { EngineError } from '../../errors.ts';
import { hasCode, isSystemError } from '../../files/disk-error.ts';
import { linksAreMissing } from '../../files/links.ts';
import type { FilePort } from '../../files/port.ts';
import { readSmallFile } from '../../files/small-file.ts';
import { writeFully } from '../../files/write-fully.ts';
import { recordOf } from './holder.ts';
import type { Holder, LockRecord } from './holder.ts';

/** The record within a lock that is a folder. */
const RECORD = 'holder.json';
/** How the names of drafts end. */
export const DRAFT = '.new';

/**
 * A lock that was written and is not taken yet: a folder beside the lock, with the record in it. Taking it puts the record under the
 * lock's name, whole: as a hard link, which fails where the name is taken; where there are no links, by renaming
 * the folder, which fails where the name is taken by a file or by a folder that is not empty.
 */
export class LockDraft {
  readonly folder: string;
  readonly #port: FilePort;

  constructor(port: FilePort, lock: string, nonce: string) {
    this.#port = port;
    this.folder = `${lock}.${nonce}${DRAFT}`;
  }

  get record(): string {
    return join(this.folder, RECORD);
  }

  write(holder: Holder): void {
    if (this.#port.stat(this.folder) === undefined) this.#makeFolder();
    const fd = this.#port.open(this.record, 'w+');
    try {
      writeFully(this.#port, fd, Buffer.from(`${JSON.stringify(holder)}\n`, 'utf8'), 0);
    } finally {
      this.#port.close(fd);
    }
  }

  /** After a power cut a lock says who held it. */
  async sync(): Promise<void> {
    const fd = this.#port.open(this.record, 'r+');
    try {
      await this.#port.fsync(fd);
    } finally {
      this.#port.close(fd);
    }
  }

  /** Not its parents: an output that does not exist cannot be locked. */
  #makeFolder(): void {
    const output = dirname(this.folder);
    if (this.#port.stat(output) === undefined)
      throw Object.assign(new Error(`${output} does not exist`), { code: 'ENOENT' });
    this.#port.mkdir(this.folder);
  }

  /** False where `path` exists already. */
  place(path: string): boolean {
    try {
      this.#port.link(this.record, path);
    } catch (error) {
      if (linksAreMissing(error)) return this.#placeFolder(path);
      if (!hasCode(error, 'EEXIST')) throw error;
      // A network file system may say so of a link that it made, when its answer was lost and it was asked again.
      if (readLock(this.#port, path)?.token !== readLock(this.#port, this.record)!.token) return false;
    }
    this.discard();
    return true;
  }

  #placeFolder(path: string): boolean {
    // On Windows and some network file systems a file in the way is an error like any other, or is replaced.
    if (this.#port.stat(path)?.kind === 'file') return false;
    try {
      this.#port.rename(this.folder, path);
      return true;
    } catch (error) {
      // Taken at that moment, though whoever held it may have released it by now.
      if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST')) return false;
      if (isSystemError(error) && this.#port.stat(path) !== undefined) return false;
      throw error;
    }
  }

  /** Removes the draft, as far as the disk allows. */
  discard(): void {
    removeFolder(this.#port, this.folder);
  }
}

const MOST_LOOKS = 10;

/** What is at `path`; undefined where nothing is. */
export function readLock(port: FilePort, path: string, looks = MOST_LOOKS): LockRecord | undefined {
  try {
    const found = port.stat(path);
    if (found === undefined) return undefined;
    if (found.kind !== 'file' && found.kind !== 'folder') {
      const what = found.kind === 'link' ? 'a link' : 'a device or pipe';
      throw new EngineError(
        'DISK',
        `${what} is in the place of the output's lock: ${path}; remove it, then run again`,
        { path },
      );
    }
    return recordOf(readSmallFile(port, fileOf(port, path)) ?? Buffer.alloc(0));
  } catch (error) {
    const cause = error instanceof EngineError ? error.cause : error;
    if (hasCode(cause, 'ENOENT')) return undefined; // released between two looks
    // A lock that is a folder took the place of one that is a file, or the other way round, between two looks.
    if (looks > 1 && (hasCode(cause, 'EISDIR') || hasCode(cause, 'ENOTDIR'))) return readLock(port, path, looks - 1);
    throw error;
  }
}

/** The file that holds the record: kernel locks are its. */
export function fileOf(port: FilePort, path: string): string {
  return port.stat(path)?.kind === 'folder' ? join(path, RECORD) : path;
}

/** Takes away the lock with this content, and no other. */
export function removeLock(port: FilePort, path: string, token: string): void {
  if (readLock(port, path)?.token !== token) return;
  if (port.stat(path)?.kind !== 'folder') {
    port.unlink(path);
    return;
  }
  // The name goes first, at once: a folder that is emptied in place would be a lock without a holder.
  const gone = join(dirname(path), `.lock.${token}.gone`);
  port.rename(path, gone);
  removeFolder(port, gone);
}

/** Removes a folder that holds only a record; what the disk refuses to remove stays until the next run. */
export function removeFolder(port: FilePort, folder: string): void {
  for (const step of [
    () => {
      port.unlink(join(folder, RECORD));
    },
    () => {
      port.rmdir(folder);
    },
  ])
    passOver(step);
}

export function passOver(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof EngineError)) throw error;
  }
}
