import type { FilePort } from '../files/port.ts';
import type { BoundedCell } from '../statistics/failure-bounds.ts';
import type { CellScan } from '../store/scan/cell-file.ts';
import { readFailures } from '../store/failures.ts';
import type { Readers } from './readers.ts';
import type { StoredCell } from './stored-cells.ts';

/** Undefined where permutations are missing that did not fail. */
export async function boundedCell(
  port: FilePort,
  readers: Readers,
  { cell_id, place }: StoredCell,
  { present, target }: CellScan,
  thresholds: Readonly<Record<string, readonly number[]>>,
): Promise<BoundedCell | undefined> {
  const n = present.reduce((sum, { from, to }) => sum + to - from, 0);
  const has_row = (perm: number): boolean => present.some(({ from, to }) => from <= perm && perm < to);
  const failed = readFailures(port, place.folder).filter(
    ({ perm_index }) => perm_index < target && !has_row(perm_index),
  );
  const n_failed = failed.length;
  if (n === 0 || n_failed === 0 || n + n_failed !== target) return undefined;
  const metrics = await readers.read('bounds', { place, target, n_failed, thresholds });
  return { cell_id, n, n_failed, metrics };
}
