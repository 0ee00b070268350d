import type { ThreadPool } from '../execute/threads.ts';
import type { CellScan } from '../store/cell-file.ts';
import type { FilePort } from '../store/port.ts';
import type { RunCell, RunCells } from './run-cell.ts';

export interface ScannedCell {
  readonly cell: RunCell;
  readonly scan: CellScan;
}

/** Scans under way ahead of the cell that is worked on. */
const AHEAD = 8;

/** What a scan of a cell that has no file finds. */
export function emptyScan(target: number): CellScan {
  return {
    exists: false,
    size: 0,
    target,
    present: [],
    n_rows_raw: 0,
    n_duplicates: 0,
    n_conflicts: 0,
    n_rows_damaged: 0,
    n_rows_past_target: 0,
    findings: [],
    n_findings: 0,
    canonical: true,
    end: 0,
    rows_crc32: undefined,
  };
}

/**
 * The cells in order, each with what its metrics file holds. Files are read by the workers, some cells ahead; a cell without a
 * folder costs nothing, so a new run of 100,000 cells starts at once.
 */
export async function* scannedCells(run: {
  readonly cells: RunCells;
  readonly target: number;
  readonly pool: ThreadPool;
  readonly port: FilePort;
}): AsyncGenerator<ScannedCell> {
  const ahead: Promise<ScannedCell>[] = [];
  try {
    for (const cell of run.cells) {
      ahead.push(scan(run, cell));
      if (ahead.length >= AHEAD) yield await ahead.shift()!;
    }
    while (ahead.length > 0) yield await ahead.shift()!;
  } finally {
    // A stopped run leaves scans behind that nobody waits for.
    for (const left of ahead) left.catch(() => undefined);
  }
}

async function scan(
  run: { readonly target: number; readonly pool: ThreadPool; readonly port: FilePort },
  cell: RunCell,
): Promise<ScannedCell> {
  const { target } = run;
  if (run.port.stat(cell.place.folder) === undefined) return { cell, scan: emptyScan(target) };
  return { cell, scan: (await run.pool.call('scan', { place: cell.place, target })) as CellScan };
}
