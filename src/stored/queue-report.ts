import * as z from 'zod';

import { count, shapeFault } from './check-shape.ts';

const text = z.string();
const seconds = z.number().min(0);

const worker = z.object({
  host: text,
  pid: count,
  threads: count,
  /** Since it started. */
  chunks: count,
  permutations: count,
  permutations_per_second: z.number().min(0),
  /** Results on its disk that it could not send. */
  spooled: count,
  last_seen_seconds: seconds,
  /** It was heard of when the broker was last asked. */
  alive: z.boolean(),
});

const put_out = z.object({ host: text, pid: count, why: text });

const letter = z.object({
  cell_id: text,
  /** The first of its permutations, and how many it has. */
  perm_index: count,
  count,
  /** Of the first. */
  seed: text,
  tries: count,
  error: text,
});

const report = z.object({
  namespace: text,
  /** The broker could be reached when it was last asked. */
  reachable: z.boolean(),
  /** At the broker, and begun by no worker. */
  chunks_waiting: count,
  /** In the hands of workers. */
  chunks_taken: count,
  /** Chunks done by workers, and computed by the manager itself. */
  chunks_done: count,
  chunks_done_here: count,
  /** How often a chunk was begun again because its worker failed or died. */
  retries: count,
  /** They have come, and are not in a file yet. */
  results_waiting: count,
  /** Permutations that were computed again to audit workers. */
  audited: count,
  workers: z.array(worker),
  put_out: z.array(put_out),
  dead_letters: z.array(letter),
});

/** A worker as its manager sees it. */
export type QueueWorker = Readonly<z.infer<typeof worker>>;
/** A worker of which nothing more is taken. */
export type WorkerPutOut = Readonly<z.infer<typeof put_out>>;
/** A chunk that no worker could compute. */
export type DeadLetter = Readonly<z.infer<typeof letter>>;

/** What the manager of a run says of its queue, in the heartbeat and to whoever asks. */
export type QueueReport = Readonly<
  Omit<z.infer<typeof report>, 'workers' | 'put_out' | 'dead_letters'> & {
    readonly workers: readonly QueueWorker[];
    readonly put_out: readonly WorkerPutOut[];
    readonly dead_letters: readonly DeadLetter[];
  }
>;

/** Anybody may have written it: undefined where it is none. */
export function queueReportOf(value: unknown): QueueReport | undefined {
  return shapeFault(report, value) === undefined ? (value as QueueReport) : undefined;
}
