import { hash } from 'node:crypto';

import { ThreadPool } from '../../src/execute/thread-pool.ts';
import type { GivenSetup } from '../../src/execute/setup.ts';
import type { ThreadTasks } from '../../src/readers/thread-tasks.ts';
import { Threads } from '../../src/readers/threads.ts';
import { executorContract } from '../contracts/executor.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { MemoryBroker } from './memory-broker.ts';
import { QueueUnderTest } from './queue-under-test.ts';

/** The contract's input, whose bytes a manager has at hand: it has just read them. */
const OFFSET = Buffer.from('100');

function bytesOf({ inputs }: GivenSetup, sha256: string): Uint8Array | undefined {
  if ('files' in inputs) return inputs.files[sha256];
  return hash('sha256', OFFSET) === sha256 ? OFFSET : undefined;
}

executorContract({
  name: 'queue, over a broker in memory',
  open: (setups) => {
    const broker = new MemoryBroker();
    const worker = new URL('../../dist/readers/worker.js', import.meta.url);
    const threads = (given: readonly GivenSetup[]): Threads =>
      new Threads(new ThreadPool<ThreadTasks>({ worker, threads: 2, worker_data: { setups: given } }));
    const ends = { manager: broker.manager(), worker: broker.worker() };
    return new QueueUnderTest(ends, setups, bytesOf, threads, temporaryFolder());
  },
  can_die: true,
});
