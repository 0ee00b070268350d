import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import { every, type Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import type { Executor } from '../execute/executor.ts';
import type { KeptColumns } from '../execute/kept-columns.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import { orAborted, reasonOf } from '../execute/or-aborted.ts';
import { errorOf } from '../model/error-record.ts';
import { checkedResult } from './check-result.ts';
import { chunkKey } from './chunk-key.ts';
import { HeldResults } from './held-results.ts';
import { receiveResult, type ReceivedResult } from './result-frame.ts';
import type { SentSetup } from './setup-blobs.ts';
import type { ChunkState, ManagerTransport } from './transport.ts';
import { announcementText, offeredText, workerNoteOf, type Announcement, type WorkerNote } from './wire.ts';

/** How often the broker is asked whether it still has what it was given [ms]. */
const SURVEY_MS = 2_000;
/** A chunk that the broker does not know counts as lost when it was offered so long ago [ms]: results and acknowledgments are on their way, too. */
const LOST_AFTER_MS = 3_000;
/** Results are waited for so long at a time [ms]. */
const WAIT_MS = 1_000;
/** Chunks on their way while no worker is known. */
const LEAST_PARALLEL = 4;
const MOST_PARALLEL = 4_096;
/** A worker is told to go when so many of its results were not what they must be. */
const MOST_FAULTS = 3;

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

/** A chunk that is asked for. */
interface Errand {
  readonly id: string;
  readonly task: ChunkTask;
  readonly keep: KeptColumns | undefined;
  offered_ms: number;
  /** Computed here by now. */
  local: boolean;
  readonly taken_back: AbortController;
  readonly resolve: (result: ChunkResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Chunks are computed by workers on other machines, and by this one's threads where there are any. The broker between them is disposable: what is asked for is
 * known here, what is computed is in the metrics files, so whatever the broker loses is offered again, and whatever comes late or twice is dropped. Without a
 * broker this machine goes on alone.
 */
export class QueueExecutor implements Executor {
  private readonly options: QueueExecutorOptions;
  private readonly run = randomUUID().slice(0, 8);
  private readonly errands = new Map<string, Errand>();
  /** Results that were handed over and whose rows are not durable yet, with their ids. */
  private readonly unacknowledged = new Map<ChunkResult, string>();
  /** Ids of results that came and that the broker still has. */
  private readonly in_hand = new Set<string>();
  /** Those of them that are done with; the broker is still to be told. */
  private done: string[] = [];
  /** What the broker was told and has not answered. */
  private readonly asides = new Set<Promise<void>>();
  private readonly held = new HeldResults();
  private notes: readonly WorkerNote[] = [];
  private readonly faults = new Map<string, number>();
  private n_errands = 0;
  private local_busy = 0;
  private stopSurvey: () => void = () => undefined;
  private readonly closing = new AbortController();
  private receiving: Promise<void> = Promise.resolve();
  private surveying: Promise<void> | undefined;
  private away = false;
  private closed: Promise<void> | undefined;

  private constructor(options: QueueExecutorOptions) {
    this.options = options;
    setMaxListeners(0, this.closing.signal);
  }

  /** Takes the namespace and tells the workers. Throws LOCKED where another manager has it, QUEUE where there is no broker. */
  static async open(options: QueueExecutorOptions): Promise<QueueExecutor> {
    const { transport, clock } = options;
    const executor = new QueueExecutor(options);
    await transport.claim();
    try {
      await transport.clear();
      await executor.announce();
      await executor.takeAll(await transport.results());
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

  /** Twice as many as there are threads, so that none waits for the next. */
  get parallel(): number {
    const threads = this.notes.reduce((sum, note) => sum + note.threads, 0);
    const wanted = 2 * threads + (this.options.local?.parallel ?? 0);
    return Math.min(MOST_PARALLEL, Math.max(LEAST_PARALLEL, wanted));
  }

  get workers(): readonly WorkerNote[] {
    return this.notes;
  }

  compute(task: ChunkTask, signal?: AbortSignal, keep?: KeptColumns): Promise<ChunkResult> {
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    if (this.closing.signal.aborted) return Promise.reject(closed());
    const ready = this.fromHeld(task);
    if (ready !== undefined) return Promise.resolve(ready);
    const id = `${this.run}-${this.n_errands}`;
    this.n_errands += 1;
    let errand: Errand | undefined;
    const result = new Promise<ChunkResult>((resolve, reject) => {
      errand = {
        id,
        task,
        keep,
        offered_ms: this.options.clock.now(),
        local: false,
        taken_back: new AbortController(),
        resolve,
        reject,
      };
    });
    this.errands.set(id, errand!);
    if (this.hasLocalSlot) this.computeHere(errand!);
    else this.offer(errand!);
    return orAborted(result, signal, () => {
      this.takeBack(errand!, reasonOf(signal!));
    });
  }

  /** The rows stand in metrics files. */
  release(result: ChunkResult): void {
    if (!this.unacknowledged.has(result)) this.options.local?.release(result);
  }

  acknowledge(result: ChunkResult): void {
    const id = this.unacknowledged.get(result);
    if (id === undefined) return;
    this.unacknowledged.delete(result);
    this.drop(id);
  }

  close(): Promise<void> {
    return (this.closed ??= this.end());
  }

  private async end(): Promise<void> {
    this.closing.abort();
    this.stopSurvey();
    for (const errand of [...this.errands.values()]) this.takeBack(errand, closed());
    await Promise.all([this.receiving, this.surveying, ...this.asides]);
    const { transport } = this.options;
    try {
      await this.tellDone();
      await transport.announce(undefined);
    } catch (error) {
      if (!isQueueError(error)) throw error; // the broker is away: the lease runs out by itself
    } finally {
      await transport.close();
    }
  }

  // What is asked for

  private get hasLocalSlot(): boolean {
    const { local } = this.options;
    return local !== undefined && this.local_busy < local.parallel;
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
          this.here();
        },
        (error: unknown) => {
          this.gone(error);
        },
      )
      .finally(() => this.asides.delete(told));
    this.asides.add(told);
  }

  private computeHere(errand: Errand): void {
    errand.local = true;
    this.local_busy += 1;
    void this.options
      .local!.compute(errand.task, errand.taken_back.signal, errand.keep)
      .then(
        (result) => {
          // A worker may have been faster after all.
          if (this.errands.delete(errand.id)) errand.resolve(result);
          else this.options.local!.release(result);
        },
        (error: unknown) => {
          if (this.errands.delete(errand.id)) errand.reject(error instanceof Error ? error : new Error(String(error)));
        },
      )
      .finally(() => {
        this.local_busy -= 1;
        // Whoever waits for a slot takes it first.
        setImmediate(() => void this.steal());
      });
  }

  /** Threads of this machine that would idle take what waits at the broker, or may: without a broker, everything. */
  private async steal(): Promise<void> {
    if (!this.hasLocalSlot || this.closing.signal.aborted) return;
    const offered = [...this.errands.values()].filter(({ local }) => !local);
    if (offered.length === 0) return;
    const { transport } = this.options;
    try {
      const states = await transport.states(offered.map(({ id }) => id));
      for (const [k, errand] of offered.entries()) {
        if (!this.hasLocalSlot) return;
        if (states[k] !== 'waiting' || errand.local || !this.errands.has(errand.id)) continue;
        // Whoever else looks for something to do passes it over meanwhile.
        errand.local = true;
        const is_ours = await transport.withdraw(errand.id);
        errand.local = false;
        if (is_ours && this.errands.has(errand.id) && this.hasLocalSlot) this.computeHere(errand);
        else if (is_ours && this.errands.has(errand.id)) this.offer(errand);
      }
    } catch (error) {
      this.gone(error);
      for (const errand of offered)
        if (this.hasLocalSlot && this.errands.has(errand.id) && !errand.local) this.computeHere(errand);
    }
  }

  private takeBack(errand: Errand, reason: Error): void {
    if (!this.errands.delete(errand.id)) return;
    errand.taken_back.abort(reason);
    errand.reject(reason);
    // What its worker sends all the same is for a later run.
    if (!errand.local) this.aside(this.options.transport.cancel(errand.id));
  }

  // What comes

  private async receive(): Promise<void> {
    const { transport, clock } = this.options;
    while (!this.closing.signal.aborted) {
      try {
        await this.takeAll(await orAborted(transport.newResults(WAIT_MS), this.closing.signal));
        this.here();
      } catch (error) {
        if (this.closing.signal.aborted) return;
        this.gone(error);
        await clock.sleep(WAIT_MS, this.closing.signal);
      }
    }
  }

  private async takeAll(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (this.in_hand.has(id)) continue;
      this.in_hand.add(id);
      try {
        await this.takeOne(id);
      } catch (error) {
        this.in_hand.delete(id);
        throw error;
      }
    }
    await this.tellDone();
  }

  private async takeOne(id: string): Promise<void> {
    // Of this run, and nobody waits for it: it came twice, or late.
    const is_late = (): boolean => !this.errands.has(id) && id.startsWith(`${this.run}-`);
    const bytes = is_late() ? undefined : await this.options.transport.result(id);
    if (bytes === undefined || is_late()) {
      this.drop(id);
      return;
    }
    const received = this.received(id, bytes);
    if (received === undefined) return;
    const errand = this.errands.get(id);
    if (errand === undefined) this.hold(id, received, bytes.length);
    else this.deliver(errand, received);
  }

  /** Undefined where it is not what it must be: it is dropped then. */
  private received(id: string, bytes: Uint8Array): ReceivedResult | undefined {
    try {
      const received = receiveResult(bytes);
      const { engine, node_major, worker } = received.header;
      if (engine === this.options.engine && node_major === this.options.node_major) return received;
      this.fault(worker, `it computes with permafrost ${engine} on Node.js ${node_major}`);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.fault('', error.message);
    }
    this.refuse(id);
    return undefined;
  }

  private deliver(errand: Errand, received: ReceivedResult): void {
    const { header } = received;
    if (header.failed !== undefined) {
      this.errands.delete(errand.id);
      this.drop(errand.id);
      errand.reject(errorOf(header.failed));
      return;
    }
    const result =
      header.key === chunkKey(errand.task) ? checkedResult(errand.task, received) : 'it is of another chunk';
    if (typeof result === 'string') {
      this.fault(header.worker, result);
      this.refuse(errand.id);
      return;
    }
    this.errands.delete(errand.id);
    this.unacknowledged.set(result, errand.id);
    errand.resolve(result);
  }

  /** The result of an earlier manager's chunk: for whoever asks for the same. */
  private hold(id: string, received: ReceivedResult, bytes: number): void {
    if (received.header.failed !== undefined || received.header.cannot_prepare !== undefined) this.drop(id);
    else for (const dropped of this.held.add(id, received, bytes)) this.drop(dropped);
  }

  private fromHeld(task: ChunkTask): ChunkResult | undefined {
    const found = this.held.take(chunkKey(task));
    if (found === undefined) return undefined;
    const result = checkedResult(task, found.received);
    if (typeof result === 'string') {
      this.drop(found.id);
      return undefined;
    }
    this.unacknowledged.set(result, found.id);
    return result;
  }

  private fault(worker: string, why: string): void {
    const faults = (this.faults.get(worker) ?? 0) + 1;
    this.faults.set(worker, faults);
    if (faults > MOST_FAULTS) return;
    if (faults === MOST_FAULTS && worker !== '') this.aside(this.options.transport.expel(worker, why));
    const who = this.notes.find((note) => note.worker === worker);
    const whose = who === undefined ? '' : ` of the worker on ${who.host} (pid ${who.pid})`;
    this.options.warn(`A result${whose} is not taken: ${why}. It is computed again.`);
  }

  /** The bytes go, and the chunk, if it is wanted, to somebody else. */
  private refuse(id: string): void {
    const errand = this.errands.get(id);
    this.drop(id);
    if (errand !== undefined && !errand.local) errand.offered_ms = -Infinity;
  }

  private drop(id: string): void {
    this.done.push(id);
  }

  private async tellDone(): Promise<void> {
    if (this.done.length === 0) return;
    const ids = this.done.splice(0);
    try {
      await this.options.transport.acknowledge(ids);
      for (const id of ids) this.in_hand.delete(id);
    } catch (error) {
      this.done.unshift(...ids);
      throw error;
    }
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
      await this.takeAll(await transport.results());
      await this.offerLost();
      this.here();
    } catch (error) {
      if (error instanceof EngineError && error.code === 'LOCKED') this.options.onLost(error);
      else this.gone(error);
    }
    await this.steal();
  }

  private async offerLost(): Promise<void> {
    const { transport, clock } = this.options;
    const old = [...this.errands.values()].filter(
      (each) => !each.local && clock.now() - each.offered_ms > LOST_AFTER_MS,
    );
    const states = await transport.states(old.map(({ id }) => id));
    for (const [k, errand] of old.entries()) await this.seeTo(errand, states[k]!);
  }

  private async seeTo(errand: Errand, state: ChunkState): Promise<void> {
    if (errand.local || !this.errands.has(errand.id)) return;
    if (state === 'missing') {
      errand.offered_ms = this.options.clock.now();
      this.offer(errand);
    } else if (state === 'dead') {
      const why = await this.options.transport.deathOf(errand.id);
      if (!this.errands.delete(errand.id)) return;
      errand.reject(new EngineError('WORKER', `No worker could compute it. The last one said: ${why}`));
    }
  }

  private gone(error: unknown): void {
    if (!isQueueError(error)) throw error;
    if (this.away || this.closing.signal.aborted) return;
    this.away = true;
    const alone =
      this.options.local === undefined ? 'The run waits for it' : 'This machine goes on alone until it is back';
    this.options.warn(`${error.message} ${alone}; nothing is lost.`);
  }

  private here(): void {
    if (!this.away) return;
    this.away = false;
    this.options.warn('The queue is back.');
  }
}

function isQueueError(error: unknown): error is EngineError {
  return error instanceof EngineError && error.code === 'QUEUE';
}

function closed(): EngineError {
  return new EngineError('STOPPED', 'The queue was closed before this was done.');
}
