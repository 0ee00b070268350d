import type { Redis } from 'ioredis';

import { EngineError } from '../../errors.ts';
import { LARGEST_BLOB } from '../setup-blobs.ts';
import { GivenBack, type Consumer, type TakenChunk, type WorkerTransport } from '../transport.ts';
import { queueAddress, type QueueReference } from './address.ts';
import { Connections } from './connection.ts';
import { KEPT_S, namesOf, PIECE_BYTES, WORKER_GONE_MS, type Names } from './names.ts';
import { queuePackages, type QueuePackages } from './packages.ts';
import { takeChunks } from './taking.ts';
import { Watchdog } from './watchdog.ts';

/** How often it is asked whether chunks in hand are still wanted [ms]. */
const CANCELLED_MS = 1_000;

/** A worker's end over Redis, or what speaks its protocol. */
export class RedisWorker implements WorkerTransport {
  private readonly packages: QueuePackages;
  private readonly connections: Connections;
  private readonly redis: Redis;
  private readonly names: Names;

  private constructor(packages: QueuePackages, connections: Connections, redis: Redis, names: Names) {
    this.packages = packages;
    this.connections = connections;
    this.redis = redis;
    this.names = names;
  }

  static async open(reference: QueueReference, namespace: string): Promise<RedisWorker> {
    const names = namesOf(namespace);
    const address = queueAddress(reference);
    const packages = await queuePackages();
    const connections = new Connections(packages, address);
    return new RedisWorker(packages, connections, await connections.commands(), names);
  }

  async announcement(): Promise<string | undefined> {
    return (await this.asked(this.redis.get(this.names.announcement))) ?? undefined;
  }

  async blob(sha256: string): Promise<Uint8Array | undefined> {
    const key = this.names.blob(sha256);
    if ((await this.asked(this.redis.exists(key))) === 0) return undefined;
    const length = await this.asked(this.redis.strlen(key));
    if (length > LARGEST_BLOB) throw new EngineError('QUEUE', `${key} has ${length} bytes, more than any blob has.`);
    const pieces: Buffer[] = [];
    for (let at = 0; at < length; at += PIECE_BYTES)
      pieces.push(await this.asked(this.redis.getrangeBuffer(key, at, at + PIECE_BYTES - 1)));
    return Buffer.concat(pieces);
  }

  consume(at_once: number, compute: (chunk: TakenChunk) => Promise<void>): Consumer {
    const { packages, names } = this;
    const in_hand = new Map<string, AbortController>();
    const watchdog: Watchdog = new Watchdog({
      start: () =>
        takeChunks({
          packages,
          names,
          connection: this.connections.blocking(),
          at_once,
          compute,
          in_hand,
          onTaken: (again) => {
            watchdog.taken();
            if (again) this.countRetry();
          },
        }),
      chunksWait: async () => (await this.redis.llen(names.waiting)) > 0,
      hasRoom: () => in_hand.size < at_once,
    });
    const asking = setInterval(() => void this.cancelAmong(in_hand), CANCELLED_MS);
    return {
      stop: async () => {
        await watchdog.stop();
        clearInterval(asking);
      },
    };
  }

  /** For whoever watches the run. Where that fails, nothing depends on it. */
  private countRetry(): void {
    const { retries } = this.names;
    this.redis
      .multi()
      .incr(retries)
      .expire(retries, KEPT_S)
      .exec()
      .catch(() => undefined);
  }

  private async cancelAmong(in_hand: ReadonlyMap<string, AbortController>): Promise<void> {
    const ids = [...in_hand.keys()];
    if (ids.length === 0) return;
    try {
      const cancelled = await this.redis.smismember(this.names.cancelled, ...ids);
      for (const [k, id] of ids.entries()) if (cancelled[k] === 1) in_hand.get(id)?.abort(new GivenBack('cancelled'));
    } catch {
      return; // the broker is away: it is asked again
    }
  }

  async submit(id: string, result: Uint8Array): Promise<void> {
    const { results, news } = this.names;
    const bytes = Buffer.from(result.buffer, result.byteOffset, result.length);
    const answers = await this.asked(
      this.redis
        .multi()
        .set(this.names.result(id), bytes, 'EX', KEPT_S)
        .zadd(results, Date.now(), id)
        .rpush(news, id)
        .exec(),
    );
    const failed = answers?.find(([error]) => error !== null)?.[0];
    if (failed !== undefined) throw this.connections.error(failed);
    if (answers === null) throw this.connections.error(new Error('the transaction was not carried out'));
  }

  async beat(worker: string, note: string): Promise<string | undefined> {
    const { workers, expelled } = this.names;
    await this.asked(
      this.redis.multi().hset(workers, worker, note).set(`${workers}:${worker}`, '1', 'PX', WORKER_GONE_MS).exec(),
    );
    return (await this.asked(this.redis.hget(expelled, worker))) ?? undefined;
  }

  close(): Promise<void> {
    this.connections.close();
    return Promise.resolve();
  }

  private asked<T>(work: Promise<T>): Promise<T> {
    return this.connections.asked(work);
  }
}
