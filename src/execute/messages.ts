import type { CsvBlockPart } from '../encoding/csv-blocks.ts';
import type { MetricsSchema } from '../encoding/metrics-schema.ts';
import type { Json, Kernel } from '../model/model.ts';
import type { CellSetup } from '../plan/run-cell.ts';

/** What crosses between the coordinator and an executor, whatever carries it: plain data. */

/** A model as a worker can load it: one of the built-in ones, or the bundled code of the user's own. */
export type ModelReference =
  | { readonly builtin: string }
  /** `code`: one ES module; `file`: where it came from, for messages. */
  | { readonly code: string; readonly file: string };

/** Sent once to every worker. */
export interface ModelSetup {
  readonly model: ModelReference;
  /** What `Model.load` returned; arrays on SharedArrayBuffers are shared, not copied. */
  readonly inputs: unknown;
  readonly streams: 'independent' | 'shared';
  readonly shared: Json | undefined;
  readonly kernel: Kernel;
}

/** Most permutations in a chunk whose size is chosen by itself (not `--chunk N`): bounds the bytes in flight. */
export const LARGEST_CHUNK = 16_384;

/** Compute permutations `first` .. `first + count - 1` of a cell and encode them. `setup`: index into the worker's list of models. */
export interface ChunkTask {
  readonly setup: number;
  readonly cell: CellSetup;
  readonly first: number;
  readonly count: number;
  /** Further files that these rows go to and whose bytes differ: they are encoded once more for each. */
  readonly more_schemas?: readonly MetricsSchema[];
}

/** A permutation that left no row. */
export interface PermutationFailure {
  readonly perm_index: number;
  readonly seed: string;
  readonly error_class: string;
  readonly message: string;
}

export interface ChunkResult {
  readonly first: number;
  readonly count: number;
  /** Rows in `bytes`: `count` less the failures. */
  readonly rows: number;
  /** The rows in the bytes of the metrics file: the caller's until `Executor.release`. */
  readonly bytes: Uint8Array;
  /** CSV: `bytes` cut at block borders, with the checksums of the parts. */
  readonly blocks?: readonly CsvBlockPart[];
  /** The same rows in the bytes of each of the task's `more_schemas`. */
  readonly more_bytes?: readonly Uint8Array[];
  readonly failures: readonly PermutationFailure[];
  /** Time this chunk took in the worker [ms], for choosing the next chunk's size. Reaches no row. */
  readonly compute_ms: number;
}
