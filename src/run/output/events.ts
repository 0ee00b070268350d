import type { ProgressNumbers } from './progress.ts';

/**
 * What a run tells its watchers: the terminal, a page, a program. Plain objects: what they say is how things were at that moment. Told as they happen,
 * between two chunks: a slow listener holds up the run.
 */
export type RunEvent =
  /** An output is claimed and what it holds is known; a study whose steps wait for each other is started once for each stage. */
  | ({
      readonly type: 'started';
      readonly output: string;
      readonly threads: number;
      /** It held rows before. */
      readonly resumed: boolean;
      /** Cells that turn out to be precise enough stop earlier: the total is an upper bound. */
      readonly at_most: boolean;
    } & ProgressNumbers)
  /** How far an output is; now and then (`progress_ms`). */
  | ({ readonly type: 'progress'; readonly output: string } & ProgressNumbers)
  /** A cell is being computed now. */
  | {
      readonly type: 'cell-started';
      readonly output: string;
      readonly cell_id: string;
      readonly n_done: number;
      readonly n_target: number;
    }
  /** Rows of a cell are safe from now on (as `durability` has it). */
  | { readonly type: 'acknowledged'; readonly output: string; readonly cell_id: string; readonly rows: number }
  /** The rows of a cell decided how many permutations it has (`precision`). */
  | {
      readonly type: 'cell-decided';
      readonly output: string;
      readonly cell_id: string;
      readonly n_done: number;
      readonly n_target: number;
    }
  /** Nothing more is done about a cell; not complete where the run stops, where permutations failed, or where the rest is another shard's. */
  | {
      readonly type: 'cell-finished';
      readonly output: string;
      readonly cell_id: string;
      readonly n_done: number;
      readonly n_target: number;
      readonly complete: boolean;
    }
  /** No row or cell was finished for long: what `status` calls stalled. Once, until something is. */
  | ({ readonly type: 'stalled'; readonly output: string; readonly idle_seconds: number } & Far)
  /** The disk has less room than the missing rows need, as far as that is known, or is full, and the run waits. Once, until there is room. */
  | ({
      readonly type: 'low-disk';
      readonly output: string;
      readonly free_bytes: number;
      readonly needed_bytes: number | undefined;
    } & Far)
  /** What a person should see: a repair, a file set aside, a disagreement of versions. */
  | { readonly type: 'warning'; readonly message: string }
  /** What the model reports about its inputs and how the study uses them, and the run about itself: information, not a problem. */
  | { readonly type: 'note'; readonly code: string; readonly message: string }
  /** An output has ended, for this stage. */
  | ({ readonly type: 'finished'; readonly output: string } & ProgressNumbers);

/** How far an output is, in four numbers of `progress`. */
type Far = Pick<ProgressNumbers, 'cells_complete' | 'cells_total' | 'permutations_done' | 'permutations_total'>;

/** Told of every event of a run. Never throws. */
export type Tell = (event: RunEvent) => void;

export const SILENT: Tell = () => undefined;
