import { ThreadPool } from '../../src/execute/thread-pool.ts';
import { disk } from '../../src/files/disk.ts';
import { Inline } from '../../src/readers/inline.ts';
import type { ThreadTasks } from '../../src/readers/thread-tasks.ts';
import { Threads } from '../../src/readers/threads.ts';
import { executorContract } from '../contracts/executor.ts';

executorContract({ name: 'inline', open: (setups) => new Inline(disk, setups), can_die: false });

for (const threads of [1, 3])
  executorContract({
    name: `threads (${threads})`,
    // Threads run what is built.
    open: (setups) => {
      const worker = new URL('../../dist/readers/worker.js', import.meta.url);
      return new Threads(new ThreadPool<ThreadTasks>({ worker, threads, worker_data: { setups } }));
    },
    can_die: true,
  });
