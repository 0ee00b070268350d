import type { Format } from '../encoding/metrics-schema.ts';
import type { PermutationFailure } from '../execute/messages.ts';
import type { Kernel, Note, PermutationSummary } from '../model/model.ts';
import type { Selection } from '../study/select.ts';
import type { Shard } from '../plan/share.ts';
import type { StopReason } from './stop.ts';

/** When appended rows count. `chunk`: after fsync; `interval`: when written, fsync once a second and at the end of a cell; `none`: when written, never fsynced. */
export const DURABILITIES = ['chunk', 'interval', 'none'] as const;
export type Durability = (typeof DURABILITIES)[number];

export interface RunOptions {
  readonly output?: string;
  readonly threads?: number;
  readonly chunk?: number | 'auto';
  readonly format?: Format;
  readonly permutations?: number;
  readonly truncate?: boolean;
  readonly selection?: Selection;
  readonly durability?: Durability;
  readonly max_seconds?: number;
  readonly kernel?: Kernel;
  readonly retry_failed?: boolean;
  readonly on_error?: 'stop' | 'continue';
  /** Every row found on disk that no checksum of its experiment covers is computed again before it is taken; a sample of them without. */
  readonly recompute_found?: boolean;
  /** Other runs, or folders that hold some: rows of the same experiments are taken from there. */
  readonly reuse?: readonly string[];
  /** `name=value` for settings of the study, and for parameters that steps take from earlier ones (or `step.parameter=value`). */
  readonly settings?: readonly string[];
  /** Input files in place of those that the study names; relative to the working directory. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Computes only this shard of every cell. */
  readonly shard?: Shard;
  /** `false`: repairs, seals and summarises what is there, and computes nothing. */
  readonly compute?: boolean;
}

export interface CellCounts {
  readonly cell_id: string;
  readonly n_done: number;
  /** The most, where the cell may stop early. */
  readonly n_target: number;
}

/** The first permutation that failed. */
export interface FirstFailure {
  readonly cell_id: string;
  readonly failure: PermutationFailure;
}

/** What one run of one study did. */
export interface StudyResult {
  readonly output: string;
  readonly study_file: string;
  readonly cells: number;
  readonly complete: number;
  /** Cells of which only this run's share was asked for, and is done. */
  readonly shared: number;
  /** By this process for this output; a permutation computed for several outputs counts in the first. */
  readonly permutations_computed: number;
  /** Found on disk, or copied from another output. */
  readonly permutations_reused: number;
  readonly permutations_total: number;
  /** Cells that turn out to be precise enough stop earlier: `permutations_total` is an upper bound. */
  readonly at_most: boolean;
  readonly seconds: number;
  readonly permutations_per_second: number;
  /** What computed; changes no bit of a row. */
  readonly kernel: Kernel;
  /** Cells with some of their permutations: how many there are, and the first of them. */
  readonly partial: { readonly cells: number; readonly first: readonly CellCounts[] };
  readonly n_failures: number;
  readonly first_failure: FirstFailure | undefined;
  /** The permutation of a study of a single one, where its model sums it up. */
  readonly summary: PermutationSummary | undefined;
  /** What the model says of the inputs and of what the study makes of them. */
  readonly notes: readonly Note[];
  /** Why it ended early; undefined where every cell was worked on. */
  readonly stopped: StopReason | undefined;
  readonly exit: number;
}
