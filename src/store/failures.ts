import { csvField } from '../encoding/csv-field.ts';
import { onDiskAsync } from '../files/disk-error.ts';
import { cellLayout } from './scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import { removeFile } from '../files/remove-file.ts';
import { appendRecords, recordsOf, wholeLines, writeRecordsAnew } from '../files/append-records.ts';
import { readSmallFile, writeSmallFile } from '../files/small-file.ts';

/** A permutation that failed: it has no row, and is tried again only when asked. The fields are the columns of failures.csv. */
export interface Failure {
  readonly perm_index: number;
  /** As text: 32-bit seeds and longer ones alike. */
  readonly seed: string;
  /** Class of the error: `RangeError`. */
  readonly error_class: string;
  readonly message: string;
}

export const FAILURE_COLUMNS = ['perm_index', 'seed', 'error_class', 'message'] as const;

/** The fields of a failure in the order of FAILURE_COLUMNS. */
export function failureFields({ perm_index, seed, error_class, message }: Failure): string[] {
  return [String(perm_index), seed, error_class, message];
}

const HEADER = `${FAILURE_COLUMNS.join(',')}\n`;

/**
 * The failures on record in `<cell>/failures.csv`, the last one of each perm_index, ascending. A row that a crash
 * tore is skipped: its permutation fails again in the same way.
 */
export function readFailures(port: FilePort, cellFolder: string): Failure[] {
  const path = cellLayout(cellFolder).failures;
  // Every field is on one line: line breaks in messages are written as \n.
  const text = wholeLines(readSmallFile(port, path));
  if (!text.startsWith(HEADER)) return [];
  const failures = new Map<number, Failure>();
  for (const fields of recordsOf(text.slice(HEADER.length))) {
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

/** Appends failures durably. Returns when they would survive a power cut. */
export async function appendFailures(port: FilePort, cellFolder: string, failures: readonly Failure[]): Promise<void> {
  if (failures.length === 0) return;
  await appendRecords(port, cellLayout(cellFolder).failures, HEADER, failures.map(lineOf).join(''));
}

/** Makes sure that the failures on record would survive a power cut, before a run goes by them that has not written them. */
export function keepFailures(port: FilePort, cellFolder: string): Promise<void> {
  return writeRecordsAnew(port, cellLayout(cellFolder).failures, HEADER);
}

/** How the message of a failure begins that stands for a whole cell: its model's prepare() threw. */
export const PREPARE = 'prepare(): ';

function isOfPrepare({ message }: Failure): boolean {
  return message.startsWith(PREPARE);
}

/** perm_index of the permutations on record, ascending. A cell whose prepare() threw is not among them: all that it misses is tried again. */
export function failedPermutations(port: FilePort, cellFolder: string): number[] {
  return readFailures(port, cellFolder)
    .filter((failure) => !isOfPrepare(failure))
    .map(({ perm_index }) => perm_index);
}

/** Takes the failure of prepare() off the record, before it is called again. */
export async function forgetPrepareFailure(port: FilePort, cellFolder: string): Promise<void> {
  const failures = readFailures(port, cellFolder);
  const others = failures.filter((failure) => !isOfPrepare(failure));
  if (others.length === failures.length) return;
  if (others.length === 0) {
    await clearFailures(port, cellFolder);
    return;
  }
  const path = cellLayout(cellFolder).failures;
  await onDiskAsync('write', path, () => writeSmallFile(port, path, HEADER + others.map(lineOf).join('')));
}

/** Removes the record before failed permutations are tried again. */
export async function clearFailures(port: FilePort, cellFolder: string): Promise<void> {
  const path = cellLayout(cellFolder).failures;
  await onDiskAsync('remove', path, async () => {
    if (port.stat(path) === undefined) return;
    await removeFile(port, path);
    await port.syncFolder(cellFolder);
  });
}

function lineOf(failure: Failure): string {
  return `${failureFields(failure)
    .map((field) => csvField(onOneLine(field)))
    .join(',')}\n`;
}

/** Anything below space would end the line or hide in it. */
export function onOneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/\r?\n/g, '\\n').replace(/[\u0000-\u001f]/g, ' ');
}
