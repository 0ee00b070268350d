import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import { every, type Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import type { Executor } from '../execute/executor.ts';
import type { KeptColumns } from '../execute/kept-columns.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import { orAborted, reasonOf } from '../execute/or-aborted.ts';
import type { QueueReport } from '../stored/queue-report.ts';
import type { PermutationRange } from '../study/permutation-range.ts';
import type { SummariseOptions } from '../statistics/summarise.ts';
import { Deliveries, type AuditHow } from './deliveries.ts';
import { Errands, type Errand } from './errands.ts';
import { OwnThreads } from './own-threads.ts';
import { Reach } from './reach.ts';
import type { SentSetup } from './setup-blobs.ts';
import { Survey } from './survey.ts';
import { isUnreachable, type ManagerTransport } from './transport.ts';
import { offeredText } from './wire.ts';

/** How often the broker is asked whether it still has what it was given [ms]. */
const SURVEY_MS = 2_000;
/** Results are waited for so long at a time [ms]. */
const WAIT_MS = 1_000;
/** Chunks on their way for each thread of a worker: it has one more in hand than threads, and the others are at the broker. */
const CHUNKS_PER_THREAD = 4;
/** Chunks on their way while no worker is known. */
const LEAST_PARALLEL = 4;
const MOST_PARALLEL = 4_096;

export interface QueueExecutorOptions {
  readonly transport: ManagerTransport;
  /** Who computes here, too; undefined: workers alone. It is closed by whoever opened it. */
  readonly local: Executor | undefined;
  /** Undefined: what workers send is believed. */
  readonly audit: AuditHow | undefined;
  readonly setups: readonly SentSetup[];
  readonly clock: Clock;
  readonly engine: string;
  readonly node_major: number;
  /** For people. */
  readonly namespace: string;
  /** Who this is, for workers: `host (pid 123)`. */
  readonly manager: string;
  /** Told what a person should know. */
  readonly warn: (message: string) => void;
  /** Told once, where the run cannot go on: the namespace was taken by another manager. */
  readonly onLost: (error: EngineError) => void;
}

/**
 * Chunks are computed by workers on other machines, and by this one's threads where there are any. The broker between them is disposable: what is asked for is
 * known here, what is computed is in the metrics files, so whatever the broker loses is offered again, and whatever comes late or twice is dropped. Without a
 * broker this machine continues alone.
 */
export class QueueExecutor implements Executor {
  private readonly options: QueueExecutorOptions;
  private readonly run = randomUUID().slice(0, 8);
  private readonly errands = new Errands(this.run);
  private readonly own: OwnThreads;
  private readonly deliveries: Deliveries;
  private readonly survey: Survey;
  private readonly reach: Reach;
  /** What the broker was told and has not answered. */
  private readonly asides = new Set<Promise<void>>();
  private stopSurveys: () => void = () => undefined;
  private readonly closing = new AbortController();
  private receiving: Promise<void> = Promise.resolve();
  private surveying: Promise<void> | undefined;
  private onGrown: () => void = () => undefined;
  private is_lost = false;
  private closed: Promise<void> | undefined;

  private constructor(options: QueueExecutorOptions) {
    this.options = options;
    setMaxListeners(0, this.closing.signal);
    const { errands } = this;
    const { transport, local, warn } = options;
    const offer = (errand: Errand): void => {
      this.offer(errand);
    };
    this.reach = new Reach({
      warn,
      alone: local === undefined ? 'The run waits for it' : 'This machine continues alone until it is back',
      closing: this.closing.signal,
    });
    this.survey = new Survey({ ...options, run: this.run, errands, offer });
    this.deliveries = new Deliveries({
      ...options,
      errands,
      closing: this.closing.signal,
      worker: (name) => this.survey.workers.find(name),
      onWaiting: () => {
        this.onGrown();
        this.soonIdle();
      },
    });
    this.own = new OwnThreads({
      local,
      errands,
      transport,
      offer,
      gone: (error) => {
        this.reach.gone(error);
      },
    });
  }

  /** Takes the namespace and tells the workers. Throws LOCKED where another manager has it, QUEUE where there is no broker. */
  static async open(options: QueueExecutorOptions): Promise<QueueExecutor> {
    const { transport, clock } = options;
    const executor = new QueueExecutor(options);
    const { survey, deliveries } = executor;
    try {
      await transport.claim();
      await transport.clear();
      await survey.announce();
      await deliveries.incoming.takeAll(await transport.results());
      await survey.look();
    } catch (error) {
      await transport.close();
      throw error;
    }
    executor.receiving = executor.receive();
    executor.stopSurveys = every(clock, SURVEY_MS, () => {
      executor.surveying ??= executor.lookAround().finally(() => {
        executor.surveying = undefined;
      });
    });
    return executor;
  }

  /**
   * So many for each thread that some wait at the broker: no worker waits for the way of a result here, and of the next chunk back. What is here and waits for an
   * audit keeps nobody busy.
   */
  get parallel(): number {
    const wanted = CHUNKS_PER_THREAD * this.survey.workers.threads + this.own.parallel + this.deliveries.waiting;
    return Math.min(MOST_PARALLEL, Math.max(LEAST_PARALLEL, wanted));
  }

  compute(
    task: ChunkTask,
    signal?: AbortSignal,
    keep?: KeptColumns,
    summarise?: SummariseOptions,
  ): Promise<ChunkResult> {
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    if (this.isClosing()) return Promise.reject(closed());
    const ready = this.deliveries.fromHeld(task);
    if (ready !== undefined && !(ready instanceof Promise)) return Promise.resolve(ready);
    const [errand, result] = this.errands.add(task, { keep, summarise }, this.options.clock.now());
    if (ready === undefined) this.begin(errand);
    else this.beginUnless(errand, ready);
    const soonIdle = (): void => {
      this.soonIdle();
    };
    result.then(soonIdle, soonIdle);
    return orAborted(result, signal, () => {
      this.takeBack(errand, reasonOf(signal!));
    });
  }

  /** How things are with the queue: from what was heard last, without asking anybody. */
  report(): QueueReport {
    const { survey, deliveries, own, reach } = this;
    const { waiting, taken, retries } = survey.counts;
    return {
      namespace: this.options.namespace,
      reachable: !reach.away,
      chunks_waiting: waiting,
      chunks_taken: taken,
      chunks_done: deliveries.done,
      chunks_done_here: own.done,
      retries,
      results_waiting: deliveries.not_durable,
      audited: deliveries.audited,
      workers: survey.workers.report(this.options.clock.now()),
      put_out: deliveries.incoming.put_out,
      dead_letters: survey.dead_letters,
    };
  }

  watch(grown: () => void): void {
    this.onGrown = grown;
  }

  private begin(errand: Errand): void {
    if (this.own.hasSlot()) this.own.compute(errand);
    else this.offer(errand);
  }

  /** An earlier manager's result is being audited: where that is wrong, the chunk is computed as any other is. */
  private beginUnless(errand: Errand, ready: Promise<ChunkResult | undefined>): void {
    errand.here = true;
    ready.then(
      (result) => {
        if (!this.errands.isOpen(errand)) return;
        errand.here = false;
        if (result === undefined) this.begin(errand);
        else this.errands.settle(errand, result);
      },
      (error: unknown) => {
        this.errands.fail(errand, error);
      },
    );
  }

  /** What is asked for next is so by then: where nothing but audits is waited for, they are made. */
  private soonIdle(): void {
    setImmediate(() => {
      if (!this.isClosing()) this.deliveries.auditWaiting();
    });
  }

  /** The rows stand in metrics files. */
  release(result: ChunkResult): void {
    if (!this.deliveries.has(result)) this.options.local?.release(result);
  }

  acknowledge(result: ChunkResult): void {
    this.deliveries.acknowledge(result);
  }

  found(experiment: string, present: readonly PermutationRange[]): void {
    this.deliveries.found(experiment, present);
  }

  close(): Promise<void> {
    return (this.closed ??= this.end());
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private async end(): Promise<void> {
    this.closing.abort();
    this.stopSurveys();
    for (const errand of this.errands.all()) this.takeBack(errand, closed());
    await Promise.all([this.receiving, this.surveying, ...this.asides]);
    const { transport } = this.options;
    try {
      await this.deliveries.incoming.tell();
      // Another manager's word stays.
      if (!this.is_lost) await transport.announce(undefined);
    } catch (error) {
      if (!isUnreachable(error)) throw error; // the broker is away: the lease runs out by itself
    } finally {
      await transport.close();
    }
  }

  /** Where that fails it is offered again by the survey. */
  private offer({ id, task }: Errand): void {
    this.aside(this.options.transport.offer(id, offeredText({ run: this.run, chunk: task })));
  }

  /** Something that the broker is told by the way. */
  private aside(work: Promise<unknown>): void {
    const told = work
      .then(
        () => {
          this.reach.here();
        },
        (error: unknown) => {
          this.reach.gone(error);
        },
      )
      .finally(() => this.asides.delete(told));
    this.asides.add(told);
  }

  private takeBack(errand: Errand, reason: Error): void {
    if (!this.errands.fail(errand, reason)) return;
    errand.taken_back.abort(reason);
    // What its worker sends all the same is for a later run.
    if (!errand.local) this.aside(this.options.transport.cancel(errand.id));
  }

  private async receive(): Promise<void> {
    const { transport, clock } = this.options;
    while (!this.isClosing()) {
      try {
        const ids = await orAborted(transport.newResults(WAIT_MS), this.closing.signal);
        await this.deliveries.incoming.takeAll(ids);
        this.reach.here();
      } catch (error) {
        if (this.isClosing()) return;
        this.reach.gone(error);
        await clock.sleep(WAIT_MS, this.closing.signal);
      }
    }
  }

  /** Whatever the broker has lost is given to it again, and what waits there while threads of this machine idle is computed here. */
  private async lookAround(): Promise<void> {
    const { transport } = this.options;
    try {
      await transport.renew();
      await this.survey.announce();
      await this.survey.look();
      this.onGrown();
      await this.deliveries.incoming.takeAll(await transport.results());
      await this.survey.offerLost();
      this.reach.here();
    } catch (error) {
      if (error instanceof EngineError && error.code === 'LOCKED') this.lost(error);
      else this.reach.gone(error);
    }
    if (!this.isClosing()) await this.own.steal();
  }

  private lost(error: EngineError): void {
    if (this.is_lost) return;
    this.is_lost = true;
    this.options.onLost(error);
  }
}

function closed(): EngineError {
  return new EngineError('STOPPED', 'The queue was closed before this was done.');
}
