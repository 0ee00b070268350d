import { mkdirSync, mkdtempSync, rmSync, existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';

import { EngineError } from '../errors.ts';
import { FORMATS, type Format } from '../encoding/metrics-schema.ts';
import type { ChunkResult } from '../execute/messages.ts';
import { ThreadPool } from '../execute/threads.ts';
import type { Kernel } from '../models/model.ts';
import { wholeBatches } from '../plan/chunks.ts';
import { disk } from '../store/disk.ts';
import { openCell } from '../store/open-cell.ts';
import { noFile } from '../store/scan-cell.ts';
import { BenchFile } from './bench-file.ts';
import { modelSetup, runCell, type Experiment } from './experiment.ts';
import { DURABILITIES, GroupSync, type Durability } from './group-sync.ts';
import { LeaseSize } from './lease-size.ts';
import { chooseKernel } from './kernel-choice.ts';
import type { RunCell } from './run-cell.ts';
import { Slots } from './slots.ts';
import { threadBusyMs } from './thread-time.ts';
import { decidedExperiment } from './suite.ts';
import type { WorkerData } from './worker.ts';

export interface BenchOptions {
  /** Default: 1, 2, 4, ... and as many as there are cores. */
  readonly threads?: readonly number[];
  /** Chunk sizes [permutations]. Default: those that take about 1, 4, 15 and 60 ms. */
  readonly chunks?: readonly number[];
  /** How often everything is measured. Default: 5. */
  readonly rounds?: number;
  /** About how long all of it may take [s]. Default: 20. */
  readonly seconds?: number;
  readonly kernel?: Kernel;
  /** As in RunOptions. */
  readonly settings?: readonly string[];
  readonly inputs?: Readonly<Record<string, string>>;
  /** Told after every measurement. */
  readonly progress?: (done: number, total: number) => void;
}

/** A measured variant: the median of its rounds, and how far they lay apart. */
export interface BenchRate {
  readonly permutations_per_second: number;
  /** (largest - smallest) / median of the rounds. */
  readonly spread: number;
  /** Processor time of the whole process [us per permutation]. */
  readonly cpu_us_per_permutation: number;
  /** How much of one core the coordinating thread took, 0..1. */
  readonly coordinator_share: number;
}

export interface ChunkRow extends BenchRate {
  readonly threads: number;
  /** Permutations per chunk. */
  readonly chunk: number;
}

export interface AutoRow extends BenchRate {
  readonly threads: number;
  /** Against the best fixed chunk with so many threads, median of the rounds. */
  readonly of_best_fixed: number;
}

export interface WriteRow extends BenchRate {
  readonly format: Format;
  readonly durability: Durability | 'nothing written';
  /** Processor time on top of computing the same rows without encoding them to a file, as a share of the whole. */
  readonly cpu_share: number;
}

export interface StudyBench {
  readonly cells_sampled: number;
  readonly rounds: number;
  readonly rows: readonly ChunkRow[];
  readonly auto: readonly AutoRow[];
  readonly write: readonly WriteRow[];
  readonly recommended: { readonly threads: number; readonly chunk: number; readonly reason: string };
}

/** Cells measured, spread over the surface; a worker keeps four of them prepared. */
const CELLS = 3;
/** What the default chunk sizes should take [ms]. */
const CHUNK_MS = [1, 4, 15, 60];
const LARGEST_CHUNK = 32_768;
const SHORTEST_MS = 30;
/** Two rates nearer than this are the same. */
const SAME = 0.02;

/**
 * Measures chunk sizes, thread counts and the write path for a study on this machine, by the run's own way: workers compute and encode,
 * chunks are appended in order to files that are synced in groups. The files lie in a temporary folder on the
 * file system of the output and are removed; the output is not touched. Rounds go through all variants, every other one backwards.
 */
export async function benchStudy(file: string, options: BenchOptions = {}): Promise<StudyBench> {
  const { settings, inputs } = options;
  const experiment = await decidedExperiment(file, inputs === undefined ? {} : { inputs }, settings);
  const bench = new BenchRig(experiment, chooseKernel(options.kernel ?? 'auto').kernel);
  const forget = bench.removedAtExit();
  try {
    return await bench.measure(options);
  } finally {
    await bench.end();
    forget();
  }
}

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
  readonly cpu_us: number;
  readonly coordinator_share: number;
}

/** What measures: thread pools that stay, and a temporary folder. bench/ uses it directly. */
export class BenchRig {
  private readonly experiment: Experiment;
  private readonly folder: string;
  private readonly worker_data: WorkerData;
  private readonly pools = new Map<number, ThreadPool>();
  private n_files = 0;

  constructor(experiment: Experiment, kernel: Kernel) {
    this.experiment = experiment;
    this.folder = mkdtempSync(join(existingFolder(dirname(experiment.study.output)), '.permafrost-bench-'));
    this.worker_data = { setups: [modelSetup(experiment, kernel)] };
  }

  async end(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The folder goes when the process is ended early, too. Returns what takes that back. */
  removedAtExit(): () => void {
    const remove = (): void => {
      rmSync(this.folder, { recursive: true, force: true });
    };
    const interrupted = (): never => process.exit(130);
    process.on('exit', remove);
    process.on('SIGINT', interrupted);
    return () => {
      process.off('exit', remove);
      process.off('SIGINT', interrupted);
    };
  }

  async measure(options: BenchOptions): Promise<StudyBench> {
    const { study } = this.experiment;
    const rounds = options.rounds ?? 5;
    const threads = [...new Set(options.threads ?? threadCounts())].sort((a, b) => a - b);
    const sizes = [...new Set((options.chunks ?? (await this.chunkSizes())).map((size) => this.whole(size)))];
    const sweep = threads.flatMap((n) =>
      [...sizes, 'auto' as const].map((chunk): BenchVariant => ({
        threads: n,
        chunk,
        format: study.format,
        durability: 'chunk',
      })),
    );
    const total = (sweep.length + FORMATS.length * (DURABILITIES.length + 1)) * (rounds + 1);
    const ms = Math.max(SHORTEST_MS, ((options.seconds ?? 20) * 1000) / total);
    let done = 0;
    const count = (): void => options.progress?.((done += 1), total);

    const samples = await this.rounds(sweep, rounds, ms, count);
    const fixed = sweep.flatMap((variant, v): ChunkRow[] =>
      variant.chunk === 'auto' ? [] : [{ threads: variant.threads, chunk: variant.chunk, ...rateOf(samples[v]!) }],
    );
    const ratesOf = (variant: number): number[] => samples[variant]!.map((sample) => sample.permutations_per_second);
    const auto = sweep.flatMap((variant, v): AutoRow[] => {
      if (variant.chunk !== 'auto') return [];
      const { chunk } = bestOf(fixed.filter((row) => row.threads === variant.threads));
      const best = ratesOf(sweep.findIndex((each) => each.threads === variant.threads && each.chunk === chunk));
      const of_best_fixed = median(ratesOf(v).map((rate, round) => rate / best[round]!));
      return [{ threads: variant.threads, of_best_fixed, ...rateOf(samples[v]!) }];
    });
    const recommended = recommend(fixed, auto);
    const write = await this.writePath(recommended.threads, rounds, ms, count);
    return { cells_sampled: this.cells(study.format).length, rounds, rows: fixed, auto, write, recommended };
  }

  private async writePath(threads: number, rounds: number, ms: number, count: () => void): Promise<WriteRow[]> {
    const variants = FORMATS.flatMap((format) =>
      (['nothing written', ...DURABILITIES] as const).map((durability): BenchVariant => ({
        threads,
        chunk: 'auto',
        format,
        durability,
      })),
    );
    const samples = await this.rounds(variants, rounds, ms, count);
    // Arrow that is not written costs next to nothing beyond computing: what the others are held against.
    const computing = samples[
      variants.findIndex(({ format, durability }) => format === 'arrow' && durability === 'nothing written')
    ]!.map(({ cpu_us }) => cpu_us);
    return variants.map(({ format, durability }, v) => ({
      format,
      durability,
      ...rateOf(samples[v]!),
      cpu_share: Math.max(0, median(samples[v]!.map(({ cpu_us }, r) => 1 - computing[r]! / cpu_us))),
    }));
  }

  /** The samples of each variant, the first round left out. */
  private async rounds(
    variants: readonly BenchVariant[],
    rounds: number,
    ms: number,
    count: () => void,
  ): Promise<BenchSample[][]> {
    const samples = variants.map((): BenchSample[] => []);
    const order = variants.map((_, v) => v);
    for (let round = 0; round <= rounds; round += 1) {
      for (const v of round % 2 === 0 ? order : order.toReversed()) {
        const sample = await this.sample(variants[v]!, ms);
        if (round > 0) samples[v]!.push(sample);
        count();
      }
    }
    return samples;
  }

  /** Computes and writes for about `ms`. */
  async sample({ threads, chunk, format, durability }: BenchVariant, ms: number): Promise<BenchSample> {
    const pool = this.pool(threads);
    const in_flight = new Slots(pool.parallel);
    const sync = durability === 'nothing written' ? undefined : new GroupSync(durability, rethrow);
    const release = (result: ChunkResult): void => {
      pool.recycle(result);
    };
    const works = await Promise.all(
      this.cells(format).map(async (cell) => ({
        cell,
        work: sync === undefined ? undefined : await beginFile(cell, release),
      })),
    );
    const lease = new LeaseSize(chunk);
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
      const count = wholeBatches(lease.next(), format === 'arrow' ? this.experiment.study.batch_rows : 1);
      next[at] = first + count;
      const sequence = work?.dispatch() ?? 0;
      const taken = pool.compute({ setup: 0, cell: cell.setup, first, count }).then((result) => {
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
      rmSync(cell.place.folder, { recursive: true, force: true });
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
    const n = Math.min(CELLS, cells.length);
    this.n_files += 1;
    return Array.from({ length: n }, (_, i) => {
      const cell = runCell(experiment, cells.at(Math.floor(((i + 0.5) * cells.length) / n)), experiment.study.output);
      const schema = { ...cell.setup.schema, format };
      const place = { folder: join(folder, `${this.n_files}_${i}`), schema };
      return { ...cell, setup: { ...cell.setup, schema }, place };
    });
  }

  private pool(threads: number): ThreadPool {
    let pool = this.pools.get(threads);
    if (pool === undefined) {
      const { worker_data } = this;
      pool = new ThreadPool({ worker: new URL('./worker.js', import.meta.url), threads, worker_data });
      this.pools.set(threads, pool);
    }
    return pool;
  }

  /** Round sizes that take about 1, 4, 15, 60 ms: a measurement must hold several of them. */
  private async chunkSizes(): Promise<number[]> {
    const pool = this.pool(1);
    const cells = this.cells(this.experiment.study.format);
    let per_ms = 0;
    for (let count = 1; count <= LARGEST_CHUNK; count *= 4) {
      let ms = 0;
      for (const cell of cells) ms += (await pool.compute({ setup: 0, cell: cell.setup, first: 0, count })).compute_ms;
      per_ms = (count * cells.length) / ms;
      if (ms > 60) break;
    }
    return CHUNK_MS.map((ms) => Math.min(LARGEST_CHUNK, rounded(per_ms * ms)));
  }

  /** Arrow chunks are whole batches. */
  private whole(size: number): number {
    const { format, batch_rows } = this.experiment.study;
    return format === 'arrow' ? wholeBatches(size, batch_rows) : size;
  }
}

async function beginFile(cell: RunCell, release: (result: ChunkResult) => void): Promise<BenchFile> {
  mkdirSync(cell.place.folder, { recursive: true });
  return new BenchFile(await openCell(disk, cell.place, noFile(2 ** 32 - 1), () => undefined), release);
}

function recommend(rows: readonly ChunkRow[], auto: readonly AutoRow[]): StudyBench['recommended'] {
  const best = bestOf(rows);
  // Fewer threads where more bring nothing; smaller chunks where larger bring nothing: less is lost at Ctrl-C.
  const { threads, chunk } = rows.find(
    (row) => row.permutations_per_second >= best.permutations_per_second * (1 - SAME),
  )!;
  const automatic = auto.find((row) => row.threads === threads);
  const against = automatic === undefined ? 1 : automatic.of_best_fixed;
  const reason = [
    `${threads} ${threads === 1 ? 'thread' : 'threads'} with chunks of ${chunk} are the least within ${100 * SAME} % of the fastest measured`,
    against >= 1 - SAME
      ? `--chunk auto (the default) is as fast: ${(100 * against).toFixed(0)} % of the best fixed size`
      : `--chunk auto reached ${(100 * against).toFixed(0)} % of the best fixed size: give --chunk ${chunk}`,
  ].join('; ');
  return { threads, chunk, reason };
}

function bestOf(rows: readonly ChunkRow[]): ChunkRow {
  return rows.reduce((best, row) => (row.permutations_per_second > best.permutations_per_second ? row : best));
}

function rateOf(samples: readonly BenchSample[]): BenchRate {
  const rates = samples.map(({ permutations_per_second }) => permutations_per_second);
  const middle = median(rates);
  return {
    permutations_per_second: middle,
    spread: (Math.max(...rates) - Math.min(...rates)) / middle,
    cpu_us_per_permutation: median(samples.map(({ cpu_us }) => cpu_us)),
    coordinator_share: median(samples.map(({ coordinator_share }) => coordinator_share)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function threadCounts(): number[] {
  const cores = availableParallelism();
  const counts = [cores];
  for (let n = 1; n < cores; n *= 2) counts.push(n);
  return counts;
}

/** 1, 2 or 5 times a power of ten, the nearest below; at least 1. */
function rounded(value: number): number {
  let unit = 1;
  while (unit * 10 <= value) unit *= 10;
  return unit * (value >= 5 * unit ? 5 : value >= 2 * unit ? 2 : 1);
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
