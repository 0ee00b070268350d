import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { EngineError } from '../errors.ts';
import type { FilePort } from '../files/port.ts';
import { writeNewFile } from '../files/new-file.ts';
import { readSmallFile } from '../files/small-file.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { canonicalCsv } from '../trade-lists/canonical-csv.ts';
import { readTradeList, type SourceFile } from '../trade-lists/read-trade-list.ts';
import { MOST_BYTES } from '../trade-lists/tables/document.ts';
import type { ReadOptions } from '../trade-lists/text/options.ts';
import { type Understood, understood } from '../trade-lists/understood.ts';

/** How files are read, and where the list goes. */
export interface ImportOptions extends ReadOptions {
  /** The canonical CSV; what was understood goes beside it, as NAME.import.json. */
  readonly into: string;
}

/** What was imported, and where it was written. */
export interface ImportedTrades {
  readonly into: string;
  readonly record: string;
  /** Both files were there already, with the same bytes. */
  readonly unchanged: boolean;
  readonly understood: Understood;
}

/** The record beside the CSV: which bytes became which. */
interface ImportRecord extends Understood {
  readonly sources: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  readonly written: { readonly name: string; readonly sha256: string };
}

/**
 * Reads trade lists as programs write them into one canonical CSV (the input `trades` of the model of that name) and a record of what was understood.
 * A file that is there is left alone, unless it is an untouched import of the same sources. Throws EngineError: USAGE, DATA (exit 2), DISK.
 */
export async function importTrades(
  paths: string | readonly string[],
  options: ImportOptions,
  { port }: Host = thisMachine,
): Promise<ImportedTrades> {
  const { into, ...how } = options;
  const files = [paths].flat().map(readSource);
  const read = readTradeList(files, how);
  const what = understood(read);
  const csv = canonicalCsv(read.trades);
  const record: ImportRecord = {
    ...what,
    sources: files.map(({ path, bytes }) => ({ name: basename(path), bytes: bytes.length, sha256: sha256(bytes) })),
    written: { name: basename(into), sha256: sha256(csv) },
  };
  const record_path = recordPath(into);
  const json = `${JSON.stringify(record, null, 2)}\n`;
  const unchanged = mayWrite(port, into, record_path, record, csv, json);
  if (!unchanged) {
    await writeNewFile(port, into, csv);
    await writeNewFile(port, record_path, json);
  }
  return { into, record: record_path, unchanged, understood: what };
}

/** `data/trades.csv` -> `data/trades.import.json`. */
function recordPath(into: string): string {
  return join(dirname(into), `${basename(into).replace(/\.csv$/i, '')}.import.json`);
}

function readSource(path: string): SourceFile {
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES)
      throw new EngineError('DATA', `${path} is larger than ${MOST_BYTES / 1024 / 1024} MB: split it.`, { path });
    return { path, bytes: readFileSync(path) };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : (error as Error).message;
    throw new EngineError('DATA', `Cannot read ${path}: ${reason}.`, { path, cause: error });
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Whether there is nothing to write; throws where a file that is not ours would be lost. */
function mayWrite(
  port: FilePort,
  into: string,
  record_path: string,
  record: ImportRecord,
  csv: string,
  json: string,
): boolean {
  const found = readSmallFile(port, into)?.toString('utf8');
  const found_record = readSmallFile(port, record_path)?.toString('utf8');
  if (found === csv && found_record === json) return true;
  if (found === undefined && found_record === undefined) return false;
  const before = found_record === undefined ? undefined : parseRecord(found_record);
  const ours = before !== undefined && (found === undefined || sha256(found) === before.written?.sha256);
  const same_sources =
    before?.sources !== undefined &&
    before.sources.map((source) => source.sha256).join() === record.sources.map((source) => source.sha256).join();
  if (ours && same_sources) return false;
  // The CSV alone, with the bytes that would be written: only the record is missing.
  if (found === csv && found_record === undefined) return false;
  const reason =
    found === undefined ? `${record_path} already exists` : ours ? 'is an import of other files' : 'already exists';
  throw new EngineError(
    'USAGE',
    `${found === undefined ? reason : `${into} ${reason}`}, and is not replaced: name another file with --into, or move it away.`,
    { path: '--into', value: into },
  );
}

function parseRecord(text: string): Partial<ImportRecord> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
