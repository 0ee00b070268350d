import { dirname } from 'node:path';
import { parse } from 'csv-parse/sync';

import { onDiskAsync } from './disk-error.ts';
import { makeOwn } from './own-copy.ts';
import type { FilePort } from './port.ts';
import { readSmallFile } from './small-file.ts';
import { writeFully } from './write-fully.ts';

/** A text of lines without what a crash tore: that is the part behind the last newline. */
export function wholeLines(bytes: Buffer | undefined): string {
  return bytes?.toString('utf8', 0, endOfLines(bytes)) ?? '';
}

/** Where the last whole line ends [bytes]. */
function endOfLines(bytes: Buffer | undefined): number {
  return bytes === undefined ? 0 : bytes.lastIndexOf('\n') + 1;
}

/** The CSV records of whole lines, one each. A damaged line is skipped. */
export function recordsOf(lines: string): string[][] {
  return lines.split('\n').flatMap((line) => {
    try {
      return parse(line, { relax_column_count: true });
    } catch {
      return []; // what it was about is found out again, or counts as unknown
    }
  });
}

/**
 * Appends `lines` (newlines included) to a small file that begins with `header`, and makes file and folder where they are missing. Returns when they would
 * survive a power cut. The torn tail of a crash is cut before anything is put behind it.
 */
export async function appendRecords(port: FilePort, path: string, header: string, lines: string): Promise<void> {
  const folder = dirname(path);
  await onDiskAsync('write', path, async () => {
    const before = readSmallFile(port, path);
    if (before === undefined) port.mkdir(folder);
    else await makeOwn(port, path);
    const end = endOfLines(before);
    const fd = port.open(path, before === undefined ? 'wx+' : 'r+');
    try {
      if (before !== undefined && before.length > end) port.ftruncate(fd, end);
      writeFully(port, fd, Buffer.from(end === 0 ? header + lines : lines, 'utf8'), end);
      await port.fsync(fd);
    } finally {
      port.close(fd);
    }
    // Who made a file without a line may have been killed before its name was durable.
    if (end === 0) await syncNames(port, path);
  });
}

/**
 * Writes the whole lines of such a file once more, where it is, and makes them durable. An earlier process may have left them in the page cache alone: a sync
 * that failed is told to that process, and passes what it did not write for clean; or it ended before it synced the names.
 */
export async function writeRecordsAnew(port: FilePort, path: string): Promise<void> {
  await onDiskAsync('write', path, async () => {
    const before = readSmallFile(port, path);
    const end = endOfLines(before);
    if (before === undefined || end === 0) return;
    const fd = port.open(path, 'r+');
    try {
      writeFully(port, fd, before.subarray(0, end), 0);
      await port.fsync(fd);
    } finally {
      port.close(fd);
    }
    await syncNames(port, path);
  });
}

/** That of the file, and of its folder. */
async function syncNames(port: FilePort, path: string): Promise<void> {
  await port.syncFolder(dirname(path));
  await port.syncFolder(dirname(dirname(path)));
}
