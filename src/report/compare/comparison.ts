import type { ComparedQuantity } from '../../analysis/compare-cells.ts';
import type { Parameters } from '../../model/model.ts';

/** One of two runs that are held against each other. */
export interface ComparedRun {
  readonly output: string;
  readonly name: string;
  readonly model: string;
  readonly model_version: string;
  /** Complete cells, of all. */
  readonly complete: number;
  readonly cells: number;
  readonly permutations: number;
}

/** Something in which the runs differ. */
export interface RunDifference {
  /** `seed.global`, `inputs.trades`, `parameters.initial_equity`; `made_by.node`. */
  readonly path: string;
  /** Absent where the run has no such thing. */
  readonly first?: unknown;
  readonly second?: unknown;
}

/** Two cells that were held against each other. */
export interface ComparedPair {
  readonly first: string;
  readonly second: string;
  /** What tells the cells of a run apart, as the first has it. */
  readonly parameters: Parameters;
  /** One experiment: every row is the same. */
  readonly same_experiment: boolean;
  /** The permutations of both draw from the same streams. */
  readonly same_streams: boolean;
}

/** Two runs side by side. Plain data; what is printed and written is a function of it alone. */
export interface Comparison {
  readonly first: ComparedRun;
  readonly second: ComparedRun;
  /** What decides rows. */
  readonly identity: readonly RunDifference[];
  /** What does not: permutations, format, versions of the engine and of Node.js. */
  readonly record: readonly RunDifference[];
  /** The parameters by which cells were matched. */
  readonly matched_by: readonly string[];
  readonly pairs: readonly ComparedPair[];
  /** Ids of complete cells without a counterpart, and of those that might belong to several. */
  readonly only_first: readonly string[];
  readonly only_second: readonly string[];
  readonly ambiguous: { readonly first: readonly string[]; readonly second: readonly string[] };
  readonly quantities: readonly ComparedQuantity[];
}
