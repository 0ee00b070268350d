import { encodeCsvRows } from '../encoding/csv-rows.ts';
import type { FilePort } from '../files/port.ts';
import { readRows } from './read-rows.ts';
import type { CellPlace } from './scan/cell-file.ts';

/** The rows of a cell with these perm_index, as CSV lines whatever the file's format; those that are not there are left out. */
export function pickRows(
  port: FilePort,
  place: CellPlace,
  target: number,
  perms: readonly number[],
): Map<number, string> {
  const wanted = new Set(perms);
  const found = new Map<number, string>();
  if (wanted.size === 0) return found;
  for (const { perm_index, columns } of readRows(port, place, target)) {
    for (let i = 0; i < perm_index.length; i += 1) {
      const perm = perm_index[i]!;
      if (!wanted.has(perm)) continue;
      const row = { perm_index: Uint32Array.of(perm), columns: columns.map((column) => Float64Array.of(column[i]!)) };
      found.set(perm, Buffer.from(encodeCsvRows(row)).toString('latin1'));
    }
    if (found.size === wanted.size) break;
  }
  return found;
}
