import type { KeptColumns } from '../execute/kept-columns.ts';
import type { AgainTask, ChunkCare, ChunkResult, ChunkTask, ToldAgain } from '../execute/messages.ts';
import type { GivenSetup } from '../execute/setup.ts';
import type { SummariseOptions } from '../statistics/summarise.ts';
import type { ReaderTasks } from './tasks.ts';

/** Given to every thread when it starts. */
export interface WorkerData {
  readonly setups: readonly GivenSetup[];
}

/** What the threads of this machine do. */
export interface ThreadTasks extends ReaderTasks {
  /** `thread`: the one that did it. */
  compute: { task: ComputeTask; result: ChunkResult & { readonly thread: number } };
  again: { task: AgainTask; result: ToldAgain };
}

export interface ComputeTask {
  readonly chunk: ChunkTask;
  /** Memory that both threads see: the rows come back in it where they fit. */
  readonly into: SharedArrayBuffer | undefined;
  readonly keep: KeptColumns | undefined;
  /** The chunk is a whole cell, and its statistics are wanted. */
  readonly summarise: SummariseOptions | undefined;
  /** Permutations of the chunk that are told for the check of the model's purity. */
  readonly sample: readonly number[];
  readonly care?: ChunkCare | undefined;
}
