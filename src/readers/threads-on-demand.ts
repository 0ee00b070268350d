import { EngineError } from '../errors.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { Local } from './readers.ts';
import type { ReaderName, ReaderTasks } from './tasks.ts';

/**
 * Threads that only read, and start when there is something to read: each loads the engine separately, which takes longer than all that `plan` of a new output
 * and `status` of a recorded run do.
 */
export class ThreadsOnDemand implements Local {
  readonly parallel: number;
  private readonly open: () => Local;
  private opened: Local | undefined;
  private closed = false;

  /** `parallel`: of the threads that `open` opens. */
  constructor(parallel: number, open: () => Local) {
    this.parallel = parallel;
    this.open = open;
  }

  async compute(chunk: ChunkTask, ...more: Tail<Parameters<Local['compute']>>): Promise<ChunkResult> {
    return this.threads().compute(chunk, ...more);
  }

  release(result: ChunkResult): void {
    this.opened?.release(result);
  }

  async read<Name extends ReaderName>(
    name: Name,
    task: ReaderTasks[Name]['task'],
  ): Promise<ReaderTasks[Name]['result']> {
    return this.threads().read(name, task);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.opened?.close();
  }

  private threads(): Local {
    if (this.opened === undefined && this.closed)
      throw new EngineError('STOPPED', 'The threads were closed before this was done.');
    return (this.opened ??= this.open());
  }
}

export type Tail<List extends readonly unknown[]> = List extends readonly [unknown, ...infer Rest] ? Rest : never;
