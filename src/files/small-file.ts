import { dirname } from 'node:path';
import { EngineError } from '../errors.ts';
import { onDisk, onDiskAsync } from './disk-error.ts';
import { HeldFile, renameWhenFree } from './held.ts';
import { removeIfFree } from './remove-file.ts';
import { temporaryPath } from './temporary-path.ts';
import type { FilePort } from './port.ts';
import { readFully, writeFully } from './write-fully.ts';

/**
 * Replaces a small file as a whole: temporary file in the same folder, fsync, rename, fsync of the folder. A reader
 * sees the old text or the new one, after any crash. A temporary file left over from a crash is overwritten next time.
 * Throws HeldFile where another program has the old one for longer than `patience_ms` (a minute).
 */
export async function writeSmallFile(
  port: FilePort,
  path: string,
  content: string | Uint8Array,
  patience_ms?: number,
): Promise<void> {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  await onDiskAsync('write', path, async () => {
    const temporary = temporaryPath(path);
    const fd = port.open(temporary, 'w+');
    try {
      writeFully(port, fd, bytes, 0);
      await port.fsync(fd);
    } finally {
      port.close(fd);
    }
    await putInPlace(port, path, patience_ms);
  });
}

/** Puts the temporary file of `path`, which is written and synced, in its place, durably. It goes where that cannot be done. */
export async function putInPlace(port: FilePort, path: string, patience_ms?: number): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await renameWhenFree(port, temporary, path, patience_ms);
  } catch (error) {
    if (error instanceof HeldFile) await removeIfFree(port, temporary);
    throw error;
  }
  await port.syncFolder(dirname(path));
}

/** Bytes gathered before they are written. */
const GATHERED_BYTES = 1 << 20;

/** The same for a text that need not fit into memory: lines as they come, newlines included. */
export async function writeLines(port: FilePort, path: string, lines: AsyncIterable<string>): Promise<void> {
  await onDiskAsync('write', path, async () => {
    const temporary = temporaryPath(path);
    const fd = port.open(temporary, 'w+');
    try {
      let at = 0;
      let gathered = '';
      const flush = (): void => {
        const bytes = Buffer.from(gathered, 'utf8');
        writeFully(port, fd, bytes, at);
        at += bytes.length;
        gathered = '';
      };
      for await (const line of lines) {
        gathered += line;
        if (gathered.length >= GATHERED_BYTES) flush();
      }
      flush();
      await port.fsync(fd);
    } finally {
      port.close(fd);
    }
    await putInPlace(port, path);
  });
}

/** More than a buffer for one file should take. */
const MOST_BYTES = 1 << 30;

/** The bytes of a small file, or undefined where there is none (ENOENT only; any other failure is an error). One over `most` bytes is refused: it cannot be this engine's. */
export function readSmallFile(port: FilePort, path: string, most = MOST_BYTES): Buffer | undefined {
  return onDisk('read', path, () => {
    const found = port.stat(path);
    if (found === undefined) return undefined;
    if (found.kind !== 'file') {
      throw Object.assign(new Error(`a ${found.kind}`), { code: found.kind === 'folder' ? 'EISDIR' : 'ELOOP' });
    }
    if (found.size > most) {
      const text = `${path} has ${found.size} bytes, more than such a file ever has (${most}): it is damaged, or not this engine's. Move it away, then run the same command again.`;
      throw new EngineError('DISK', text, { path });
    }
    const fd = port.open(path, 'r');
    try {
      const bytes = Buffer.alloc(found.size);
      return bytes.subarray(0, readFully(port, fd, bytes, 0));
    } finally {
      port.close(fd);
    }
  });
}
