import type { KeptColumns } from './kept-columns.ts';
import type { SummariseOptions } from '../statistics/summarise.ts';
import type { PermutationRange } from '../study/permutation-range.ts';
import type { ChunkResult, ChunkTask } from './messages.ts';

/**
 * Who computes chunks: threads, the calling thread, workers on other machines. The order in which chunks come back is free; what they hold is not: the
 * same task gives the same bytes everywhere. Every executor keeps what test/contracts/executor.ts says.
 */
export interface Executor {
  /** How many chunks are worth having in flight at once: workers may come and go. */
  readonly parallel: number;
  /**
   * Computes one chunk. Rejects with EngineError WORKER where its worker died, with the signal's reason as soon as that is aborted (what computes it
   * is then free for others), and with what the model threw outside a permutation. `keep`: where the values are put, too, by who shares memory with the caller
   * (`ChunkResult.kept`); others leave it alone. `summarise`: the chunk is a whole small cell, of which whoever can makes the statistics, too
   * (`ChunkResult.statistics`): that saves a message and the reading back. Others leave it alone.
   */
  compute(
    task: ChunkTask,
    signal?: AbortSignal,
    keep?: KeptColumns,
    summarise?: SummariseOptions,
  ): Promise<ChunkResult>;
  /** The bytes of a chunk are not needed any more: their memory may be used again. Each result once. */
  release(result: ChunkResult): void;
  /**
   * The rows of a chunk are durable in every file that they go to, and need not be kept anywhere else. Each result once, released by then or not; one that is not
   * appended is never acknowledged. Who keeps none of them has no such thing.
   */
  acknowledge?(result: ChunkResult): void;
  /** These rows of an experiment were found in a file and are durable: whoever keeps results of earlier runs may forget them. */
  found?(experiment: string, present: readonly PermutationRange[]): void;
  /** `grown` is called where `parallel` has become more without a chunk having come back. Who never does that has no such thing. */
  watch?(grown: () => void): void;
  /** Ends whoever computes, whatever they are doing: chunks in flight reject. Again and again is as good as once. */
  close(): Promise<void>;
}
