import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';

import type { Format } from '../encoding/metrics-schema.ts';
import { EngineError } from '../errors.ts';
import type { ChunkResult } from '../execute/messages.ts';
import type { GivenSetup } from '../execute/setup.ts';
import type { Executor } from '../execute/executor.ts';
import type { Kernel } from '../model/model.ts';
import { wholeBatches } from '../plan/chunks.ts';
import type { FilePort } from '../files/port.ts';
import { formatOf } from '../store/formats/formats.ts';
import { openCell } from '../store/open-cell.ts';
import { noFile } from '../store/scan-cell.ts';
import { BenchFile } from './bench-file.ts';
import { prepareError } from '../execute/model-failure.ts';
import { setupOf } from '../execute/model-setup.ts';
import { cellOf } from '../plan/run-cell.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { GroupSync } from '../run/loop/group-sync.ts';
import type { Durability } from '../run/run-options.ts';
import { LeaseSize } from '../run/loop/lease-size.ts';
import type { RunCell } from '../plan/run-cell.ts';
import { Slots } from '../run/loop/slots.ts';
import { threadBusyMs } from './thread-time.ts';
import type { Host } from '../readers/host.ts';

/** What is varied. */
export interface BenchVariant {
  readonly threads: number;
  readonly chunk: number | 'auto';
  readonly format: Format;
  readonly durability: Durability | 'nothing written';
}

export interface BenchSample {
  readonly rows: number;
  readonly seconds: number;
  readonly permutations_per_second: number;
  /** Processor time of the whole process [us per permutation]. */
  readonly cpu_us: number;
  /** How much of one core the coordinating thread took, 0..1. */
  readonly coordinator_share: number;
}

/** Cells measured, spread over the surface; a worker keeps four of them prepared. */
const CELLS = 3;
const LARGEST_PROBE = 32_768;
const PROBE_MS = 60;
const PROBES = 4;

/**
 * Runs a study for a moment, by the run's own way: workers compute and encode, chunks are appended in order to files that are synced in
 * groups. Thread pools stay from one measurement to the next; the files lie in a temporary folder on the file system of the output and are removed.
 */
export class BenchRig {
  readonly cells_sampled: number;
  private readonly host: Host;
  private readonly experiment: LoadedStudy;
  private readonly folder: string;
  private readonly setup: GivenSetup;
  private readonly executors = new Map<number, Executor>();
  private n_files = 0;

  constructor(host: Host, experiment: LoadedStudy, kernel: Kernel) {
    this.host = host;
    this.experiment = experiment;
    this.folder = mkdtempSync(join(existingFolder(dirname(experiment.study.output)), '.permafrost-bench-'));
    this.setup = setupOf(experiment, kernel);
    this.cells_sampled = Math.min(CELLS, experiment.cells.length);
  }

  async end(): Promise<void> {
    await Promise.all([...this.executors.values()].map((executor) => executor.close()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Computes and writes for about `ms`. */
  async sample({ threads, chunk, format, durability }: BenchVariant, ms: number): Promise<BenchSample> {
    const executor = this.executor(threads);
    const in_flight = new Slots(executor.parallel);
    const sync = durability === 'nothing written' ? undefined : new GroupSync(durability, this.host.clock, rethrow);
    const release = (result: ChunkResult): void => {
      executor.release(result);
    };
    const works = await Promise.all(
      this.cells(format).map(async (cell) => ({
        cell,
        work: sync === undefined ? undefined : await beginFile(this.host.port, cell, release),
      })),
    );
    const lease = new LeaseSize(chunk);
    const chunk_rows = formatOf({ format }).chunkRows(this.experiment.study.batch_rows);
    const pending: Promise<void>[] = [];
    let failed: unknown;
    const next = works.map(() => 0);
    let rows = 0;
    const cpu = process.cpuUsage();
    const busy = threadBusyMs();
    const started = performance.now();
    for (let turn = 0; failed === undefined && (turn === 0 || performance.now() - started < ms); turn += 1) {
      const at = turn % works.length;
      const { cell, work } = works[at]!;
      await in_flight.take();
      const first = next[at]!;
      const count = wholeBatches(lease.next(), chunk_rows);
      next[at] = first + count;
      const sequence = work?.dispatch() ?? 0;
      const taken = executor.compute({ setup: this.setup.id, cell: cell.setup, first, count }).then((result) => {
        if (result.cannot_prepare !== undefined) throw prepareError(result.cannot_prepare, cell.cell_id);
        lease.observe(result.count, result.compute_ms);
        rows += result.rows;
        if (work === undefined || sync === undefined) {
          release(result);
          return;
        }
        work.deliver(sequence, result);
        sync.appended(work);
      });
      const settled = taken
        .catch((error: unknown) => {
          failed ??= error;
        })
        .finally(() => {
          in_flight.give();
        });
      pending.push(settled);
    }
    await Promise.all(pending);
    await sync?.end();
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const coordinator_share = (threadBusyMs() - busy) / 1000 / seconds;
    for (const { work, cell } of works) {
      work?.file.close();
      rmSync(cell.place.folder, { recursive: true, force: true, maxRetries: 10 });
    }
    if (failed !== undefined) throw asEngineError(failed);
    const permutations_per_second = rows / seconds;
    return {
      rows,
      seconds,
      permutations_per_second,
      cpu_us: (user + system) / Math.max(1, rows),
      coordinator_share,
    };
  }

  /** A few cells spread over the surface, to be written below the temporary folder. */
  private cells(format: Format): RunCell[] {
    const { experiment, folder } = this;
    const { cells } = experiment;
    const n = this.cells_sampled;
    this.n_files += 1;
    return Array.from({ length: n }, (_, i) => {
      const cell = cellOf(experiment, cells.at(Math.floor(((i + 0.5) * cells.length) / n)), experiment.study.output);
      const schema = { ...cell.setup.schema, format };
      const place = { folder: join(folder, `${this.n_files}_${i}`), schema };
      return { ...cell, setup: { ...cell.setup, schema }, place };
    });
  }

  private executor(threads: number): Executor {
    let executor = this.executors.get(threads);
    if (executor === undefined) {
      executor = this.host.open(threads, [this.setup]);
      this.executors.set(threads, executor);
    }
    return executor;
  }

  /** How fast one thread computes, by itself: chunks grow until they take long enough to be measured; the fastest counts. */
  async permutationsPerMs(): Promise<number> {
    const executor = this.executor(1);
    const cells = this.cells(this.experiment.study.format);
    let fastest = 0;
    let long = 0;
    // The first ones also prepare cells and warm up, so the last size is taken a few times.
    for (let count = 1; long < PROBES;) {
      let ms = 0;
      for (const cell of cells)
        ms += (await executor.compute({ setup: this.setup.id, cell: cell.setup, first: 0, count })).compute_ms;
      fastest = Math.max(fastest, (count * cells.length) / ms);
      if (ms > PROBE_MS || count * 4 > LARGEST_PROBE) long += 1;
      else count *= 4;
    }
    return fastest;
  }
}

async function beginFile(port: FilePort, cell: RunCell, release: (result: ChunkResult) => void): Promise<BenchFile> {
  mkdirSync(cell.place.folder, { recursive: true });
  return new BenchFile(await openCell(port, cell.place, noFile(2 ** 32 - 1), () => undefined), release);
}

/** The folder, or the nearest one above it that is there. */
function existingFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existingFolder(dirname(folder));
}

function asEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new EngineError('SIMULATION', `The model failed while it was measured: ${message}`, { cause: error });
}

function rethrow(error: unknown): never {
  throw error;
}
