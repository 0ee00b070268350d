import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { run, verify, type RunOptions, type StudyResult } from '../../dist/index.js';
import { newFolder, removeFolder } from '../temporary-folder.ts';

/** Twelve trades over five months: enough for every stage, small enough for tests that run a whole study each. */
const TRADES = `entry_time,exit_time,entry_price,exit_price,pnl,qty,side
2024-01-02,2024-01-05,100,103,300,100,long
2024-01-08,2024-01-11,103,101,-200,100,long
2024-01-15,2024-01-19,101,106,500,100,long
2024-02-01,2024-02-05,106,104,-200,100,long
2024-02-12,2024-02-15,104,108,400,100,long
2024-02-20,2024-02-26,108,107,-100,100,long
2024-03-04,2024-03-08,107,110,300,100,long
2024-03-11,2024-03-15,110,112,200,100,long
2024-03-20,2024-03-27,112,107,-500,100,long
2024-04-02,2024-04-08,107,113,600,100,long
2024-04-15,2024-04-19,113,111,-200,100,long
2024-05-02,2024-05-09,111,115,400,100,long
`;

export const PERMUTATIONS = 5000;

export interface StudyParts {
  readonly permutations?: number;
  readonly p_skip?: readonly number[];
  readonly more?: string;
}

/** A folder of its own for a small study; `remove` when done. */
export class SmallStudy {
  readonly folder: string;
  readonly file: string;
  readonly output: string;

  constructor(parts: StudyParts = {}) {
    this.folder = newFolder();
    this.file = join(this.folder, 'study.yaml');
    this.output = join(this.folder, 'out');
    writeFileSync(join(this.folder, 'trades.csv'), TRADES);
    this.write(parts);
  }

  write({ permutations = PERMUTATIONS, p_skip = [0, 0.1], more = '' }: StudyParts): void {
    writeFileSync(
      this.file,
      `model: trades
inputs: { trades: trades.csv }
parameters: { initial_equity: 100000, slip_dollars: 20, shuffle_mode: permute }
grid: { p_skip: [${p_skip.join(', ')}] }
permutations: ${permutations}
batch_rows: 1000
output: out
${more}`,
    );
  }

  async run(options: RunOptions = {}): Promise<StudyResult> {
    return run(this.file, { threads: 2, ...options });
  }

  async digest(): Promise<string> {
    return (await verify(this.output)).digest;
  }

  /** Folders of the cells, in study order. */
  cellFolder(index: number): string {
    const manifest = JSON.parse(readFileSync(join(this.output, 'run_manifest.json'), 'utf8')) as {
      identity: { cells: Record<string, string> };
    };
    return join(this.output, 'per_cell', `cell_${Object.keys(manifest.identity.cells)[index]!}`);
  }

  /** The same run in another folder, to be spoilt. */
  copy(): SmallStudy {
    const copy = new SmallStudy();
    cpSync(this.folder, copy.folder, { recursive: true });
    return copy;
  }

  /** A copy that goes when the test ends. */
  copyForTest(): SmallStudy {
    const copy = this.copy();
    onTestFinished(() => {
      copy.remove();
    });
    return copy;
  }

  remove(): void {
    removeFolder(this.folder);
  }
}
