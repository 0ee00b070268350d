import type { ThreadPool } from '../execute/threads.ts';
import type { CellScan } from '../store/cell-file.ts';
import type { FilePort } from '../store/port.ts';
import { noFile } from '../store/scan-cell.ts';
import type { RunCell, RunCells } from './run-cell.ts';

export interface ScannedCell {
  readonly cell: RunCell;
  readonly scan: CellScan;
}

/** Scans under way ahead of the cell that is worked on. */
const AHEAD = 8;

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
  if (run.port.stat(cell.place.folder) === undefined) return { cell, scan: noFile(target) };
  return { cell, scan: await run.pool.call<CellScan>('scan', { place: cell.place, target }) };
}
