import type { Rows } from '../encoding/metrics-schema.ts';
import type { CellPlace } from './scan/cell-file.ts';
import type { FilePort } from '../files/port.ts';
import { readRows } from './read-rows.ts';

/** The rows [from, to) of a cell, or undefined where its file does not hold every one of them as a good row. */
export function readRange(
  port: FilePort,
  place: CellPlace,
  target: number,
  from: number,
  to: number,
): Rows | undefined {
  const perm_index = new Uint32Array(to - from);
  const columns = place.schema.metrics.map(() => new Float64Array(to - from));
  let n = 0;
  for (const block of readRows(port, place, target)) {
    for (let i = 0; i < block.perm_index.length; i += 1) {
      const perm = block.perm_index[i]!;
      if (perm < from) continue;
      if (perm >= to || perm !== from + n) return n === to - from ? { perm_index, columns } : undefined;
      perm_index[n] = perm;
      for (let m = 0; m < columns.length; m += 1) columns[m]![n] = block.columns[m]![i]!;
      n += 1;
    }
    if (n === to - from) break;
  }
  return n === to - from ? { perm_index, columns } : undefined;
}
