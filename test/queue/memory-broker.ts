import { EngineError } from '../../src/errors.ts';
import { GivenBack, type ChunkState, type ManagerTransport, type WorkerTransport } from '../../src/queue/transport.ts';

interface Chunk {
  readonly id: string;
  readonly text: string;
  state: 'waiting' | 'taken' | 'dead';
  attempts: number;
  why: string;
  cancelled: AbortController;
}

/** What goes wrong on the way. Each is asked at every message; nothing goes wrong where it is not given. */
export interface Faults {
  /** The message is lost, and whoever sent it is told that the broker cannot be reached. */
  readonly fails?: () => boolean;
  /** A result comes twice. */
  readonly twice?: () => boolean;
  /** A chunk that is being computed is given to another worker, too, as if its first one were dead. */
  readonly redelivered?: () => boolean;
  /** How many turns of the event loop a message takes. */
  readonly delay?: () => number;
  /** Bytes of a result as they come out. */
  readonly damaged?: (bytes: Uint8Array) => Uint8Array;
}

/** A broker in this process's memory, which can lose everything, be away, and give things twice. */
export class MemoryBroker {
  readonly chunks = new Map<string, Chunk>();
  readonly kept = new Map<string, Uint8Array>();
  readonly blobs = new Map<string, Uint8Array>();
  readonly notes = new Map<string, string>();
  readonly expelled = new Map<string, string>();
  announced: string | undefined;
  /** How often a chunk was begun again. */
  retries = 0;
  holder: object | undefined;
  /** Nobody reaches it. */
  down = false;
  /** It takes no results: its memory is full. */
  full = false;
  readonly attempts: number;
  private readonly faults: Faults;
  private news: string[] = [];
  private readonly wakers = new Set<() => void>();

  constructor({ attempts = 2, faults = {} }: { readonly attempts?: number; readonly faults?: Faults } = {}) {
    this.attempts = attempts;
    this.faults = faults;
  }

  /** It forgets everything, as FLUSHALL does. */
  flush(): void {
    for (const all of [this.chunks, this.kept, this.blobs, this.notes]) all.clear();
    this.announced = undefined;
    this.holder = undefined;
    this.news = [];
  }

  private async message(): Promise<void> {
    for (let turns = this.faults.delay?.() ?? 0; turns >= 0; turns -= 1)
      await new Promise((resolve) => setImmediate(resolve));
    if (this.down || this.faults.fails?.() === true)
      throw new EngineError('QUEUE', 'The queue cannot be reached: connection refused.');
  }

  private wake(): void {
    for (const waker of [...this.wakers]) waker();
  }

  /** Resolves when something has changed, or after `ms`. */
  private changed(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const wakers = this.wakers;
      function done(): void {
        clearTimeout(timer);
        wakers.delete(done);
        resolve();
      }
      wakers.add(done);
    });
  }

  private keep(id: string, bytes: Uint8Array): void {
    this.kept.set(id, Uint8Array.from(this.faults.damaged?.(bytes) ?? bytes));
    this.news.push(id);
    if (this.faults.twice?.() === true) this.news.push(id);
    this.wake();
  }

  /** Whether a manager has the namespace. */
  get claimed(): boolean {
    return this.holder !== undefined;
  }

  manager(): ManagerTransport {
    const self = {};
    const stateOf = (id: string): ChunkState =>
      this.kept.has(id) ? 'answered' : (this.chunks.get(id)?.state ?? 'missing');
    return {
      claim: async () => {
        await this.message();
        if (this.holder !== undefined && this.holder !== self)
          throw new EngineError('LOCKED', 'Another manager has the namespace.');
        this.holder = self;
      },
      renew: async () => {
        await this.message();
        if (this.holder !== undefined && this.holder !== self)
          throw new EngineError('LOCKED', 'Another manager has taken the namespace.');
        this.holder = self;
      },
      announce: async (announcement) => {
        await this.message();
        this.announced = announcement;
        this.wake();
      },
      putBlob: async (sha256, bytes) => {
        await this.message();
        this.blobs.set(sha256, Uint8Array.from(bytes));
      },
      clear: async () => {
        await this.message();
        for (const { id, state } of [...this.chunks.values()]) if (state !== 'taken') this.chunks.delete(id);
      },
      offer: async (id, text) => {
        await this.message();
        if (!this.chunks.has(id))
          this.chunks.set(id, { id, text, state: 'waiting', attempts: 0, why: '', cancelled: new AbortController() });
        this.wake();
      },
      withdraw: async (id) => {
        await this.message();
        if (this.chunks.get(id)?.state !== 'waiting') return false;
        return this.chunks.delete(id);
      },
      cancel: async (id) => {
        await this.message();
        const chunk = this.chunks.get(id);
        chunk?.cancelled.abort();
        if (chunk?.state !== 'taken') this.chunks.delete(id);
      },
      states: async (ids) => {
        await this.message();
        return ids.map(stateOf);
      },
      deathOf: async (id) => {
        await this.message();
        const { why = '', attempts = 0 } = this.chunks.get(id) ?? {};
        return { why, tries: attempts };
      },
      counts: async () => {
        await this.message();
        const states = [...this.chunks.values()].map(({ state }) => state);
        const count = (wanted: string): number => states.filter((state) => state === wanted).length;
        return { waiting: count('waiting'), taken: count('taken'), retries: this.retries };
      },
      newResults: async (wait_ms) => {
        await this.message();
        if (this.news.length === 0) await this.changed(wait_ms);
        return this.news.splice(0);
      },
      results: async () => {
        await this.message();
        return [...this.kept.keys()];
      },
      result: async (id) => {
        await this.message();
        return this.kept.get(id);
      },
      acknowledge: async (ids) => {
        await this.message();
        for (const id of ids) this.kept.delete(id);
      },
      workers: async () => {
        await this.message();
        return [...this.notes.values()].map((note) => ({ note, ago_ms: 0 }));
      },
      expel: async (worker, why) => {
        await this.message();
        this.expelled.set(worker, why);
      },
      close: () => {
        if (this.holder === self) this.holder = undefined;
        this.wake();
        return Promise.resolve();
      },
    };
  }

  /** `dies`: from then on nothing that this end does is seen, and others get what it had in hand. */
  worker(dies?: AbortSignal): WorkerTransport {
    let noted = '';
    const message = async (): Promise<void> => {
      await this.message();
      if (dies?.aborted === true) await new Promise(() => undefined);
    };
    return {
      announcement: async () => {
        await message();
        return this.announced;
      },
      blob: async (sha256) => {
        await message();
        return this.blobs.get(sha256);
      },
      consume: (at_once, compute) => {
        let in_hand = 0;
        let stopped = false;
        const mine = new Set<Chunk>();
        const take = (chunk: Chunk): void => {
          chunk.state = 'taken';
          chunk.attempts += 1;
          if (chunk.attempts > 1) this.retries += 1;
          in_hand += 1;
          mine.add(chunk);
          if (this.faults.redelivered?.() === true)
            setImmediate(() => {
              if (chunk.state === 'taken') chunk.state = 'waiting';
              this.wake();
            });
          const { id, text, cancelled } = chunk;
          void compute({ id, chunk: text, cancelled: cancelled.signal })
            .then(
              () => {
                if (dies?.aborted !== true && this.chunks.get(id) === chunk) this.chunks.delete(id);
              },
              (error: unknown) => {
                if (dies?.aborted === true) return;
                if (error instanceof GivenBack) chunk.attempts -= 1;
                chunk.why = (error as Error).message;
                chunk.state = chunk.attempts >= this.attempts ? 'dead' : 'waiting';
              },
            )
            .finally(() => {
              in_hand -= 1;
              mine.delete(chunk);
              this.wake();
            });
        };
        const work = async (): Promise<void> => {
          while (!stopped && dies?.aborted !== true) {
            const next = [...this.chunks.values()].find(({ state }) => state === 'waiting');
            if (next === undefined || in_hand >= at_once || this.down) await this.changed(20);
            else take(next);
          }
        };
        dies?.addEventListener('abort', () => {
          for (const chunk of mine) if (chunk.state === 'taken') chunk.state = 'waiting';
          this.notes.delete(noted);
          this.wake();
        });
        void work();
        return {
          stop: async () => {
            stopped = true;
            while (in_hand > 0 && dies?.aborted !== true) await this.changed(5);
          },
        };
      },
      submit: async (id, result) => {
        await message();
        if (this.full) throw new EngineError('QUEUE', 'The queue takes nothing: its memory is full.');
        this.keep(id, result);
      },
      beat: async (worker, note) => {
        await message();
        noted = worker;
        this.notes.set(worker, note);
        return this.expelled.get(worker);
      },
      close: () => {
        this.notes.delete(noted);
        return Promise.resolve();
      },
    };
  }
}
