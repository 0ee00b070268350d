import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { BrokerCounts, ChunkState, ManagerTransport, SeenWorker } from '../transport.ts';
import { queueAddress, type QueueReference } from './address.ts';
import { Connections } from './connection.ts';
import { Lease } from './lease.ts';
import { KEPT_S, namesOf, PIECE_BYTES, WORKER_GONE_MS, type Names } from './names.ts';
import { queuePackages } from './packages.ts';

/** How often a chunk is tried, and how long after each time, doubled [ms]: one that fails more often kills whoever computes it. */
interface Attempts {
  readonly attempts: number;
  readonly backoff_ms: number;
}
const ATTEMPTS: Attempts = { attempts: 5, backoff_ms: 500 };
/** Ids that one command speaks of. */
const AT_ONCE = 500;

/**
 * The manager's end over Redis, or what speaks its protocol. Chunks are jobs of a BullMQ queue. Results are keys of their own with an index beside them, and stay
 * until they are acknowledged: a manager that comes later finds them by reading the index, whatever was lost on the way.
 */
export class RedisManager implements ManagerTransport {
  private readonly connections: Connections;
  private readonly redis: Redis;
  private readonly waiting: Redis;
  private readonly queue: Queue;
  private readonly names: Names;
  private readonly lease: Lease;
  private readonly attempts: Attempts;
  private closed = false;

  private constructor(
    connections: Connections,
    redis: Redis,
    queue: Queue,
    names: Names,
    lease: Lease,
    attempts: Attempts,
  ) {
    this.connections = connections;
    this.redis = redis;
    this.waiting = connections.blocking();
    this.queue = queue;
    this.names = names;
    this.lease = lease;
    this.attempts = attempts;
  }

  /** Throws USAGE for an address that is none; whether anybody is there shows with the first message. */
  static async open(reference: QueueReference, namespace: string, attempts = ATTEMPTS): Promise<RedisManager> {
    const names = namesOf(namespace);
    const address = queueAddress(reference);
    const packages = await queuePackages();
    const connections = new Connections(packages, address);
    const redis = await connections.commands();
    const queue = new packages.bullmq.Queue(names.queue, {
      connection: redis,
      prefix: names.prefix,
      // Whoever is told of the end of every job: nobody here, so little is kept.
      streams: { events: { maxLen: 100 } },
      skipVersionCheck: true,
      skipWaitingForReady: true,
    });
    queue.on('error', () => undefined); // every command says it for itself
    return new RedisManager(connections, redis, queue, names, new Lease(redis, names.manager, namespace), attempts);
  }

  claim(): Promise<void> {
    return this.asked(this.lease.take((ms) => sleep(ms)));
  }

  renew(): Promise<void> {
    return this.asked(this.lease.renew());
  }

  async announce(announcement: string | undefined): Promise<void> {
    const { announcement: key } = this.names;
    if (announcement === undefined) await this.asked(this.redis.del(key));
    else await this.asked(this.redis.set(key, announcement, 'EX', KEPT_S));
  }

  /** Under another name until it is whole. */
  async putBlob(sha256: string, bytes: Uint8Array): Promise<void> {
    const key = this.names.blob(sha256);
    if ((await this.asked(this.redis.expire(key, KEPT_S))) === 1) return;
    const unfinished = `${key}:unfinished`;
    await this.asked(this.redis.set(unfinished, '', 'EX', KEPT_S));
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < all.length; at += PIECE_BYTES)
      await this.asked(this.redis.append(unfinished, all.subarray(at, at + PIECE_BYTES)));
    await this.asked(this.redis.rename(unfinished, key));
  }

  async clear(): Promise<void> {
    await this.asked(this.queue.drain(true));
    await this.asked(this.queue.clean(0, 0, 'failed'));
    await this.asked(this.redis.del(this.names.cancelled, this.names.retries));
  }

  async offer(id: string, chunk: string): Promise<void> {
    await this.asked(
      this.queue.add('chunk', chunk, {
        jobId: id,
        attempts: this.attempts.attempts,
        backoff: { type: 'exponential', delay: this.attempts.backoff_ms },
        removeOnComplete: true,
        removeOnFail: false,
      }),
    );
  }

  /** BullMQ says that it took away what it does not know, too: then nobody has it either, unless its result is there. */
  async withdraw(id: string): Promise<boolean> {
    return (
      (await this.asked(this.queue.remove(id))) === 1 && !(await this.asked(this.redis.exists(this.names.result(id))))
    );
  }

  async cancel(id: string): Promise<void> {
    if ((await this.asked(this.queue.remove(id))) === 1) return;
    const { cancelled } = this.names;
    await this.asked(this.redis.multi().sadd(cancelled, id).expire(cancelled, KEPT_S).exec());
  }

  async states(ids: readonly string[]): Promise<readonly ChunkState[]> {
    const states: ChunkState[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      const asked = this.redis.pipeline();
      for (const id of some) {
        asked.exists(this.names.result(id));
        asked.exists(this.names.lock(id));
        asked.zscore(this.names.dead, id);
        asked.exists(this.names.chunk(id));
      }
      const answers = await this.answersOf(asked);
      for (const [k] of some.entries()) states.push(stateOf(answers.slice(4 * k, 4 * k + 4)));
    }
    return states;
  }

  async deathOf(id: string): Promise<{ readonly why: string; readonly tries: number }> {
    // As BullMQ names them: attempts made, and how often a worker died over it.
    const [why, made, stalled] = await this.asked(this.redis.hmget(this.names.chunk(id), 'failedReason', 'atm', 'stc'));
    return { why: why ?? 'nothing', tries: Number(made ?? 0) + Number(stalled ?? 0) };
  }

  async counts(): Promise<BrokerCounts> {
    const jobs = await this.asked(this.queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active'));
    const retries = Number((await this.asked(this.redis.get(this.names.retries))) ?? 0);
    const { waiting = 0, prioritized = 0, delayed = 0, active = 0 } = jobs;
    return { waiting: waiting + prioritized + delayed, taken: active, retries };
  }

  async newResults(wait_ms: number): Promise<readonly string[]> {
    if (this.redis.status !== 'ready') throw this.connections.error(new Error('no connection'));
    const first = await this.asked(this.waiting.blpop([this.names.news], wait_ms / 1000));
    if (first === null) return [];
    return [first[1], ...((await this.asked(this.redis.lpop(this.names.news, AT_ONCE))) ?? [])];
  }

  results(): Promise<readonly string[]> {
    return this.asked(this.redis.zrange(this.names.results, 0, '-1'));
  }

  async result(id: string): Promise<Uint8Array | undefined> {
    return (await this.asked(this.redis.getBuffer(this.names.result(id)))) ?? undefined;
  }

  /** Memory first: where Redis is full, it can be given back all the same. */
  async acknowledge(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      await this.asked(this.redis.del(...some.map((id) => this.names.result(id))));
      await this.asked(this.redis.zrem(this.names.results, ...some));
    }
  }

  async workers(): Promise<readonly SeenWorker[]> {
    const notes = await this.asked(this.redis.hgetall(this.names.workers));
    const names = Object.keys(notes);
    if (names.length === 0) return [];
    const asked = this.redis.pipeline();
    for (const name of names) asked.pttl(`${this.names.workers}:${name}`);
    const left_ms = (await this.answersOf(asked)) as readonly number[];
    const gone = names.filter((_, k) => left_ms[k]! < 0);
    if (gone.length > 0) await this.asked(this.redis.hdel(this.names.workers, ...gone));
    return names.flatMap((name, k) =>
      left_ms[k]! < 0 ? [] : [{ note: notes[name]!, ago_ms: WORKER_GONE_MS - left_ms[k]! }],
    );
  }

  async expel(worker: string, why: string): Promise<void> {
    const { expelled } = this.names;
    await this.asked(this.redis.multi().hset(expelled, worker, why).expire(expelled, KEPT_S).exec());
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    try {
      await this.lease.release();
    } catch {
      // The broker is away: the lease runs out by itself.
    }
    this.connections.close();
    await this.queue.close().catch(() => undefined);
  }

  private asked<T>(work: Promise<T>): Promise<T> {
    return this.connections.asked(work);
  }

  private async answersOf(pipeline: ReturnType<Redis['pipeline']>): Promise<readonly unknown[]> {
    const answers = (await this.asked(pipeline.exec())) ?? [];
    return answers.map(([error, answer]) => {
      if (error !== null) throw this.connections.error(error);
      return answer;
    });
  }
}

function stateOf([result, lock, dead, chunk]: readonly unknown[]): ChunkState {
  if (result === 1) return 'answered';
  if (dead !== null) return 'dead';
  if (lock === 1) return 'taken';
  return chunk === 1 ? 'waiting' : 'missing';
}
