import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';

import type { Executor } from './executor.ts';
import { EngineError } from '../errors.ts';
import type { Answer, ChunkResult, ChunkTask } from './messages.ts';

/** Chunks a worker holds at once: one it computes, one that waits, so that it never idles for the coordinator. */
const IN_FLIGHT_PER_THREAD = 2;

/** A Piscina pool. The worker module exports one function per kind of task; `compute` is the one for chunks. */
export class ThreadPool implements Executor {
  readonly parallel: number;
  private readonly pool: Piscina;
  private readonly spares: SharedArrayBuffer[] = [];
  /** How large a buffer for a chunk has to be [bytes]; 0 before the first one came. */
  private room = 0;
  /** Threads that still load their modules, and the moment when they have. */
  private readonly starting = new Map<Worker, Promise<unknown>>();
  private closing = false;

  constructor(options: { readonly worker: URL; readonly threads: number; readonly worker_data: unknown }) {
    this.parallel = options.threads * IN_FLIGHT_PER_THREAD;
    this.pool = new Piscina({
      filename: options.worker.href,
      minThreads: options.threads,
      maxThreads: options.threads,
      concurrentTasksPerWorker: IN_FLIGHT_PER_THREAD,
      // The coordinator never has more in flight than `parallel` chunks and a few scans and summaries: a longer queue is a bug.
      maxQueue: options.threads * 64,
      workerData: options.worker_data,
      // V8 would let the young generation of each worker grow to 48 MB; rows live in typed arrays, so little of that is needed.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    // An answer that arrives while the pool closes belongs to a task that nobody waits for any more; unheard, it would end the process.
    this.pool.on('error', (error: Error) => {
      if (!this.closing) throw error;
    });
    for (const worker of this.pool.threads) {
      // The first message of a thread says that it is up; one that fails to start exits.
      const up = new Promise((resolve) => worker.once('message', resolve).once('exit', resolve));
      this.starting.set(
        worker,
        up.then(() => this.starting.delete(worker)),
      );
    }
  }

  /**
   * A chunk comes back in memory that both threads see. Were its bytes handed over (or those of anything else), V8 would from then on ask at every access to
   * a typed array whether it was taken away: a user's model takes a fifth longer in such a thread. The first chunks, and those that outgrow it, are copied.
   */
  compute(task: ChunkTask): Promise<ChunkResult> {
    if (this.room === 0) return this.call('compute', task);
    const spare = this.spares.pop();
    const enough = spare !== undefined && spare.byteLength >= this.room;
    return this.call('compute', { ...task, spare: enough ? spare : new SharedArrayBuffer(this.room) });
  }

  /**
   * Takes the bytes of a chunk that nobody needs any more: their buffer goes out with a later task. All are kept, as many as ever were out at once:
   * V8 does not count shared memory as garbage worth collecting, so a buffer that is let go stays for hours.
   */
  recycle({ bytes }: ChunkResult): void {
    const { buffer } = bytes;
    if (!(buffer instanceof SharedArrayBuffer)) this.room = Math.max(this.room, Math.ceil(bytes.length * 1.25));
    else this.spares.push(buffer);
  }

  /** Any function that the worker module exports. */
  async call<Result>(name: string, task: unknown): Promise<Result> {
    const answer = (await this.pool.run(task, { name })) as Answer<Result>;
    if (typeof answer === 'object' && answer !== null && 'failed' in answer) {
      const { code, message, path } = answer.failed;
      throw new EngineError(code, message, path === undefined ? {} : { path });
    }
    return answer;
  }

  /** Ends the threads, whatever they are doing; what they still compute is lost. */
  async close(): Promise<void> {
    this.closing = true;
    // Terminated while it links its modules, a thread aborts the whole process (Node 20: v8::Module::IsGraphAsync).
    for (const worker of this.starting.keys()) worker.ref();
    await Promise.all(this.starting.values());
    await this.pool.destroy();
  }
}
