import type { ModelSetup } from '../execute/messages.ts';
import { ThreadPool } from '../execute/threads.ts';
import type { WorkerData } from './worker.ts';

/** Threads that run worker.ts. `setups`: what they can compute; those that only read files need none. */
export function openPool(threads: number, setups: readonly ModelSetup[] = []): ThreadPool {
  const worker_data: WorkerData = { setups };
  return new ThreadPool({ worker: new URL('./worker.js', import.meta.url), threads, worker_data });
}
