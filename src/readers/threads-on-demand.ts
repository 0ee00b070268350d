import { EngineError } from '../errors.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { FilePort } from '../files/port.ts';
import type { Local, Tail } from './readers.ts';
import type { SmallFiles } from './small-files.ts';
import type { ReaderName, ReaderTasks } from './tasks.ts';

/**
 * Threads that start when they are needed: each loads the engine separately, which takes longer than all that `plan` of a new output, `status` of a recorded
 * run and `verify` of a small one do. Before there is something to compute, the first small files are read by the calling thread.
 */
export class ThreadsOnDemand implements Local {
  readonly parallel: number;
  private readonly port: FilePort;
  private readonly open: () => Local;
  private opened: Local | undefined;
  private small: Promise<SmallFiles> | undefined;
  private closed = false;

  /** `parallel`: of the threads that `open` opens. */
  constructor(port: FilePort, parallel: number, open: () => Local) {
    this.port = port;
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
    if (this.opened !== undefined) return this.opened.read(name, task);
    this.throwIfClosed();
    // Loaded where something is read: it knows every format.
    this.small ??= import('./small-files.ts').then(({ SmallFiles }) => new SmallFiles(this.port));
    const small = await this.small;
    return (small.takes(task) ? small.reader : this.threads()).read(name, task);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.opened?.close(), this.small?.then(({ reader }) => reader.close())]);
  }

  private threads(): Local {
    if (this.opened === undefined) this.throwIfClosed();
    return (this.opened ??= this.open());
  }

  private throwIfClosed(): void {
    if (this.closed) throw new EngineError('STOPPED', 'The threads were closed before this was done.');
  }
}
