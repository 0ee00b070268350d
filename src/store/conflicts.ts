import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { CellPlace } from './scan/cell-file.ts';
import type { SetAside } from './formats/format.ts';
import { cellLayout } from './scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import { quarantineRecords, setAside } from './quarantine.ts';
import { formatOf } from './formats/formats.ts';
import { readMetricsFile, readSums } from './scan-cell.ts';
import { crc32, hex32 } from '../encoding/crc32.ts';
import { readSmallFile } from '../files/small-file.ts';

/** A row that differs from an earlier one of its perm_index, with its bytes. */
export interface ConflictingRow extends SetAside {
  readonly perm_index: number;
  readonly bytes: Uint8Array;
}

/** The conflicting rows of a cell: on record under quarantine/, and still in its metrics file. */
export function conflictingRows(port: FilePort, place: CellPlace, target: number): ConflictingRow[] {
  return [...conflictsOnRecord(port, place), ...conflictsInFile(port, place, target)];
}

function conflictsOnRecord(port: FilePort, place: CellPlace): ConflictingRow[] {
  const folder = cellLayout(place.folder).quarantine;
  return quarantineRecords(port, place.folder).flatMap(({ kind, perm_index, offset, length, reason, file, at }) => {
    if (kind !== 'conflict' || perm_index === undefined) return [];
    const bytes = readSmallFile(port, join(folder, file))?.subarray(at, at + length);
    if (bytes?.length !== length) {
      throw new EngineError(
        'DISK',
        `${join(folder, file)} does not hold the row that its index names; restore it from a copy, or remove the index file once the conflict is understood`,
        { path: join(folder, file) },
      );
    }
    return [{ kind, perm_index, offset, length, reason, bytes }];
  });
}

function conflictsInFile(port: FilePort, place: CellPlace, target: number): ConflictingRow[] {
  const found = readMetricsFile(port, place, (reader) => {
    const { set_aside } = formatOf(place.schema).analyse(reader, place, target, readSums(port, place));
    return set_aside.flatMap((finding) => {
      const { kind, perm_index, offset, length } = finding;
      if (kind !== 'conflict' || perm_index === undefined) return [];
      return [{ ...finding, perm_index, bytes: finding.bytes ?? reader.read(offset, length) }];
    });
  });
  return found ?? [];
}

/** Records conflicting rows of a cell, each once. Returns how many were new. */
export async function recordConflicts(
  port: FilePort,
  place: CellPlace,
  rows: readonly ConflictingRow[],
): Promise<number> {
  const known = new Set(quarantineRecords(port, place.folder).map(({ perm_index, crc32 }) => `${perm_index} ${crc32}`));
  const fresh = rows.filter(({ perm_index, bytes }) => {
    const key = `${perm_index} ${hex32(crc32(bytes))}`;
    return !known.has(key) && known.add(key);
  });
  await setAside(port, place.folder, undefined, fresh, undefined);
  return fresh.length;
}
