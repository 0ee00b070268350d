import { systemClock } from '../../src/clock.ts';
import type { Executor } from '../../src/execute/executor.ts';
import { ProgramFolder } from '../../src/execute/program-files.ts';
import type { ChunkResult, ChunkTask } from '../../src/execute/messages.ts';
import type { GivenSetup } from '../../src/execute/setup.ts';
import { disk } from '../../src/files/disk.ts';
import { BlobCache } from '../../src/queue/blob-cache.ts';
import { ChunkWorker, type WorkerEvent } from '../../src/queue/chunk-worker.ts';
import { QueueExecutor, type QueueExecutorOptions } from '../../src/queue/queue-executor.ts';
import { sentSetup } from '../../src/queue/setup-blobs.ts';
import { Spool } from '../../src/queue/spool.ts';
import type { ManagerTransport, WorkerTransport } from '../../src/queue/transport.ts';

/** What manager and workers of a test are. */
export const ENGINE = {
  engine: '1.2.3',
  node: process.version,
  node_major: Number.parseInt(process.versions.node, 10),
};

export interface StartedWorker {
  readonly worker: ChunkWorker;
  /** Stops it in order. */
  readonly stop: () => Promise<void>;
  /** Rejects with what it was refused for. */
  readonly ended: Promise<void>;
  readonly events: WorkerEvent[];
  readonly spool: Spool;
}

let n_workers = 0;

export function startWorker(
  transport: WorkerTransport,
  open: (setups: readonly GivenSetup[]) => Executor,
  folder: string,
  more: Partial<ConstructorParameters<typeof ChunkWorker>[0]> = {},
): StartedWorker {
  const stop = new AbortController();
  const events: WorkerEvent[] = [];
  const worker = `w${(n_workers += 1)}`;
  const spool = more.spool ?? Spool.open(disk, `${folder}/spool-${worker}`);
  const started = new ChunkWorker({
    transport,
    open,
    threads: 2,
    clock: systemClock,
    spool,
    cache: new BlobCache(disk, `${folder}/cache-${worker}`, 1 << 20),
    programs: () => new ProgramFolder(`${folder}/programs`, { host: 'here', pid: 1, name: worker }),
    kernel: 'auto',
    allow_models: true,
    max_idle_ms: undefined,
    engine: ENGINE.engine,
    node: ENGINE.node,
    worker,
    host: 'here',
    pid: 1,
    tell: (event) => events.push(event),
    ...more,
  });
  const ended = started.run(stop.signal);
  // A test that does not ask how it ended does not want to know.
  ended.catch(() => undefined);
  return {
    worker: started,
    ended,
    events,
    spool,
    stop: async () => {
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
}

export function managerOptions(
  transport: ManagerTransport,
  more: Partial<QueueExecutorOptions> = {},
): QueueExecutorOptions {
  return {
    transport,
    local: undefined,
    audit: undefined,
    namespace: 'default',
    setups: [],
    clock: systemClock,
    engine: ENGINE.engine,
    node_major: ENGINE.node_major,
    manager: 'here (pid 1)',
    warn: () => undefined,
    onLost: (error) => {
      throw error;
    },
    ...more,
  };
}

/**
 * A manager and a worker as one executor that can be opened at once, for the contract. A setup whose inputs are not to be had is the manager's own error, before
 * anything is sent.
 */
export class QueueUnderTest implements Executor {
  readonly parallel = 5;
  private readonly opened: Promise<QueueExecutor>;
  private readonly refused = new Map<string, unknown>();
  private executor: QueueExecutor | undefined;
  private readonly end: () => Promise<void>;

  constructor(
    transports: Promise<{ readonly manager: ManagerTransport; readonly worker: WorkerTransport }>,
    setups: readonly GivenSetup[],
    bytesOf: (given: GivenSetup, sha256: string) => Uint8Array | undefined,
    open: (setups: readonly GivenSetup[]) => Executor,
    folder: string,
  ) {
    const sent = setups.flatMap((given) => {
      try {
        return [sentSetup(given, (sha256) => bytesOf(given, sha256))];
      } catch (error) {
        this.refused.set(given.id, error);
        return [];
      }
    });
    let worker: StartedWorker | undefined;
    this.opened = transports.then(async (ends) => {
      this.executor = await QueueExecutor.open(managerOptions(ends.manager, { setups: sent }));
      worker = startWorker(ends.worker, open, folder);
      return this.executor;
    });
    this.end = async () => {
      await (await this.opened).close();
      await worker?.stop();
    };
  }

  async compute(task: ChunkTask, signal?: AbortSignal): Promise<ChunkResult> {
    if (this.refused.has(task.setup)) throw this.refused.get(task.setup);
    const executor = this.executor ?? (await this.opened);
    return executor.compute(task, signal);
  }

  release(result: ChunkResult): void {
    this.executor?.release(result);
  }

  acknowledge(result: ChunkResult): void {
    this.executor?.acknowledge(result);
  }

  close(): Promise<void> {
    return this.end();
  }
}
