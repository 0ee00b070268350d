import { setMaxListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { EngineError } from '../errors.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { GivenSetup } from '../execute/setup.ts';
import { errorOf, errorRecord } from '../model/error-record.ts';
import { orAborted, reasonOf } from '../execute/or-aborted.ts';
import { Simulators } from '../execute/simulators.ts';
import type { TaskFunctions } from '../execute/thread-message.ts';
import type { FilePort } from '../files/port.ts';
import { readerFunctions } from './reader-functions.ts';
import type { Local, Tail } from './readers.ts';
import type { ReaderName, ReaderTasks } from './tasks.ts';

/**
 * Computes and reads in the calling thread, on the files behind the port: for tests and for programs that want no threads. Everything comes in the order in
 * which it was asked for. A chunk that was begun is ended: an abort is seen between chunks, and while a model waits for something.
 */
export class Inline implements Local {
  readonly parallel = 2;
  private readonly simulators: Simulators;
  private readonly functions: TaskFunctions<ReaderTasks>;
  private readonly closed = new AbortController();

  constructor(port: FilePort, setups: readonly GivenSetup[] = []) {
    // All tasks under way listen.
    setMaxListeners(0, this.closed.signal);
    this.simulators = new Simulators(setups);
    this.functions = readerFunctions(port, this.simulators);
  }

  compute(chunk: ChunkTask, ...[signal, keep, summarise]: Tail<Parameters<Local['compute']>>): Promise<ChunkResult> {
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    const work = this.inTurn(async () => {
      // Aborted while it waited for its turn: not begun.
      signal?.throwIfAborted();
      return (await this.simulators.of(chunk.setup)).computeChunk(chunk, undefined, keep, summarise);
    });
    return orAborted(work, signal);
  }

  release(): void {
    // The bytes are the garbage collector's.
  }

  read<Name extends ReaderName>(name: Name, task: ReaderTasks[Name]['task']): Promise<ReaderTasks[Name]['result']> {
    return this.inTurn<ReaderTasks[Name]['result']>(() => this.functions[name](task));
  }

  async close(): Promise<void> {
    this.closed.abort(new EngineError('STOPPED', 'The reader was closed before this was done.'));
    await this.simulators.close();
  }

  /** The event loop comes first, so that a signal, or a timer, is heard between two tasks. */
  private inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const done = nextTurn().then(() => {
      this.closed.signal.throwIfAborted();
      return work();
    });
    // A model may throw anything; from an executor comes an Error.
    const told = done.catch((error: unknown) => {
      throw error instanceof Error ? error : errorOf(errorRecord(error));
    });
    return orAborted(told, this.closed.signal);
  }
}
