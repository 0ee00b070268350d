import type { Redis, RedisOptions } from 'ioredis';

import { EngineError } from '../../errors.ts';
import type { QueueAddress } from './address.ts';
import type { QueuePackages } from './packages.ts';

/** A command that is not answered for so long [ms] counts as lost. */
const COMMAND_MS = 5_000;
/** A connection that is silent for so long though an answer is due is made again [ms]: its other end may be gone without a word. Who waits for chunks waits up to ten seconds. */
const SILENT_MS = { commands: 10_000, blocking: 30_000 };
/** A connection that is lost is made again after so long, at most [ms]. */
const LONGEST_PAUSE_MS = 2_000;

/** Every connection of one end of a queue, and what to say where one fails. */
export class Connections {
  private readonly packages: QueuePackages;
  private readonly address: QueueAddress;
  private readonly opened: Redis[] = [];
  /** What the last connection broke with; commands say only that there is none. */
  private last_error: string | undefined;

  constructor(packages: QueuePackages, address: QueueAddress) {
    this.packages = packages;
    this.address = address;
  }

  /**
   * For single commands: one that cannot be sent now fails now, so that what it carries is kept elsewhere. ioredis would else keep it in memory for as long as the
   * broker is away.
   */
  async commands(): Promise<Redis> {
    const redis = this.open({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: COMMAND_MS,
      socketTimeout: SILENT_MS.commands,
    });
    await new Promise<void>((resolve) => {
      redis.once('ready', resolve);
      redis.once('error', () => {
        resolve();
      });
    });
    return redis;
  }

  /**
   * For BullMQ, and for commands that wait: they wait for the broker, too. BullMQ makes a second one like it, and does not close that one while the broker is away:
   * it would keep the process alive.
   */
  blocking(): Redis {
    const redis = this.open({ maxRetriesPerRequest: null, socketTimeout: SILENT_MS.blocking });
    const duplicate = redis.duplicate.bind(redis);
    redis.duplicate = (options) => {
      const second = duplicate(options);
      this.opened.push(second);
      return second;
    };
    return redis;
  }

  /** Whatever a command failed with, as an operating error that has no secret in it. */
  async asked<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.error(error);
    }
  }

  error(error: unknown): unknown {
    if (error instanceof EngineError) return error;
    const text = error instanceof Error ? error.message : String(error);
    const { text: address } = this.address;
    if (/^OOM\b|EXECABORT/.test(text))
      return new EngineError('QUEUE', `The queue at ${address} takes nothing now: its memory is full (maxmemory).`);
    if (/^(NOAUTH|WRONGPASS)\b/.test(text))
      return new EngineError('QUEUE', `The queue at ${address} does not take this user and password.`);
    if (/^NOPERM\b/.test(text))
      return new EngineError(
        'QUEUE',
        `The queue at ${address} does not let its user do what is needed (${text}): docs/cluster.md has the rule for the ACL.`,
      );
    const why = this.last_error === undefined || /timed out/i.test(text) ? text : this.last_error;
    return new EngineError('QUEUE', `The queue at ${address} cannot be reached: ${why.replace(/\.$/, '')}.`);
  }

  close(): void {
    for (const redis of this.opened) redis.disconnect();
  }

  private open(options: RedisOptions): Redis {
    const all: Omit<RedisOptions, 'replyMapping'> = {
      ...this.address.options,
      ...options,
      connectTimeout: COMMAND_MS,
      retryStrategy: (times) => Math.min(times * 100, LONGEST_PAUSE_MS),
    };
    const redis = new this.packages.ioredis.Redis(all);
    redis.on('error', (error: Error) => {
      // A name with several addresses: every one of them was tried.
      const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
      this.last_error = first instanceof Error ? first.message : error.message;
    });
    redis.on('ready', () => {
      this.last_error = undefined;
    });
    this.opened.push(redis);
    return redis;
  }
}
