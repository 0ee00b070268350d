import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { chooseKernel } from '../execute/kernel-choice.ts';
import { ProgramFolder, removeAbandoned } from '../execute/program-files.ts';
import { threadCount } from '../execute/thread-count.ts';
import { processExists } from '../files/process-exists.ts';
import { BlobCache } from '../queue/blob-cache.ts';
import { ChunkWorker, type WorkerCounts, type WorkerEvent } from '../queue/chunk-worker.ts';
import { QUEUE_VARIABLE } from '../queue/redis/address.ts';
import { DEFAULT_NAMESPACE } from '../queue/redis/names.ts';
import { Spool } from '../queue/spool.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { cacheFolder } from '../study/bundle-cache.ts';
import { MADE_BY } from '../stored/manifest.ts';
import { positiveOption } from '../wording/expected.ts';
import { brokerOf } from './open-queue.ts';

/** What a worker may be told. */
export interface WorkOptions {
  /** As that of a run. Default: `env:PERMAFROST_QUEUE`. */
  readonly queue?: string | undefined;
  readonly namespace?: string | undefined;
  /** Default: one per core. */
  readonly threads?: number | undefined;
  /** Lets models of users' own run here: code that comes by the queue. Default: only built-in ones do. */
  readonly allow_models?: boolean | undefined;
  /** Where results are kept that cannot be sent; default `permafrost-spool` here, a folder in it for each namespace. */
  readonly spool?: string | undefined;
  /** The most that it holds [MB]; default 1024. */
  readonly spool_mb?: number | undefined;
  /** Where models and inputs are kept that were sent once; default: where the system keeps what can be had again. */
  readonly cache?: string | undefined;
  /** The most that it holds [MB]; default 1024. */
  readonly cache_mb?: number | undefined;
  /** Ends after so long without a chunk [s]; default: never. */
  readonly max_idle_seconds?: number | undefined;
  /** Aborted, what is in hand is ended if that is soon, else given back. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
}

const MB = 1 << 20;

/**
 * Computes chunks for whoever manages a run over a queue, until it is aborted or idle for too long. Rejects with EngineError IDENTITY or USAGE where it may not
 * compute for that manager, the reason and the way out in it. A queue that is away is waited for.
 */
export async function work(options: WorkOptions = {}, host: Host = thisMachine): Promise<WorkerCounts> {
  const { queue = `env:${QUEUE_VARIABLE}`, namespace = DEFAULT_NAMESPACE, max_idle_seconds } = options;
  const { spool_mb = 1024, cache_mb = 1024, onEvent = () => undefined } = options;
  const threads = threadCount(options.threads);
  positiveOption('spool_mb', spool_mb);
  positiveOption('cache_mb', cache_mb);
  if (max_idle_seconds !== undefined) positiveOption('max_idle_seconds', max_idle_seconds);
  const transport = await brokerOf(host).worker(queue, namespace);
  const name = randomUUID();
  const programs = programsFolder(options.cache);
  await removeAbandoned(programs, hostname(), processExists);
  let n_programs = 0;
  const worker = new ChunkWorker({
    transport,
    open: (setups) => host.open(threads, setups, { purity_check: true }),
    threads,
    clock: host.clock,
    spool: Spool.open(host.port, options.spool ?? join('permafrost-spool', namespace), spool_mb * MB),
    cache: new BlobCache(host.port, options.cache ?? join(cacheFolder(), 'blobs'), cache_mb * MB),
    programs: () =>
      new ProgramFolder(programs, { host: hostname(), pid: process.pid, name: `${name}-${(n_programs += 1)}` }),
    kernel: chooseKernel('auto', threads).kernel,
    allow_models: options.allow_models ?? false,
    max_idle_ms: max_idle_seconds === undefined ? undefined : max_idle_seconds * 1000,
    engine: MADE_BY.engine,
    node: process.version,
    worker: name,
    host: hostname(),
    pid: process.pid,
    tell: onEvent,
  });
  await worker.run(options.signal ?? new AbortController().signal);
  return worker.counts;
}

function programsFolder(cache: string | undefined): string {
  return join(cache ?? cacheFolder(), 'programs');
}
