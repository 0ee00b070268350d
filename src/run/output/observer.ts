import type { Note } from '../../model/model.ts';
import type { Progress } from './progress.ts';

/** What a run tells whoever watches: the terminal, a test, a program that uses the library. */
export interface RunObserver {
  /** The plan is made; computing starts. */
  started(run: {
    readonly output: string;
    readonly threads: number;
    readonly progress: Progress;
    readonly resumed: boolean;
    /** Cells that turn out to be precise enough stop earlier: the total is an upper bound. */
    readonly at_most: boolean;
  }): void;
  /** A cell is being computed now. */
  cellStarted(cell_id: string, n_missing: number, n_target: number): void;
  /** Rows of a cell count from now on. */
  acknowledged(cell_id: string, rows: number): void;
  cellFinished(cell_id: string, complete: boolean): void;
  /** One line that a person should see: a repair, a set-aside file, a disagreement of versions. */
  warning(line: string): void;
  /** What the model says of its inputs and of what the study makes of them: to be known, and no trouble. */
  note(note: Note): void;
  /** Nothing more follows. */
  finished(): void;
}

export const SILENT: RunObserver = {
  started: () => undefined,
  cellStarted: () => undefined,
  acknowledged: () => undefined,
  cellFinished: () => undefined,
  warning: () => undefined,
  note: () => undefined,
  finished: () => undefined,
};
