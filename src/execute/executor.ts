import type { ChunkResult, ChunkTask } from './messages.ts';

/** Who computes chunks. The order in which chunks come back is free; what they hold is not. */
export interface Executor {
  /** How many chunks are worth having in flight at once. */
  readonly parallel: number;
  compute(task: ChunkTask): Promise<ChunkResult>;
  /** Waits for nothing: chunks in flight are abandoned. */
  close(): Promise<void>;
}
