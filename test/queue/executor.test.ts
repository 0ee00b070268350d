import { hash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, vi } from 'vitest';

import type { Executor } from '../../src/execute/executor.ts';
import { ThreadPool } from '../../src/execute/thread-pool.ts';
import type { GivenSetup } from '../../src/execute/setup.ts';
import { RedisManager } from '../../src/queue/redis/manager.ts';
import { RedisWorker } from '../../src/queue/redis/worker.ts';
import type { ManagerTransport, WorkerTransport } from '../../src/queue/transport.ts';
import type { ThreadTasks } from '../../src/readers/thread-tasks.ts';
import { Threads } from '../../src/readers/threads.ts';
import { executorContract } from '../contracts/executor.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { MemoryBroker } from './memory-broker.ts';
import { QueueUnderTest } from './queue-under-test.ts';
import { HAS_REDIS, WITHOUT_REDIS, RedisServer } from './redis-server.ts';

// A worker of a real Redis is told every second what is cancelled; chunks that are dead are found every two.
vi.setConfig({ testTimeout: 60_000 });

/** The contract's input, whose bytes a manager has at hand: it has just read them. */
const OFFSET = Buffer.from('100');

function bytesOf({ inputs }: GivenSetup, sha256: string): Uint8Array | undefined {
  if ('files' in inputs) return inputs.files[sha256];
  return hash('sha256', OFFSET) === sha256 ? OFFSET : undefined;
}

interface Ends {
  readonly manager: ManagerTransport;
  readonly worker: WorkerTransport;
}

/** A manager, and a worker of two threads. */
function opened(ends: Promise<Ends>, setups: readonly GivenSetup[]): Executor {
  const worker = new URL('../../dist/readers/worker.js', import.meta.url);
  const threads = (given: readonly GivenSetup[]): Threads =>
    new Threads(new ThreadPool<ThreadTasks>({ worker, threads: 2, worker_data: { setups: given } }));
  return new QueueUnderTest(ends, setups, bytesOf, threads, temporaryFolder());
}

executorContract({
  name: 'queue, over a broker in memory',
  open: (setups) => {
    const broker = new MemoryBroker();
    return opened(Promise.resolve({ manager: broker.manager(), worker: broker.worker() }), setups);
  },
  can_die: true,
});

describe.skipIf(!HAS_REDIS)(`over a real Redis${WITHOUT_REDIS}`, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  const ends = async (): Promise<Ends> => {
    const namespace = randomUUID();
    const manager = await RedisManager.open(server.url, namespace, { attempts: 2, backoff_ms: 10 });
    return { manager, worker: await RedisWorker.open(server.url, namespace) };
  };
  executorContract({ name: 'queue', open: (setups) => opened(ends(), setups), can_die: true });
});
