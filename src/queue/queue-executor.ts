import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import { every, type Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import type { Executor } from '../execute/executor.ts';
import type { KeptColumns } from '../execute/kept-columns.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import { orAborted, reasonOf } from '../execute/or-aborted.ts';
import { errorOf } from '../model/error-record.ts';
import type { SummariseOptions } from '../statistics/summarise.ts';
import { checkedResult } from './check-result.ts';
import { chunkKey } from './chunk-key.ts';
import { Errands, type Errand } from './errands.ts';
import { HeldResults } from './held-results.ts';
import { Incoming, type Recipient } from './incoming.ts';
import { OwnThreads } from './own-threads.ts';
import type { ReceivedResult } from './result-frame.ts';
import type { SentSetup } from './setup-blobs.ts';
import { isUnreachable, type ChunkState, type ManagerTransport } from './transport.ts';
import { announcementText, offeredText, workerNoteOf, type Announcement, type WorkerNote } from './wire.ts';

/** How often the broker is asked whether it still has what it was given [ms]. */
const SURVEY_MS = 2_000;
/** A chunk that the broker does not know counts as lost when it was offered so long ago [ms]: results and acknowledgments are on their way, too. */
const LOST_AFTER_MS = 3_000;
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
  readonly setups: readonly SentSetup[];
  readonly clock: Clock;
  readonly engine: string;
  readonly node_major: number;
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
  /** Results that were handed over and whose rows are not durable yet, each with what says which ids are done with when they are. */
  private readonly unacknowledged = new Map<ChunkResult, () => readonly string[]>();
  private readonly incoming: Incoming;
  /** What the broker was told and has not answered. */
  private readonly asides = new Set<Promise<void>>();
  private readonly held = new HeldResults();
  private notes: readonly WorkerNote[] = [];
  private stopSurvey: () => void = () => undefined;
  private readonly closing = new AbortController();
  private receiving: Promise<void> = Promise.resolve();
  private surveying: Promise<void> | undefined;
  private away = false;
  private is_lost = false;
  private closed: Promise<void> | undefined;

  private constructor(options: QueueExecutorOptions) {
    this.options = options;
    setMaxListeners(0, this.closing.signal);
    const { transport, engine, node_major, warn } = options;
    const recipient: Recipient = {
      isLate: (id) => this.errands.isLate(id),
      take: (id, received, bytes) => {
        this.take(id, received, bytes);
      },
      refused: (id) => {
        this.offerSoon(id);
      },
      worker: (name) => this.notes.find((note) => note.worker === name),
      warn,
    };
    this.incoming = new Incoming({ transport, engine, node_major, recipient });
    this.own = new OwnThreads({
      local: options.local,
      errands: this.errands,
      transport,
      offer: (errand) => {
        this.offer(errand);
      },
      gone: (error) => {
        this.gone(error);
      },
    });
  }

  /** Takes the namespace and tells the workers. Throws LOCKED where another manager has it, QUEUE where there is no broker. */
  static async open(options: QueueExecutorOptions): Promise<QueueExecutor> {
    const { transport, clock } = options;
    const executor = new QueueExecutor(options);
    try {
      await transport.claim();
      await transport.clear();
      await executor.announce();
      await executor.incoming.takeAll(await transport.results());
      await executor.look();
    } catch (error) {
      await transport.close();
      throw error;
    }
    executor.receiving = executor.receive();
    executor.stopSurvey = every(clock, SURVEY_MS, () => {
      executor.surveying ??= executor.survey().finally(() => {
        executor.surveying = undefined;
      });
    });
    return executor;
  }

  /** So many for each thread that some wait at the broker: no worker waits for the way of a result here, and of the next chunk back. */
  get parallel(): number {
    const threads = this.notes.reduce((sum, note) => sum + note.threads, 0);
    const wanted = CHUNKS_PER_THREAD * threads + this.own.parallel;
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
    const ready = this.fromHeld(task);
    if (ready !== undefined) return Promise.resolve(ready);
    const [errand, result] = this.errands.add(task, { keep, summarise }, this.options.clock.now());
    if (this.own.hasSlot()) this.own.compute(errand);
    else this.offer(errand);
    return orAborted(result, signal, () => {
      this.takeBack(errand, reasonOf(signal!));
    });
  }

  /** The rows stand in metrics files. */
  release(result: ChunkResult): void {
    if (!this.unacknowledged.has(result)) this.options.local?.release(result);
  }

  acknowledge(result: ChunkResult): void {
    const done = this.unacknowledged.get(result);
    if (done === undefined) return;
    this.unacknowledged.delete(result);
    for (const id of done()) this.incoming.drop(id);
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  close(): Promise<void> {
    return (this.closed ??= this.end());
  }

  private async end(): Promise<void> {
    this.closing.abort();
    this.stopSurvey();
    for (const errand of this.errands.all()) this.takeBack(errand, closed());
    await Promise.all([this.receiving, this.surveying, ...this.asides]);
    const { transport } = this.options;
    try {
      await this.incoming.tell();
      // Another manager's word stays.
      if (!this.is_lost) await transport.announce(undefined);
    } catch (error) {
      if (!isUnreachable(error)) throw error; // the broker is away: the lease runs out by itself
    } finally {
      await transport.close();
    }
  }

  // What is asked for

  /** Where that fails it is offered again by the survey. */
  private offer({ id, task }: Errand): void {
    this.aside(this.options.transport.offer(id, offeredText({ run: this.run, chunk: task })));
  }

  /** A chunk whose result was refused: the survey finds that the broker does not have it. */
  private offerSoon(id: string): void {
    const errand = this.errands.get(id);
    if (errand !== undefined) errand.offered_ms = -Infinity;
  }

  /** Something that the broker is told by the way. */
  private aside(work: Promise<unknown>): void {
    const told = work
      .then(
        () => {
          this.here();
        },
        (error: unknown) => {
          this.gone(error);
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

  // What comes

  private async receive(): Promise<void> {
    const { transport, clock } = this.options;
    while (!this.isClosing()) {
      try {
        await this.incoming.takeAll(await orAborted(transport.newResults(WAIT_MS), this.closing.signal));
        this.here();
      } catch (error) {
        if (this.isClosing()) return;
        this.gone(error);
        await clock.sleep(WAIT_MS, this.closing.signal);
      }
    }
  }

  private take(id: string, received: ReceivedResult, bytes: number): void {
    const errand = this.errands.get(id);
    if (errand === undefined) this.hold(id, received, bytes);
    else this.deliver(errand, received);
  }

  private deliver(errand: Errand, received: ReceivedResult): void {
    const { header } = received;
    if (header.key !== chunkKey(errand.task)) {
      this.incoming.refuse(errand.id, header.worker, 'it is of another chunk');
    } else if (header.failed !== undefined) {
      this.incoming.drop(errand.id);
      this.errands.fail(errand, errorOf(header.failed));
    } else {
      const result = checkedResult(errand.task, received);
      if (typeof result === 'string') this.incoming.refuse(errand.id, header.worker, result);
      else {
        this.unacknowledged.set(result, () => [errand.id]);
        this.errands.settle(errand, result);
      }
    }
  }

  /** The result of an earlier manager's chunk: for whoever asks for the same. */
  private hold(id: string, received: ReceivedResult, bytes: number): void {
    if (received.header.failed !== undefined || received.header.cannot_prepare !== undefined) this.incoming.drop(id);
    else for (const dropped of this.held.add(id, received, bytes)) this.incoming.drop(dropped);
  }

  private fromHeld(task: ChunkTask): ChunkResult | undefined {
    if (this.held.length === 0) return undefined;
    const { experiment } = task.cell.schema;
    const result = this.held.take(task, (id, why) => {
      this.incoming.refuse(id, '', why);
    });
    if (result !== undefined) this.unacknowledged.set(result, () => this.held.acknowledged(experiment, result));
    return result;
  }

  // What the broker has

  private async announce(): Promise<void> {
    const { transport, setups, engine, node_major, manager } = this.options;
    for (const { blobs } of setups) for (const [sha256, bytes] of blobs) await transport.putBlob(sha256, bytes);
    const said: Announcement = { run: this.run, engine, node_major, manager, setups: setups.map(({ named }) => named) };
    await transport.announce(announcementText(said));
  }

  private async look(): Promise<void> {
    const texts = await this.options.transport.workers();
    this.notes = texts.flatMap((text) => workerNoteOf(text) ?? []);
  }

  /** Whatever the broker has lost is given to it again, and what waits there while threads of this machine idle is computed here. */
  private async survey(): Promise<void> {
    const { transport } = this.options;
    try {
      await transport.renew();
      await this.announce();
      await this.look();
      await this.incoming.takeAll(await transport.results());
      await this.offerLost();
      this.here();
    } catch (error) {
      if (error instanceof EngineError && error.code === 'LOCKED') this.lost(error);
      else this.gone(error);
    }
    if (!this.isClosing()) await this.own.steal();
  }

  private async offerLost(): Promise<void> {
    const { transport, clock } = this.options;
    const old = this.errands.offered().filter(({ offered_ms }) => clock.now() - offered_ms > LOST_AFTER_MS);
    const states = await transport.states(old.map(({ id }) => id));
    for (const [k, errand] of old.entries()) await this.seeTo(errand, states[k]!);
  }

  private async seeTo(errand: Errand, state: ChunkState): Promise<void> {
    if (errand.local || !this.errands.isOpen(errand)) return;
    if (state === 'missing') {
      errand.offered_ms = this.options.clock.now();
      this.offer(errand);
    } else if (state === 'dead') {
      const why = await this.options.transport.deathOf(errand.id);
      this.errands.fail(errand, new EngineError('WORKER', `No worker could compute it. The last one said: ${why}`));
    }
  }

  private lost(error: EngineError): void {
    if (this.is_lost) return;
    this.is_lost = true;
    this.options.onLost(error);
  }

  private gone(error: unknown): void {
    if (!isUnreachable(error)) throw error;
    if (this.away || this.isClosing()) return;
    this.away = true;
    const alone =
      this.options.local === undefined ? 'The run waits for it' : 'This machine continues alone until it is back';
    this.options.warn(`${error.message} ${alone}; nothing is lost.`);
  }

  private here(): void {
    if (!this.away) return;
    this.away = false;
    this.options.warn('The queue is back.');
  }
}

function closed(): EngineError {
  return new EngineError('STOPPED', 'The queue was closed before this was done.');
}
