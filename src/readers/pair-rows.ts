import { pairedSample, type PairedSample } from '../statistics/difference.ts';
import type { FilePort } from '../files/port.ts';
import { readRows } from '../store/read-rows.ts';
import type { PairsTask, PairedRows } from './tasks.ts';

/**
 * Pairs of cells, permutation by permutation: only the first rows of each file are decoded, and only as many cells are in memory as the task names.
 * Of cells with different numbers of rows it is the permutations that both have.
 */
export function pairRows(port: FilePort, { cells, rows, metrics, pairs }: PairsTask): PairedSample[][] {
  const read = cells.map((cell) => firstRows(port, cell, rows, metrics));
  return pairs.map(([first, second]) => {
    const [a, b] = [read[first]!, read[second]!];
    const n = Math.min(cells[first]!.target, cells[second]!.target, rows);
    return metrics.map((_, m) => pairedSample(b[m]!.subarray(0, n), a[m]!.subarray(0, n)));
  });
}

/** The first rows of these metrics by perm_index; NaN where there is no row. */
function firstRows(
  port: FilePort,
  { place, target, end }: PairedRows,
  most: number,
  metrics: readonly string[],
): Float64Array[] {
  const n = Math.min(target, most);
  const found = metrics.map(() => new Float64Array(n).fill(NaN));
  const places = metrics.map((metric) => place.schema.metrics.indexOf(metric));
  for (const { perm_index, columns } of readRows(port, place, target, end === undefined ? undefined : { end })) {
    for (let i = 0; i < perm_index.length; i++) {
      const perm = perm_index[i]!;
      if (perm >= n) break;
      for (const [m, at] of places.entries()) found[m]![perm] = columns[at]![i]!;
    }
    if (perm_index.at(-1)! >= n - 1) break;
  }
  return found;
}
