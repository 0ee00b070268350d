import { EngineError } from '../errors.ts';
import type { FilePort } from '../files/port.ts';
import {
  COMPUTING,
  DOING,
  PREPARING,
  type AgainTask,
  type ChunkResult,
  type ChunkTask,
  type Fatal,
  type ToldAgain,
} from '../execute/messages.ts';
import type { GivenSetup } from '../execute/setup.ts';
import { PurityCheck, type Sampled } from '../execute/purity-check.ts';
import { parallelOf, ThreadPool } from '../execute/thread-pool.ts';
import { computeWithoutFatal, EndsInPrepare, watchProgress, type Compute } from './fatal-permutations.ts';
import type { OpenHow } from './host.ts';
import type { Local, Tail } from './readers.ts';
import type { ReaderName, ReaderTasks } from './tasks.ts';
import { childTable } from '../programs/command/child-table.ts';
import { isCodeOfCommand } from '../programs/program.ts';
import type { ComputeTask, ThreadTasks, WorkerData } from './thread-tasks.ts';
import { ThreadsOnDemand } from './threads-on-demand.ts';
import { WORKER_FILE } from './worker-file.ts';

const TRIES_AGAIN = 3;
const TRIES_TO_PREPARE = 10;

type Computed = ThreadTasks['compute']['result'];

/** The worker threads of this process compute, and read what is on its disk. */
export class Threads implements Local {
  private readonly pool: ThreadPool<ThreadTasks>;
  private readonly purity: PurityCheck;
  /** Setups of users' models. */
  private readonly own: ReadonlySet<string>;
  private readonly spares: SharedArrayBuffer[] = [];
  /** How large a buffer for a chunk has to be [bytes]; 0 before the first one came. */
  private room = 0;

  /** `checked`: setups of which a sample is computed again, to see whether a user's model is pure. */
  constructor(pool: ThreadPool<ThreadTasks>, setups: readonly GivenSetup[] = [], checked: readonly GivenSetup[] = []) {
    this.pool = pool;
    this.own = new Set(setups.filter(({ setup: { model } }) => 'code' in model).map(({ id }) => id));
    this.purity = new PurityCheck(checked, (task, avoid, signal) => this.again(task, avoid, signal));
  }

  get parallel(): number {
    return this.pool.parallel;
  }

  /**
   * A chunk comes back in memory that both threads see. Were its bytes handed over (or those of anything else), V8 would from then on ask at every access to
   * a typed array whether it was taken away: a user's model takes a fifth longer in such a thread. The first chunks, and those that outgrow it, are copied.
   */
  async compute(
    chunk: ChunkTask,
    ...[signal, keep, summarise]: Tail<Parameters<Local['compute']>>
  ): Promise<ChunkResult> {
    const sample = this.purity.sampleOf(chunk);
    const compute: Compute<Computed> = (task, fatal, limit_ms) => {
      const told = task === chunk && fatal.length === 0 ? sample : [];
      return this.attempt({ chunk: task, keep, summarise, sample: told }, fatal, limit_ms, signal);
    };
    // The engine's own models end, and leave their threads alone.
    const computed = this.own.has(chunk.setup) ? computeWithoutFatal(compute, chunk) : compute(chunk, [], undefined);
    const { told, thread, ...result } = await computed;
    this.purity.computed(result.compute_ms);
    if (told !== undefined) await this.check(chunk, sample, result, { told, thread }, signal);
    return result;
  }

  /** Rejects with EngineError WORKER where the thread died while it was at this chunk, or was ended: what a thread holds beside that is done again, by another. */
  private async attempt(
    task: Omit<ComputeTask, 'into' | 'care'>,
    fatal: readonly Fatal[],
    limit_ms: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Computed> {
    let last: unknown;
    for (let tries = 1; ; tries += 1) {
      const progress = new Int32Array(new SharedArrayBuffer(8));
      const watch = limit_ms === undefined ? undefined : watchProgress(progress, limit_ms);
      const either = watch && signal ? AbortSignal.any([signal, watch.signal]) : (watch?.signal ?? signal);
      try {
        return await this.pool.run('compute', { ...task, into: this.memory(), care: { progress, fatal } }, either);
      } catch (error) {
        const died = error instanceof EngineError && error.code === 'WORKER';
        // The same one again: the pool is broken, and will not be better.
        if (!died || progress[DOING] === COMPUTING || signal?.aborted === true || error === last) throw error;
        last = error;
        // A thread prepares one cell while it computes another, which may be what ended it.
        if (progress[DOING] === PREPARING && tries === TRIES_TO_PREPARE) throw new EndsInPrepare(error);
      } finally {
        watch?.end();
      }
    }
  }

  /** A thread that died was at something else, most often. */
  private async again(task: AgainTask, avoid: number, signal?: AbortSignal): Promise<ToldAgain> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.pool.run('again', task, signal, avoid);
      } catch (error) {
        if (!(error instanceof EngineError && error.code === 'WORKER') || tries === TRIES_AGAIN) throw error;
      }
    }
  }

  private async check(
    chunk: ChunkTask,
    sample: readonly number[],
    result: ChunkResult,
    sampled: Sampled,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await this.purity.check(chunk, sample, sampled, signal);
    } catch (error) {
      this.release(result);
      throw error;
    }
  }

  /**
   * All buffers are kept, as many as ever were out at once: V8 does not count shared memory as garbage worth collecting, so a buffer that is let go stays for
   * hours.
   */
  release({ bytes }: ChunkResult): void {
    const { buffer } = bytes;
    if (!(buffer instanceof SharedArrayBuffer)) this.room = Math.max(this.room, Math.ceil(bytes.length * 1.25));
    else this.spares.push(buffer);
  }

  read<Name extends ReaderName>(name: Name, task: ReaderTasks[Name]['task']): Promise<ReaderTasks[Name]['result']> {
    return this.pool.run(name, task);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private memory(): SharedArrayBuffer | undefined {
    if (this.room === 0) return undefined;
    const spare = this.spares.pop();
    return spare !== undefined && spare.byteLength >= this.room ? spare : new SharedArrayBuffer(this.room);
  }
}

/** The worker threads of this process, once they are needed. */
export function openThreads(
  port: FilePort,
  threads: number,
  setups: readonly GivenSetup[] = [],
  { purity_check = false, computes = setups.length > 0 }: OpenHow = {},
): Local {
  const open = (): Threads => {
    const worker_data: WorkerData = { setups };
    // Before they start: it is part of their environment.
    if (setups.some(({ setup: { model } }) => 'code' in model && isCodeOfCommand(model.code))) childTable();
    const pool = new ThreadPool<ThreadTasks>({ worker: WORKER_FILE, threads, worker_data });
    return new Threads(pool, setups, purity_check ? setups : []);
  };
  return computes ? open() : new ThreadsOnDemand(port, parallelOf(threads), open);
}
