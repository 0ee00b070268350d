import { readFileSync } from 'node:fs';

import { ThreadPool } from '../execute/threads.ts';
import type { CellScan } from '../store/cell-file.ts';
import { disk } from '../store/disk.ts';
import { layoutOf } from '../store/layout.ts';
import { countPermutations } from '../study/permutation-range.ts';
import { storedCells } from './stored-cells.ts';
import { requireManifest } from './manifest.ts';
import { readProgressCsv } from './progress-csv.ts';
import type { WorkerData } from './worker.ts';

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
  readonly complete: boolean;
  /** The last one; undefined where there is none that can be read. */
  readonly heartbeat: Heartbeat | undefined;
  /** Counted from the metrics files, not from what the last run wrote down. */
  readonly scanned: boolean;
}

/** How far a run is: as progress.csv says (at most some seconds old), or counted from the metrics files. Reads only. */
export async function runStatus(output: string, scan: boolean): Promise<RunStatus> {
  const manifest = requireManifest(disk, output);
  const target = manifest.permutations;
  const done = scan
    ? await scannedCounts(output)
    : (readProgressCsv(layoutOf(output).progress) ?? (await scannedCounts(output)));
  const counts = Object.keys(manifest.identity.cells).map((cell_id) => Math.min(target, done.get(cell_id) ?? 0));
  const cells_complete = counts.filter((n) => n === target).length;
  return {
    run: output,
    name: manifest.name,
    cells_total: counts.length,
    cells_complete,
    permutations_done: counts.reduce((sum, n) => sum + n, 0),
    permutations_total: counts.length * target,
    complete: cells_complete === counts.length,
    heartbeat: readHeartbeat(output),
    scanned: scan,
  };
}

async function scannedCounts(output: string): Promise<Map<string, number>> {
  const worker_data: WorkerData = { setups: [] };
  const manifest = requireManifest(disk, output);
  const counts = new Map<string, number>();
  const pool = new ThreadPool({ worker: new URL('./worker.js', import.meta.url), threads: 2, worker_data });
  try {
    for (const cell of storedCells(output, manifest)) {
      if (disk.stat(cell.place.folder) === undefined) continue;
      const scan = await pool.call<CellScan>('scan', { place: cell.place, target: manifest.permutations });
      counts.set(cell.cell_id, countPermutations(scan.present));
    }
  } finally {
    await pool.close();
  }
  return counts;
}

function readHeartbeat(output: string): Heartbeat | undefined {
  try {
    return JSON.parse(readFileSync(layoutOf(output).heartbeat).toString('utf8')) as Heartbeat;
  } catch {
    return undefined; // advisory: missing or garbage, the counts do not need it
  }
}
