import pLimit from 'p-limit';

import { threadCount } from '../execute/thread-count.ts';
import type { FilePort } from '../files/port.ts';
import { lookAtLock } from '../store/lock.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { countPermutations } from '../study/permutation-range.ts';
import { scanStored, storedCells, type StoredCell } from '../readers/stored-cells.ts';
import { readAdvisory } from '../stored/advisory-file.ts';
import { requireManifest, type RunManifest } from '../stored/manifest.ts';
import { readProgressCsv, type CellCount } from '../stored/progress-csv.ts';
import { thisMachine, type Host } from '../readers/host.ts';

export interface Heartbeat {
  readonly timestamp: string;
  readonly current_cell_id: string | null;
  readonly sims_per_second: number;
  readonly eta_seconds: number | null;
}

export interface RunStatus {
  readonly run: string;
  readonly name: string;
  readonly cells_total: number;
  readonly cells_complete: number;
  readonly permutations_done: number;
  readonly permutations_total: number;
  /** Cells that are precise enough stop earlier: `permutations_total` is an upper bound. */
  readonly at_most: boolean;
  readonly complete: boolean;
  /** The last one; undefined where there is none that can be read. */
  readonly heartbeat: Heartbeat | undefined;
  /** Counted from the metrics files, not from what the last run wrote down. */
  readonly scanned: boolean;
}

export interface StatusOptions {
  /** Count from the metrics files. */
  readonly scan?: boolean | undefined;
  /** To read them. Default: one per core. */
  readonly threads?: number | undefined;
}

/** Files read at once, per thread. */
const AT_ONCE = 2;

/**
 * How far a run is: as progress.csv says (at most some seconds old), or counted from the metrics files: where that is asked for, where the process that wrote
 * it was killed, and cells of which it says nothing. Reads only.
 */
export async function runStatus(
  output: string,
  { scan = false, threads }: StatusOptions = {},
  host: Host = thisMachine,
): Promise<RunStatus> {
  const { port } = host;
  const manifest = requireManifest(port, output);
  const target = manifest.permutations;
  // What a process that was killed wrote down last is older than its last rows.
  const killed = !scan && (await lookAtLock(output, { port })).state === 'dead';
  const said = scan || killed ? undefined : readProgressCsv(port, layoutOf(output).progress);
  // A run of some of the cells wrote nothing down of the others.
  const unsaid = [...storedCells(output, manifest)].filter(({ cell_id }) => said?.has(cell_id) !== true);
  const done = new Map([...(said ?? []), ...(await scannedCounts(host, unsaid, manifest, threads))]);
  const counts = Object.keys(manifest.identity.cells).map((cell_id): CellCount => {
    const { n_done, n_target } = done.get(cell_id) ?? { n_done: 0, n_target: target };
    // What was written down for another number of permutations counts as far as it goes.
    const own = manifest.precision.length > 0 ? Math.min(target, n_target) : target;
    return { n_done: Math.min(own, n_done), n_target: own };
  });
  const cells_complete = counts.filter(({ n_done, n_target }) => n_done === n_target).length;
  return {
    run: output,
    name: manifest.name,
    cells_total: counts.length,
    cells_complete,
    permutations_done: counts.reduce((sum, { n_done }) => sum + n_done, 0),
    permutations_total: counts.reduce((sum, { n_target }) => sum + n_target, 0),
    at_most: manifest.precision.length > 0 && cells_complete < counts.length,
    complete: cells_complete === counts.length,
    heartbeat: readHeartbeat(port, output),
    scanned: said === undefined,
  };
}

async function scannedCounts(
  host: Host,
  cells: readonly StoredCell[],
  manifest: RunManifest,
  most_threads: number | undefined,
): Promise<Map<string, CellCount>> {
  const begun = cells.filter(({ place }) => host.port.stat(place.folder) !== undefined);
  if (begun.length === 0) return new Map();
  const threads = Math.min(threadCount(most_threads), begun.length);
  const readers = host.open(threads);
  const limit = pLimit(AT_ONCE * threads);
  const count = async (cell: StoredCell): Promise<[string, CellCount]> => {
    const { scan } = await scanStored(readers, cell, manifest);
    return [cell.cell_id, { n_done: countPermutations(scan.present), n_target: scan.target }];
  };
  try {
    return new Map(await Promise.all(begun.map((cell) => limit(() => count(cell)))));
  } finally {
    await readers.close();
  }
}

function readHeartbeat(port: FilePort, output: string): Heartbeat | undefined {
  return readAdvisory(port, layoutOf(output).heartbeat, (text) => JSON.parse(text) as Heartbeat);
}
