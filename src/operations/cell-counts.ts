import pLimit from 'p-limit';

import { look } from '../files/look.ts';
import { threadCount } from '../execute/thread-count.ts';
import type { FilePort } from '../files/port.ts';
import type { Host } from '../readers/host.ts';
import { scanStored, storedCell, type StoredCell } from '../readers/stored-cells.ts';
import type { CellStatus } from '../stored/cell-states.ts';
import type { RunManifest } from '../stored/manifest.ts';
import { readProgressCsv, type CellCount } from '../stored/progress-csv.ts';
import { lookAtLock } from '../store/lock.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { countPermutations } from '../study/permutation-range.ts';

/** How rows are counted. */
export interface CountOptions {
  /** Count from the metrics files, not from what the last run wrote down. */
  readonly scan?: boolean | undefined;
  /** To read them. Default: one per core. */
  readonly threads?: number | undefined;
}

/** Files read at once, per thread. */
const AT_ONCE = 2;

/**
 * How far the cells of a run are, in study order: as progress.csv says (at most some seconds old), or counted from the metrics files, where a
 * cell is complete, stopped (it has some rows) or waiting. `scanned`: they were, because it was asked for or the process that wrote progress.csv was killed
 * (`left_by_killed`, where the caller has looked at the lock). `known`: counted before, of cells that nobody writes; what is counted now is added.
 */
export async function cellCounts(
  host: Host,
  output: string,
  manifest: RunManifest,
  { scan = false, threads }: CountOptions,
  left_by_killed?: boolean,
  known: Map<string, CellCount> = new Map<string, CellCount>(),
): Promise<{ readonly counts: CellCount[]; readonly scanned: boolean }> {
  const { permutations, precision } = manifest;
  const scanned = scan || (left_by_killed ?? (await leftByKilled(host.port, output)));
  const said =
    (scanned ? undefined : readProgressCsv(host.port, layoutOf(output).progress)) ?? new Map<string, CellCount>();
  // A run of some of the cells tells nothing about the others.
  const layout = layoutOf(output);
  const untold = Object.keys(manifest.identity.cells)
    .filter((cell_id) => !said.has(cell_id) && !known.has(cell_id))
    .map((cell_id) => storedCell(layout, manifest, cell_id));
  for (const [cell_id, count] of await scannedCounts(host, untold, manifest, threads)) known.set(cell_id, count);
  const counts = Object.keys(manifest.identity.cells).map((cell_id): CellCount => {
    const found = said.get(cell_id) ?? known.get(cell_id) ?? { status: 'waiting', n_done: 0, n_target: permutations };
    // A record for another number of permutations counts as far as it goes.
    const n_target = precision.length > 0 ? Math.min(permutations, found.n_target) : permutations;
    const n_done = Math.min(n_target, found.n_done);
    return { status: statusOf(found.status, n_done, n_target), n_done, n_target };
  });
  return { counts, scanned };
}

/** What a process that was killed wrote down last is older than its last rows. */
async function leftByKilled(port: FilePort, output: string): Promise<boolean> {
  return (await lookAtLock(output, { port })).state === 'dead';
}

function statusOf(said: CellStatus, n_done: number, n_target: number): CellStatus {
  if (n_done === n_target) return 'complete';
  if (said !== 'complete') return said;
  return n_done === 0 ? 'waiting' : 'stopped';
}

async function scannedCounts(
  host: Host,
  cells: readonly StoredCell[],
  manifest: RunManifest,
  most_threads: number | undefined,
): Promise<Map<string, CellCount>> {
  const begun = cells.filter(({ place }) => look(host.port, place.folder) !== undefined);
  if (begun.length === 0) return new Map();
  const threads = Math.min(threadCount(most_threads), begun.length);
  const readers = host.open(threads);
  const limit = pLimit(AT_ONCE * threads);
  const count = async (cell: StoredCell): Promise<[string, CellCount]> => {
    const { scan } = await scanStored(readers, cell, manifest);
    const n_done = countPermutations(scan.present);
    return [cell.cell_id, { status: n_done === 0 ? 'waiting' : 'stopped', n_done, n_target: scan.target }];
  };
  try {
    return new Map(await Promise.all(begun.map((cell) => limit(() => count(cell)))));
  } finally {
    await readers.close();
  }
}
