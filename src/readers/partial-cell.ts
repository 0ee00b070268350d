import type { CellStatistics } from '../statistics/summarise.ts';
import type { CellScan } from '../store/scan/cell-file.ts';
import { wholePrefix } from '../precision/scan-to-stop.ts';
import type { StoredCell } from './stored-cells.ts';
import type { Readers } from './readers.ts';

/** A cell that is not complete, with the statistics of its first `n` permutations: none of them is missing, so they are a fair sample. */
export interface PartialCell {
  readonly cell_id: string;
  readonly n: number;
  /** What it is to have; the most, where cells stop early. */
  readonly n_target: number;
  readonly statistics: CellStatistics;
}

/** Undefined where the first permutation is missing: rows after a gap may be only those that did not fail. */
export async function partialCell(
  readers: Readers,
  { cell_id, place }: StoredCell,
  scan: CellScan,
  thresholds: Readonly<Record<string, readonly number[]>>,
): Promise<PartialCell | undefined> {
  const n = wholePrefix(scan.present);
  if (n === 0) return undefined;
  const statistics = await readers.read('summary', { place, target: n, options: { thresholds } });
  return { cell_id, n, n_target: scan.target, statistics };
}
