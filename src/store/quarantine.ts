import { join } from 'node:path';
import { look, namesIn } from '../files/look.ts';
import type { Finding } from './scan/cell-file.ts';
import type { SetAside } from './formats/format.ts';
import { cellLayout } from './scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import type { FileReader } from '../files/file-reader.ts';
import { makeOwnFolder } from '../files/folder.ts';
import { removeIfFree } from '../files/remove-file.ts';
import { readSmallFile } from '../files/small-file.ts';
import type { QuarantineRecord } from './quarantine-record.ts';
import { Shelf } from './quarantine-shelf.ts';

/** Everything on record for a cell, in the order it was set aside. Lines that do not parse are ignored. */
export function quarantineRecords(port: FilePort, cellFolder: string): QuarantineRecord[] {
  const folder = cellLayout(cellFolder).quarantine;
  if (look(port, folder)?.kind !== 'folder') return [];
  const names = namesIn(port, folder).filter((name) => /^index_\d+\.jsonl$/.test(name));
  return names.sort().flatMap((name) =>
    (readSmallFile(port, join(folder, name)) ?? Buffer.alloc(0))
      .toString('utf8')
      .split('\n')
      .flatMap((line) => parseRecord(line)),
  );
}

function parseRecord(line: string): QuarantineRecord[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'kind' in value ? [value as QuarantineRecord] : [];
  } catch {
    return []; // torn by a crash: what it described is still in the metrics file and is set aside again
  }
}

/** Distinct conflicting rows on record: one set aside twice (a crash in between) counts once. */
export function standingConflicts(records: readonly QuarantineRecord[]): number {
  const rows = records.filter(({ kind }) => kind === 'conflict');
  return new Set(rows.map(({ perm_index, crc32 }) => `${perm_index} ${crc32}`)).size;
}

/**
 * Sets stretches and, where asked, the whole original aside, durably, before anything of the metrics file changes. Without `metrics` every finding
 * brings its bytes. What is on record already is not copied again: a repair that was killed, or could not replace the file, sets the same
 * things aside the next time.
 */
export async function setAside(
  port: FilePort,
  cellFolder: string,
  metrics: { readonly path: string; readonly reader: FileReader } | undefined,
  findings: readonly SetAside[],
  original: Finding | undefined,
): Promise<void> {
  if (findings.length === 0 && original === undefined) return;
  const folder = cellLayout(cellFolder).quarantine;
  await makeOwnFolder(port, folder);
  const left = namesIn(port, folder).filter((name) => /^(index|original)_\d+\.\w+\.tmp$/.test(name));
  for (const name of left) await removeIfFree(port, join(folder, name));
  const shelf = new Shelf(port, folder, quarantineRecords(port, cellFolder));
  const records: QuarantineRecord[] = [];
  const fresh = findings.filter((finding) => !shelf.has(finding, metrics?.reader));
  if (fresh.length > 0) records.push(...(await shelf.putStretches(fresh, metrics?.reader)));
  if (original !== undefined && metrics !== undefined && !shelf.hasOriginal(metrics.reader)) {
    records.push({ ...original, file: await shelf.putOriginal(metrics), at: 0 });
  }
  if (records.length === 0) return;
  await shelf.record(records);
  await port.syncFolder(cellFolder);
}
