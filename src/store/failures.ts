import { dirname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { onDiskAsync } from '../files/disk-error.ts';
import { cellLayout } from './scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import { removeFile } from '../files/held.ts';
import { readSmallFile } from '../files/small-file.ts';
import { writeFully } from '../files/write-fully.ts';

/** A permutation that failed: it has no row, and is tried again only when asked. */
export interface Failure {
  readonly perm_index: number;
  /** As text: 32-bit seeds and longer ones alike. */
  readonly seed: string;
  /** Class of the error: `RangeError`. */
  readonly error_class: string;
  readonly message: string;
}

const HEADER = 'perm_index,seed,error_class,message\n';

/**
 * The failures on record in `<cell>/failures.csv`, the last one of each perm_index, ascending. A row that a crash
 * tore is passed over: its permutation fails again in the same way.
 */
export function readFailures(port: FilePort, cellFolder: string): Failure[] {
  const path = cellLayout(cellFolder).failures;
  const text = wholeLines(readSmallFile(port, path));
  if (!text.startsWith(HEADER)) return [];
  const failures = new Map<number, Failure>();
  for (const fields of recordsOf(text)) {
    const [perm_index, seed, error_class, message] = fields;
    if (fields.length !== 4 || !/^(0|[1-9]\d{0,9})$/.test(perm_index!)) continue;
    failures.set(Number(perm_index), {
      perm_index: Number(perm_index),
      seed: seed!,
      error_class: error_class!,
      message: message!,
    });
  }
  return [...failures.values()].sort((a, b) => a.perm_index - b.perm_index);
}

/** Every field is on one line (line breaks in messages are written as \n), so a torn tail is the part behind the last newline. */
function wholeLines(bytes: Buffer | undefined): string {
  const text = bytes?.toString('utf8') ?? '';
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

function recordsOf(text: string): string[][] {
  return text
    .slice(HEADER.length)
    .split('\n')
    .flatMap((line) => {
      try {
        return parse(line, { relax_column_count: true });
      } catch {
        return []; // damaged: as above, it fails again in the same way
      }
    });
}

/** Appends failures durably. Returns when they would survive a power cut. */
export async function appendFailures(port: FilePort, cellFolder: string, failures: readonly Failure[]): Promise<void> {
  if (failures.length === 0) return;
  const path = cellLayout(cellFolder).failures;
  await onDiskAsync('write', path, async () => {
    const before = readSmallFile(port, path);
    if (before === undefined) port.mkdir(cellFolder);
    const fd = port.open(path, before === undefined ? 'wx+' : 'r+');
    try {
      // The torn tail of a crash is cut before anything is put behind it.
      const end = Buffer.byteLength(wholeLines(before), 'utf8');
      if (before !== undefined && before.length > end) port.ftruncate(fd, end);
      const lines = failures.map(lineOf).join('');
      writeFully(port, fd, Buffer.from(end === 0 ? HEADER + lines : lines, 'utf8'), end);
      await port.fsync(fd);
    } finally {
      port.close(fd);
    }
    if (before === undefined) {
      await port.syncFolder(cellFolder);
      await port.syncFolder(dirname(cellFolder));
    }
  });
}

/** Takes the record away, before failed permutations are tried again. */
export async function clearFailures(port: FilePort, cellFolder: string): Promise<void> {
  const path = cellLayout(cellFolder).failures;
  await onDiskAsync('remove', path, async () => {
    if (port.stat(path) === undefined) return;
    await removeFile(port, path);
    await port.syncFolder(cellFolder);
  });
}

function lineOf({ perm_index, seed, error_class, message }: Failure): string {
  return `${[String(perm_index), seed, error_class, message].map(quoted).join(',')}\n`;
}

function quoted(field: string): string {
  // Anything below space would end the line or hide in it.
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const line = field.replace(/\r?\n/g, '\\n').replace(/[\u0000-\u001f]/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}
