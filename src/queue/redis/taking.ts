import type { Worker } from 'bullmq';
import type { Redis } from 'ioredis';

import { GivenBack, type TakenChunk } from '../transport.ts';
import type { Names } from './names.ts';
import type { QueuePackages } from './packages.ts';
import type { Taking } from './watchdog.ts';

/** A worker that says nothing for so long is taken for dead: others get its chunks [ms]. */
const LOCK_MS = 8_000;
/** How often that is looked for [ms]: chunks of a dead worker are with others after ten seconds at most. */
const STALLED_MS = 2_000;
/** A chunk whose workers die so often is given up. */
const MOST_STALLED = 5;
/** After a failure to take, the next try comes after so long [ms]. */
const RETRY_MS = 1_000;

export interface TakingOptions {
  readonly packages: QueuePackages;
  readonly names: Names;
  /** For BullMQ alone; it makes a second one like it. */
  readonly connection: Redis;
  readonly at_once: number;
  readonly compute: (chunk: TakenChunk) => Promise<void>;
  /** Chunks in hand, each with what cancels it. */
  readonly in_hand: Map<string, AbortController>;
  readonly onTaken: (again: boolean) => void;
}

/** Takes chunks by a BullMQ worker. */
export function takeChunks(options: TakingOptions): Taking {
  const { packages, names, connection, at_once, compute, in_hand, onTaken } = options;
  const own = new Set<string>();
  const worker = new packages.bullmq.Worker<string>(
    names.queue,
    async (job, token) => {
      const id = job.id!;
      const cancelled = new AbortController();
      in_hand.set(id, cancelled);
      own.add(id);
      onTaken(job.attemptsMade + job.stalledCounter > 0);
      try {
        await compute({ id, chunk: job.data, cancelled: cancelled.signal });
      } catch (error) {
        if (!(error instanceof GivenBack)) throw error;
        await job.moveToWait(token);
        throw new packages.bullmq.WaitingError();
      } finally {
        in_hand.delete(id);
        own.delete(id);
      }
    },
    {
      connection,
      prefix: names.prefix,
      concurrency: at_once,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: MOST_STALLED,
      runRetryDelay: RETRY_MS,
      skipVersionCheck: true,
      skipWaitingForReady: true,
    },
  );
  worker.on('error', () => undefined); // it tries again by itself; `beat` says that the broker is away
  return {
    stop: async () => {
      await closed(worker, own, connection.status === 'ready');
      connection.disconnect();
    },
  };
}

/**
 * BullMQ waits for a broker that is away for as long as it is, and its timers keep the process alive: then it is closed by force, once nothing is in hand. What was is
 * ended by whoever computes it, and that is enough.
 */
async function closed(worker: Worker, in_hand: ReadonlySet<string>, is_there: boolean): Promise<void> {
  const closing = is_there ? worker.close().catch(() => undefined) : undefined;
  const idle = async (): Promise<void> => {
    while (in_hand.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    if (closing === undefined) worker.close(true).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1_000).unref());
  };
  await (closing === undefined ? idle() : Promise.race([closing, idle()]));
}
