import { dirname } from 'node:path';
import { parse } from 'csv-parse/sync';

import { onDiskAsync } from './disk-error.ts';
import { makeOwn } from './own-copy.ts';
import type { FilePort } from './port.ts';
import { readSmallFile, writeSmallFile } from './small-file.ts';
import { writeFully } from './write-fully.ts';

/** A text of lines without what a crash tore: that is the part behind the last newline. */
export function wholeLines(bytes: Buffer | undefined): string {
  return bytes?.toString('utf8', 0, endOfLines(bytes)) ?? '';
}

/** Where the last whole line ends [bytes]. */
function endOfLines(bytes: Buffer | undefined): number {
  return bytes === undefined ? 0 : bytes.lastIndexOf('\n') + 1;
}

/** What stands where a power cut kept the size of a file and not the bytes. */
const HOLE = '\0';

/** What is left of a file with holes: `header` and the lines that have none. Undefined where there is no hole. */
function withoutHoles(bytes: Buffer, header: string): string | undefined {
  if (!bytes.includes(HOLE)) return undefined;
  const lines = wholeLines(bytes).split('\n').slice(0, -1);
  return (
    header +
    lines
      .filter((line) => !line.includes(HOLE) && `${line}\n` !== header)
      .map((line) => `${line}\n`)
      .join('')
  );
}

/** The CSV records of whole lines, one each. A damaged line is skipped. */
export function recordsOf(lines: string): string[][] {
  return lines.split('\n').flatMap((line) => {
    if (line.includes(HOLE)) return [];
    try {
      return parse(line, { relax_column_count: true });
    } catch {
      return []; // what it was about is found out again, or counts as unknown
    }
  });
}

/**
 * Appends `lines` (newlines included) to a small file that begins with `header`, and makes file and folder where they are missing. Returns when they would
 * survive a power cut. The torn tail of a crash is cut before anything is put behind it, and lines with holes go.
 */
export async function appendRecords(port: FilePort, path: string, header: string, lines: string): Promise<void> {
  const folder = dirname(path);
  await onDiskAsync('write', path, async () => {
    const before = readSmallFile(port, path);
    if (before === undefined) port.mkdir(folder);
    else await makeOwn(port, path);
    const mended = before && withoutHoles(before, header);
    if (mended !== undefined) {
      await writeSmallFile(port, path, mended + lines);
      await syncNames(port, path);
      return;
    }
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
 * that failed is told to that process, and passes what it did not write for clean; or it ended before it synced the names. Lines with holes go; `header`:
 * its first line, which may be one of them.
 */
export async function writeRecordsAnew(port: FilePort, path: string, header: string): Promise<void> {
  await onDiskAsync('write', path, async () => {
    const before = readSmallFile(port, path);
    const end = endOfLines(before);
    if (before === undefined || end === 0) return;
    const mended = withoutHoles(before, header);
    if (mended !== undefined) {
      await writeSmallFile(port, path, mended);
      await syncNames(port, path);
      return;
    }
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
