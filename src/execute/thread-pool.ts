import type { Worker } from 'node:worker_threads';
import type { Piscina } from 'piscina';

import { EngineError } from '../errors.ts';
import { errorOf } from '../model/error-record.ts';
import { endChildrenOf, killChildrenOf } from '../programs/command/child-table.ts';
import { orAborted, reasonOf } from './or-aborted.ts';
import { piscina } from './piscina.ts';
import { threadStarts } from './threads-starting.ts';
import type { Answer, TaskTable, ThreadMessage } from './thread-message.ts';

/** Tasks a thread holds at once: one it works on, one that waits, so that it never idles for the coordinator. */
const IN_FLIGHT_PER_THREAD = 2;

const NO_THREAD = -1;

/** A task on its way. */
interface Errand {
  /** The thread that has it; NO_THREAD while it waits for one. */
  thread: number;
  /** Another one should do it, where there is one. */
  readonly avoid: number;
  aborted: boolean;
}

/** How many tasks keep this many threads busy. */
export function parallelOf(threads: number): number {
  return threads * IN_FLIGHT_PER_THREAD;
}

/** A Piscina pool whose module was made with `threadEntry`. Tasks are named and typed by the table; errors come whole. */
export class ThreadPool<Kinds extends TaskTable<Kinds>> {
  /** How many tasks keep all threads busy. */
  readonly parallel: number;
  private readonly pool: Piscina<unknown, Answer<unknown>>;
  /** Threads that still load their modules, and the moment when they have. */
  private readonly starting = new Map<Worker, Promise<unknown>>();
  private readonly known = new WeakSet<Worker>();
  /** Threads that were ended for a task that was aborted: what else they held is done by others. */
  private readonly ended = new Set<number>();
  private closing = false;
  /** What happened in a thread outside all tasks. */
  private broken: EngineError | undefined;

  constructor(options: { readonly worker: URL; readonly threads: number; readonly worker_data: unknown }) {
    this.parallel = parallelOf(options.threads);
    const threads = piscina();
    this.pool = new threads.Piscina({
      filename: options.worker.href,
      minThreads: options.threads,
      maxThreads: options.threads,
      concurrentTasksPerWorker: IN_FLIGHT_PER_THREAD,
      // The coordinator never has more in flight than `parallel` chunks and a few scans and summaries: a longer queue is a bug.
      maxQueue: options.threads * 64,
      // Nobody asks how long tasks waited.
      recordTiming: false,
      workerData: options.worker_data,
      // V8 would let the young generation of each worker grow to 48 MB; rows live in typed arrays, so little of that is needed.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
      // The least busy thread, as by default; and the errand knows which one it was.
      loadBalancer: (task, workers) => {
        const errand = task[threads.queueOptionsSymbol] as Errand | null;
        const free = workers.filter(({ currentUsage }) => currentUsage < IN_FLIGHT_PER_THREAD);
        const others = free.filter(({ id }) => id !== errand?.avoid);
        let chosen: (typeof workers)[number] | null = null;
        for (const worker of others.length > 0 ? others : free)
          if (chosen === null || worker.currentUsage < chosen.currentUsage) chosen = worker;
        if (chosen !== null && errand !== null) errand.thread = chosen.id;
        return chosen;
      },
    });
    this.pool.on('error', (error: Error) => {
      // An answer that nobody waits for any longer is not an error: the pool closes, or its task was aborted.
      const late = this.ended.size > 0 && error.message.startsWith('Unexpected message from Worker');
      if (!this.closing && !late) this.broken ??= threadDied(error);
    });
    this.watchThreads();
  }

  /**
   * Does one task. Rejects with what it threw; with EngineError WORKER where its thread died; and with the signal's reason as soon as that is aborted: its
   * thread is ended then, whatever it is doing, and another takes its place and what else it held. `avoid`: a thread that should not do it, where there is another.
   */
  async run<Name extends keyof Kinds>(
    name: Name,
    task: Kinds[Name]['task'],
    signal?: AbortSignal,
    avoid = NO_THREAD,
  ): Promise<Kinds[Name]['result']> {
    if (signal?.aborted === true) throw reasonOf(signal);
    if (this.closing) throw closed();
    if (this.broken !== undefined) throw this.broken;
    const errand: Errand = { thread: NO_THREAD, avoid, aborted: false };
    const message: ThreadMessage<Kinds, Name> = { name, task, skip: false };
    const answer = await orAborted(this.answerTo(message, errand), signal, () => {
      errand.aborted = true;
      message.skip = true;
      this.end(errand.thread);
    });
    if ('failed' in answer) throw errorOf(answer.failed);
    if ('skipped' in answer) throw new Error('skipped although somebody waits for it');
    // The only place where the type of what comes back is taken on trust: both sides are made from one table.
    return answer.result;
  }

  /** Ends the threads, whatever they are doing; what they still do is lost. */
  async close(): Promise<void> {
    this.closing = true;
    // Terminated while it links its modules, a thread aborts the whole process (Node 20: v8::Module::IsGraphAsync).
    while (this.starting.size > 0) {
      for (const worker of this.starting.keys()) worker.ref();
      await Promise.all(this.starting.values());
    }
    await endChildrenOf(this.pool.threads.map(({ threadId }) => threadId));
    await this.pool.destroy();
  }

  private async answerTo(message: object, errand: Errand): Promise<Answer<unknown>> {
    for (;;) {
      errand.thread = NO_THREAD;
      try {
        return await this.pool.run(Object.assign(message, { [piscina().queueOptionsSymbol]: errand }));
      } catch (error) {
        if (this.closing) throw closed();
        const beside = this.ended.has(errand.thread);
        if (!beside || errand.aborted) throw threadDied(error);
      }
    }
  }

  private end(thread: number): void {
    if (this.closing || this.ended.has(thread)) return;
    const worker = this.pool.threads.find(({ threadId }) => threadId === thread);
    if (worker === undefined) return;
    this.ended.add(thread);
    void (this.starting.get(worker) ?? Promise.resolve()).then(() => worker.terminate());
  }

  /** Keeps `starting`: called whenever there may be new threads. */
  private watchThreads(): void {
    for (const worker of this.pool.threads) {
      if (this.known.has(worker)) continue;
      this.known.add(worker);
      // The first message of a thread says that it is up; one that fails to start exits.
      const up = new Promise((resolve) => worker.once('message', resolve).once('exit', resolve));
      threadStarts(up);
      this.starting.set(
        worker,
        up.then(() => this.starting.delete(worker)),
      );
      // Piscina listened first: by now another one has taken its place.
      const { threadId } = worker;
      worker.once('exit', () => {
        killChildrenOf(threadId);
        this.watchThreads();
      });
    }
  }
}

function threadDied(error: unknown): EngineError {
  const text = error instanceof Error ? error.message : String(error);
  return new EngineError('WORKER', `A worker thread died: ${text}.`, { cause: error });
}

function closed(): EngineError {
  return new EngineError('STOPPED', 'The threads were closed before this was done.');
}
