import { threadId } from 'node:worker_threads';

import { workerData } from 'piscina';

import { Simulators } from '../execute/simulators.ts';
import { threadEntry } from '../execute/thread-entry.ts';
import { disk } from '../files/disk.ts';
import { nameOutput } from '../model/model-output.ts';
import { readerFunctions } from './reader-functions.ts';
import type { ThreadTasks, WorkerData } from './thread-tasks.ts';

/** The entry of a worker thread. Threads compute, encode and read; the coordinator alone writes. Keep this file thin: coverage does not see it. */
nameOutput(process.stdout, process.stderr);
const simulators = new Simulators((workerData as WorkerData).setups);

export default threadEntry<ThreadTasks>(
  {
    ...readerFunctions(disk, simulators),
    compute: async ({ chunk, into, keep, summarise, sample, care }) => ({
      ...(await (await simulators.of(chunk.setup)).computeChunk(chunk, into, keep, summarise, sample, care)),
      thread: threadId,
    }),
    again: async ({ setup, cell, perms }) => {
      const began = performance.now();
      const told = await (await simulators.copyOf(setup)).tell(cell, perms);
      return { told, ms: performance.now() - began };
    },
  },
  // Handed over: `verify` computes little, so it may be slow (see `Threads.compute`).
  { text: (lines) => lines.map(({ buffer }) => buffer as ArrayBuffer) },
);
