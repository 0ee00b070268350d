import { csvField } from '../encoding/csv-field.ts';
import { appendRecords, writeRecordsAnew } from '../files/append-records.ts';
import type { FilePort } from '../files/port.ts';
import { layoutOf } from './scan/layout.ts';
import { onOneLine } from './failures.ts';

const HEADER = 'time,cell_id,perm_index,count,seed,tries,error\n';

/** A chunk that no worker could compute: what a person needs to compute it alone. */
export interface LetterLine {
  readonly time: string;
  readonly cell_id: string;
  /** The first of its permutations, how many it has, and the seed of the first. */
  readonly perm_index: number;
  readonly count: number;
  readonly seed: string;
  readonly tries: number;
  readonly error: string;
}

/** Appends it durably to `aggregated/dead_letters.csv`, where it stays. */
export async function appendDeadLetter(port: FilePort, output: string, letter: LetterLine): Promise<void> {
  const { time, cell_id, perm_index, count, seed, tries, error } = letter;
  const fields = [time, cell_id, String(perm_index), String(count), seed, String(tries), onOneLine(error)];
  await appendRecords(port, layoutOf(output).dead_letters, HEADER, `${fields.map(csvField).join(',')}\n`);
}

/** Makes sure that those on record would survive a power cut. */
export function keepDeadLetters(port: FilePort, output: string): Promise<void> {
  return writeRecordsAnew(port, layoutOf(output).dead_letters, HEADER);
}
