import type { BlockPart } from '../encoding/csv-blocks.ts';
import type { MetricsSchema } from '../encoding/metrics-schema.ts';
import type { ErrorRecord } from '../model/error-record.ts';
import type { CellSetup } from '../plan/run-cell.ts';
import type { StatisticsText } from '../statistics/statistics-text.ts';
import type { Failure } from '../store/failures.ts';

/** What crosses between the coordinator and an executor, whatever carries it: plain data. */

/** Most permutations in a chunk whose size is chosen by itself (not `--chunk N`): bounds the bytes in flight. */
export const LARGEST_CHUNK = 16_384;

/**
 * Compute permutations `first` .. `first + count - 1` of a cell and encode them. With the setup that it names it says everything: it can be sent as JSON, and
 * every executor gives the same bytes.
 */
export interface ChunkTask {
  /** The hash of the setup. */
  readonly setup: string;
  readonly cell: CellSetup;
  readonly first: number;
  readonly count: number;
  /** Further files that these rows go to and whose bytes differ: they are encoded once more for each. */
  readonly more_schemas?: readonly MetricsSchema[];
  /** How long a permutation of a user's model may take [ms]; absent: as long as it wants. Changes no row. */
  readonly permutation_timeout_ms?: number;
}

/** A permutation that cannot be computed, since it never ends or ends its thread, and what is told of it. */
export interface Fatal {
  readonly perm_index: number;
  readonly error: ErrorRecord;
}

/** Where in `ChunkCare.progress` it stands. */
export const DOING = 0;
export const PERMUTATIONS = 1;
/** What stands at DOING: nothing yet or nothing any more, its cell is prepared, its permutations are computed. */
export const NOTHING = 0;
export const PREPARING = 1;
export const COMPUTING = 2;

/** What a thread is told beside a chunk. */
export interface ChunkCare {
  /** Two Int32 that both threads see: what is done for the chunk, and how many permutations were begun. */
  readonly progress?: Int32Array;
  /** These fail without being tried; the others are computed one at a time. */
  readonly fatal?: readonly Fatal[];
}

/** A permutation as a computation tells it: its row, canonical, or why there is none. */
export type Told = Float64Array | Failure;

export interface ChunkResult {
  readonly first: number;
  readonly count: number;
  /** Rows in `bytes`: `count` less the failures. */
  readonly rows: number;
  /** The rows in the bytes of the metrics file: the caller's until `Executor.release`. */
  readonly bytes: Uint8Array;
  /** `bytes` cut at block borders, with the checksums of the parts, for a format that has them beside the file. */
  readonly blocks?: readonly BlockPart[];
  /** CRC-32 over `bytes`, for a format that has its sums within. */
  readonly crc32?: number;
  /** All rows are in the memory that came with the task. */
  readonly kept?: boolean;
  /** The statistics of the rows, where they were asked for and none is missing. */
  readonly statistics?: StatisticsText;
  /** The same rows in the bytes of each of the task's `more_schemas`. */
  readonly more_bytes?: readonly Uint8Array[];
  /** Permutations that left no row, ascending. */
  readonly failures: readonly Failure[];
  /** What the first of them threw, whole. */
  readonly first_error?: ErrorRecord;
  /** `Model.prepare` threw: no permutation of the cell can be computed, now or again. There are no rows then, and no failures. */
  readonly cannot_prepare?: ErrorRecord;
  /** The permutations that were asked for as a sample, in that order. */
  readonly told?: readonly Told[];
  /** Time this chunk took in the worker [ms], for choosing the next chunk's size. Reaches no row. */
  readonly compute_ms: number;
}

/** Permutations to be computed again, each alone, in this order. */
export interface AgainTask extends Pick<ChunkTask, 'setup' | 'cell'> {
  readonly perms: readonly number[];
}

export interface ToldAgain {
  readonly told: readonly Told[];
  /** What it took [ms]. */
  readonly ms: number;
}
