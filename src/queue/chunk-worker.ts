import { setMaxListeners } from 'node:events';

import type { Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import type { Executor } from '../execute/executor.ts';
import type { ProgramFolder } from '../execute/program-files.ts';
import type { GivenSetup } from '../execute/setup.ts';
import type { Kernel } from '../model/model.ts';
import type { BlobCache } from './blob-cache.ts';
import { answerOf } from './chunk-answer.ts';
import { Outbox } from './outbox.ts';
import { expelledError, noLeave, nodeMajor, refusal } from './refusal.ts';
import { frameResult, ofChunk } from './result-frame.ts';
import { receivedSetup } from './setup-blobs.ts';
import type { Spool } from './spool.ts';
import { GivenBack, isUnreachable, type Consumer, type TakenChunk, type WorkerTransport } from './transport.ts';
import {
  announcementOf,
  LONGEST_NAME,
  offeredChunk,
  workerNoteText,
  type Announcement,
  type OfferedChunk,
} from './wire.ts';

/** How often it is asked what is computed now, and said that this worker is alive [ms]. */
const BEAT_MS = 1_000;
/** After a stop, chunks in hand are waited for this long [ms]; what is longer goes back. */
const GRACE_MS = 2_500;
/** What an id is that a file may be named by. */
const ID = /^[0-9a-z-]{1,64}$/;

export interface ChunkWorkerOptions {
  readonly transport: WorkerTransport;
  /** Threads of this machine that compute with these setups. */
  readonly open: (setups: readonly GivenSetup[]) => Executor;
  readonly threads: number;
  readonly clock: Clock;
  readonly spool: Spool;
  readonly cache: BlobCache;
  /** A new folder for the files of programs. */
  readonly programs: () => ProgramFolder;
  readonly kernel: Kernel;
  /** Code that comes by the queue may run here. */
  readonly allow_models: boolean;
  /** Ends after so long without a chunk [ms]; undefined: never. */
  readonly max_idle_ms: number | undefined;
  readonly engine: string;
  readonly node: string;
  /** Its name in the queue, which no other has. */
  readonly worker: string;
  readonly host: string;
  readonly pid: number;
  readonly tell: (event: WorkerEvent) => void;
}

/** What a worker tells whoever watches it: plain data. */
export type WorkerEvent =
  | { readonly type: 'waiting' }
  | { readonly type: 'computing'; readonly manager: string; readonly setups: number }
  | { readonly type: 'warning'; readonly message: string }
  | ({ readonly type: 'progress' } & WorkerCounts);

/** What a worker has computed since it started, and what waits on its disk. */
export interface WorkerCounts {
  readonly chunks: number;
  readonly permutations: number;
  /** Results on its disk that could not be sent yet. */
  readonly spooled: number;
  readonly spooled_bytes: number;
}

/** What is computed now, and who computes it here. */
interface Campaign {
  readonly text: string;
  readonly said: Announcement;
  readonly executor: Executor;
  readonly programs: ProgramFolder;
  in_hand: number;
  over: boolean;
}

/** Takes chunks from a queue, computes them, and sends what they give. What cannot be sent is kept until it can be. */
export class ChunkWorker {
  private readonly options: ChunkWorkerOptions;
  private readonly ended = new AbortController();
  private readonly given_back = new AbortController();
  private readonly outbox: Outbox;
  private campaign: Campaign | undefined;
  private consumer: Consumer | undefined;
  private chunks = 0;
  private permutations = 0;
  private in_hand = 0;
  private last_chunk_ms: number;
  private error: Error | undefined;
  private is_expelled = false;

  constructor(options: ChunkWorkerOptions) {
    this.options = options;
    this.last_chunk_ms = options.clock.now();
    setMaxListeners(0, this.given_back.signal, this.ended.signal);
    const { transport, spool, clock, tell } = options;
    const warn = (message: string): void => {
      tell({ type: 'warning', message });
    };
    this.outbox = new Outbox({ transport, spool, clock, warn, ended: this.ended.signal });
  }

  get counts(): WorkerCounts {
    const { spool } = this.options;
    return { chunks: this.chunks, permutations: this.permutations, spooled: spool.length, spooled_bytes: spool.bytes };
  }

  /**
   * Computes until the signal is aborted, nothing comes for too long, or this worker is refused: that is thrown, as EngineError IDENTITY, USAGE or QUEUE. What is in
   * hand is ended first where that is soon, else given back to the queue.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, tell, transport } = this.options;
    const end = (): void => {
      this.ended.abort();
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    tell({ type: 'waiting' });
    try {
      while (!this.ended.signal.aborted) {
        await this.beat();
        await clock.sleep(BEAT_MS, this.ended.signal);
      }
    } finally {
      signal.removeEventListener('abort', end);
      const cancel = clock.after(GRACE_MS, () => {
        this.given_back.abort(new GivenBack('this worker was stopped'));
      });
      await this.consumer?.stop();
      cancel();
      if (this.campaign !== undefined) await endOf(this.campaign);
      if (this.error !== undefined && !this.is_expelled) await this.sayWhy(this.error);
      await transport.close();
    }
    if (this.error !== undefined) throw this.error;
  }

  private async beat(): Promise<void> {
    const { transport, max_idle_ms, clock, worker } = this.options;
    try {
      const expelled = await transport.beat(worker, this.note());
      this.is_expelled = expelled !== undefined;
      if (expelled !== undefined) throw expelledError(expelled);
      await this.look();
      await this.outbox.sendSpooled();
      this.outbox.isBack();
    } catch (error) {
      if (isUnreachable(error)) this.outbox.isAway(error);
      else this.fail(error);
    }
    this.options.tell({ type: 'progress', ...this.counts });
    const idle_ms = clock.now() - this.last_chunk_ms;
    if (max_idle_ms !== undefined && this.in_hand === 0 && idle_ms >= max_idle_ms) this.ended.abort();
  }

  private note(refused?: string): string {
    const { worker, host, pid, threads, engine, node } = this.options;
    return workerNoteText({
      worker,
      host,
      pid,
      threads,
      engine,
      node,
      ...this.counts,
      ...(refused !== undefined && { refused }),
    });
  }

  /** Whoever waits at the manager for this worker sees that it will not come. */
  private async sayWhy({ message }: Error): Promise<void> {
    const { transport, worker } = this.options;
    try {
      await transport.beat(worker, this.note(message.slice(0, LONGEST_NAME)));
    } catch {
      return; // the broker is away: this machine says it, and nobody else
    }
  }

  /** What is computed now: where that is something new, threads are opened for it. */
  private async look(): Promise<void> {
    const { transport, tell } = this.options;
    const text = await transport.announcement();
    if (text === undefined || text === this.campaign?.text) return;
    const said = announcementOf(text);
    const wrong = refusal(said, this.options);
    if (wrong !== undefined) throw wrong;
    const setups: GivenSetup[] = [];
    const programs = this.options.programs();
    try {
      for (const named of said.setups) setups.push(await this.setup(named, programs));
    } catch (error) {
      await programs.remove();
      throw error;
    }
    this.retire();
    this.campaign = { text, said, executor: this.options.open(setups), programs, in_hand: 0, over: false };
    tell({ type: 'computing', manager: said.manager, setups: setups.length });
    // One more than there are threads: it is at hand when a thread is free.
    this.consumer ??= transport.consume(this.options.threads + 1, (chunk) => this.compute(chunk));
  }

  private setup(named: Announcement['setups'][number], programs: ProgramFolder): Promise<GivenSetup> {
    const { cache, transport, kernel, allow_models } = this.options;
    return receivedSetup(named, {
      blobOf: (sha256) => cache.get(sha256, (each) => transport.blob(each)),
      check: (model) => {
        if ('code' in model && !allow_models) throw noLeave(model);
      },
      unpack: (model, files) => programs.unpack(model, files),
      kernel,
    });
  }

  /** The threads of what was computed before end with their last chunk. */
  private retire(): void {
    const { campaign } = this;
    if (campaign === undefined) return;
    campaign.over = true;
    this.leave(campaign);
  }

  private leave(campaign: Campaign): void {
    if (campaign.over && campaign.in_hand === 0) void endOf(campaign);
  }

  private async compute({ id, chunk: text, cancelled }: TakenChunk): Promise<void> {
    const { clock } = this.options;
    if (!ID.test(id)) throw new EngineError('QUEUE', 'A chunk came under an id that this engine never gives.');
    const offered = offeredChunk(text);
    const campaign = await this.campaignOf(offered);
    // Of a run that is over.
    if (campaign === undefined) return;
    this.last_chunk_ms = clock.now();
    campaign.in_hand += 1;
    this.in_hand += 1;
    try {
      const frame = await this.frameOf(campaign, offered, cancelled);
      if (frame !== undefined) await this.outbox.send(id, frame);
    } finally {
      campaign.in_hand -= 1;
      this.in_hand -= 1;
      this.last_chunk_ms = clock.now();
      this.leave(campaign);
    }
  }

  private async campaignOf({ run, chunk }: OfferedChunk): Promise<Campaign | undefined> {
    if (this.campaign?.said.run !== run) {
      try {
        await this.look();
      } catch (error) {
        if (!isUnreachable(error)) this.fail(error);
        throw new GivenBack('this worker does not know what it is computed with');
      }
    }
    const { campaign } = this;
    const known = campaign?.said.run === run && campaign.said.setups.some(({ id }) => id === chunk.setup);
    return known ? campaign : undefined;
  }

  /** Undefined where nobody waits for it any more. */
  private async frameOf(
    { executor }: Campaign,
    { chunk }: OfferedChunk,
    cancelled: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    const { engine, node, worker } = this.options;
    const work = executor.compute(chunk, AbortSignal.any([cancelled, this.given_back.signal]));
    const answer = await answerOf(work, cancelled);
    if (answer === undefined) return undefined;
    if (answer instanceof EngineError) {
      this.fail(answer);
      throw new GivenBack('this machine cannot run the program');
    }
    const origin = { engine, node_major: nodeMajor(node), worker, ...ofChunk(chunk) };
    const frame = frameResult(origin, answer);
    if ('failed' in answer) return frame;
    this.chunks += 1;
    this.permutations += chunk.count;
    executor.release(answer);
    return frame;
  }

  private fail(error: unknown): void {
    this.error ??= error instanceof Error ? error : new Error(String(error));
    this.ended.abort();
  }
}

async function endOf({ executor, programs }: Campaign): Promise<void> {
  await executor.close();
  await programs.remove();
}
