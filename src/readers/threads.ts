import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { GivenSetup } from '../execute/setup.ts';
import { PurityCheck, type Sampled } from '../execute/purity-check.ts';
import { parallelOf, ThreadPool } from '../execute/thread-pool.ts';
import type { Local } from './readers.ts';
import type { ReaderName, ReaderTasks } from './tasks.ts';
import type { ThreadTasks, WorkerData } from './thread-tasks.ts';
import { ThreadsOnDemand, type Tail } from './threads-on-demand.ts';

/** The worker threads of this process compute, and read what is on its disk. */
export class Threads implements Local {
  private readonly pool: ThreadPool<ThreadTasks>;
  private readonly purity: PurityCheck;
  private readonly spares: SharedArrayBuffer[] = [];
  /** How large a buffer for a chunk has to be [bytes]; 0 before the first one came. */
  private room = 0;

  /** `checked`: setups of which a sample is computed again, to see whether a user's model is pure. */
  constructor(pool: ThreadPool<ThreadTasks>, checked: readonly GivenSetup[] = []) {
    this.pool = pool;
    this.purity = new PurityCheck(checked, (task, avoid, signal) => pool.run('again', task, signal, avoid));
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
    const task = { chunk, into: this.memory(), keep, summarise, sample };
    const { told, thread, ...result } = await this.pool.run('compute', task, signal);
    this.purity.computed(result.compute_ms);
    if (told !== undefined) await this.check(chunk, sample, result, { told, thread }, signal);
    return result;
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

/**
 * `setups`: what the threads can compute, which start at once; those that only read files need none, and start when there is something to read. `purity_check`:
 * users' models are checked while they compute.
 */
export function openThreads(threads: number, setups: readonly GivenSetup[] = [], purity_check = false): Local {
  const worker_data: WorkerData = { setups };
  const open = (): Threads => {
    const pool = new ThreadPool<ThreadTasks>({ worker: new URL('./worker.js', import.meta.url), threads, worker_data });
    return new Threads(pool, purity_check ? setups : []);
  };
  return setups.length > 0 ? open() : new ThreadsOnDemand(parallelOf(threads), open);
}
