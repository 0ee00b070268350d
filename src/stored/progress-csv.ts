import { csvField } from '../encoding/csv-field.ts';
import type { FilePort } from '../files/port.ts';
import { readAdvisory } from './advisory-file.ts';
import { CELL_STATUSES, type CellStates, type CellStatus } from './cell-states.ts';
import type { RunCells } from '../plan/run-cell.ts';

const HEADER = 'cell_id,status,n_done,n_target,pct_done';

/** aggregated/progress.csv: one line per cell in study order. */
export function progressCsv(cells: RunCells, states: CellStates): string {
  const lines = [HEADER];
  for (const { index, cell_id } of cells.places()) {
    const n_done = states.done(index);
    const n_target = states.target(index);
    lines.push(`${csvField(cell_id)},${states.status(index)},${n_done},${n_target},${percent(n_done, n_target)}`);
  }
  return `${lines.join('\n')}\n`;
}

export function percent(n_done: number, n_target: number): number {
  return n_target === 0 ? 100 : Math.floor((10_000 * n_done) / n_target) / 100;
}

/** How far a cell is. */
export interface CellCount {
  readonly status: CellStatus;
  readonly n_done: number;
  /** The most, where cells stop early. */
  readonly n_target: number;
}

/**
 * What progress.csv said of each cell when the last run ended: for estimates only. Undefined where there is none or it cannot be read as one.
 */
export function readProgressCsv(port: FilePort, path: string): Map<string, CellCount> | undefined {
  return readAdvisory(port, path, parseProgressCsv);
}

function parseProgressCsv(text: string): Map<string, CellCount> | undefined {
  const lines = text.split('\n');
  if (lines[0] !== HEADER) return undefined;
  const done = new Map<string, CellCount>();
  for (const line of lines.slice(1)) {
    const [, cell_id, said, n_done, n_target] = /^(.*),([a-z]+),(\d+),(\d+),[\d.]+$/.exec(line) ?? [];
    const status = CELL_STATUSES.find((each) => each === said);
    if (cell_id !== undefined && status !== undefined)
      done.set(cell_id, { status, n_done: Number(n_done), n_target: Number(n_target) });
  }
  return done;
}
