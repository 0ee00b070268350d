import { EngineError } from '../errors.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import { disk } from '../files/disk.ts';
import { metricsPath } from '../store/formats/formats.ts';
import type { CellPlace } from '../store/scan/cell-file.ts';
import type { Local, Readers } from './readers.ts';
import type { ReaderName, ReaderTasks } from './tasks.ts';

/** What is read of small files before threads start [bytes]: as much as is read while one of them loads the engine. */
const READ_HERE = 1 << 20;
/** A file counts as no less [bytes]. */
const SMALLEST = 4096;

/**
 * Threads that start when they are needed: each loads the engine separately, which takes longer than all that `plan` of a new output, `status` of a recorded
 * run and `verify` of a small one do. Before there is something to compute, the first small files are read by the calling thread.
 */
export class ThreadsOnDemand implements Local {
  readonly parallel: number;
  private readonly open: () => Local;
  private opened: Local | undefined;
  private reader: Promise<Readers> | undefined;
  private to_read_here = READ_HERE;
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
    return (this.opened === undefined && this.isLittle(task) ? await this.here() : this.threads()).read(name, task);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.opened?.close(), this.reader?.then((reader) => reader.close())]);
  }

  private isLittle(task: ReaderTasks[ReaderName]['task']): boolean {
    const places = placesOf(task);
    if (places === undefined) return false;
    this.to_read_here -= places.reduce((sum, place) => sum + Math.max(SMALLEST, sizeOf(place)), 0);
    return this.to_read_here >= 0;
  }

  private here(): Promise<Readers> {
    this.throwIfClosed();
    return (this.reader ??= import('./inline.ts').then(({ Inline }) => new Inline(disk)));
  }

  private threads(): Local {
    if (this.opened === undefined) this.throwIfClosed();
    return (this.opened ??= this.open());
  }

  private throwIfClosed(): void {
    if (this.closed) throw new EngineError('STOPPED', 'The threads were closed before this was done.');
  }
}

/** The cells that a task reads; undefined where it does more than that. */
function placesOf(task: ReaderTasks[ReaderName]['task']): readonly CellPlace[] | undefined {
  if ('cells' in task) return task.cells.map(({ place }) => place);
  if ('from' in task) return [task.from.place];
  return 'place' in task ? [task.place] : undefined;
}

/** The bytes of a cell's metrics file; no number is too large where that cannot be told: who reads it says why. */
function sizeOf({ folder, schema }: CellPlace): number {
  try {
    return disk.stat(metricsPath(folder, schema.format))?.size ?? 0;
  } catch {
    return Infinity;
  }
}

export type Tail<List extends readonly unknown[]> = List extends readonly [unknown, ...infer Rest] ? Rest : never;
