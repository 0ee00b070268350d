import type { KeptColumns } from '../execute/kept-columns.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { GivenSetup } from '../execute/setup.ts';
import type { SummariseOptions } from '../statistics/summarise.ts';
import type { ReaderTasks } from './tasks.ts';

/** Given to every thread when it starts. */
export interface WorkerData {
  readonly setups: readonly GivenSetup[];
}

/** What the threads of this machine do. */
export interface ThreadTasks extends ReaderTasks {
  compute: { task: ComputeTask; result: ChunkResult };
}

export interface ComputeTask {
  readonly chunk: ChunkTask;
  /** Memory that both threads see: the rows come back in it where they fit. */
  readonly into: SharedArrayBuffer | undefined;
  readonly keep: KeptColumns | undefined;
  /** The chunk is a whole cell, and its statistics are wanted. */
  readonly summarise: SummariseOptions | undefined;
}
