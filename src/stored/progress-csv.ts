import { csvField } from '../encoding/csv-field.ts';
import type { FilePort } from '../files/port.ts';
import { readAdvisory } from './advisory-file.ts';
import type { CellStates } from './cell-states.ts';
import type { RunCells } from '../plan/run-cell.ts';

const HEADER = 'cell_id,status,n_done,n_target,pct_done';

/** aggregated/progress.csv: one line per cell in study order. */
export function progressCsv(cells: RunCells, states: CellStates): string {
  const lines = [HEADER];
  for (const cell of cells) {
    const n_done = states.done(cell.index);
    const n_target = states.target(cell.index);
    lines.push(
      `${csvField(cell.cell_id)},${states.status(cell.index)},${n_done},${n_target},${percent(n_done, n_target)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

export function percent(n_done: number, n_target: number): number {
  return n_target === 0 ? 100 : Math.floor((10_000 * n_done) / n_target) / 100;
}

export interface CellCount {
  readonly n_done: number;
  readonly n_target: number;
}

/**
 * What progress.csv said of each cell when the last run ended, n_done and n_target: for estimates only. Undefined where there is none or it cannot be read as one.
 */
export function readProgressCsv(port: FilePort, path: string): Map<string, CellCount> | undefined {
  return readAdvisory(port, path, parseProgressCsv);
}

function parseProgressCsv(text: string): Map<string, CellCount> | undefined {
  const lines = text.split('\n');
  if (lines[0] !== HEADER) return undefined;
  const done = new Map<string, CellCount>();
  for (const line of lines.slice(1)) {
    const fields = /^(.*),[a-z]+,(\d+),(\d+),[\d.]+$/.exec(line);
    if (fields !== null) done.set(fields[1]!, { n_done: Number(fields[2]), n_target: Number(fields[3]) });
  }
  return done;
}
