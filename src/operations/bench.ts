import { FORMATS, type Format } from '../encoding/metrics-schema.ts';
import { wholeBatches } from '../plan/chunks.ts';
import type { Study } from '../study/study.ts';
import { BenchRig, type BenchSample, type BenchVariant } from '../bench/bench-rig.ts';
import { DURABILITIES, resolveOptions, type Durability, type RunOptions } from '../run/run-options.ts';
import { chooseKernel } from '../execute/kernel-choice.ts';
import { threadCount } from '../execute/thread-count.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { withSignal } from '../readers/with-signal.ts';
import { referenceOf, type Abortable, type GivenStudy, type StudyBase } from './given-study.ts';
import { formatOf } from '../store/formats/formats.ts';
import { decidedExperiment } from '../steps/suite.ts';

/** The options of the run that is measured, but for what is varied. */
export interface BenchOptions
  extends
    Pick<RunOptions, 'output' | 'format' | 'permutations' | 'settings' | 'inputs' | 'kernel'>,
    StudyBase,
    Abortable {
  /** Default: 1, 2, 4, ... and as many as there are cores. */
  readonly threads?: readonly number[] | undefined;
  /** Chunk sizes [permutations]. Default: those that take about 1, 4, 15 and 60 ms. */
  readonly chunks?: readonly number[] | undefined;
  /** How often everything is measured. Default: 5. */
  readonly rounds?: number | undefined;
  /** About how long all of it may take [s]. Default: 20. */
  readonly seconds?: number | undefined;
  /** Told after every measurement. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
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
  /** Relative to the best fixed chunk with as many threads, median of the rounds. */
  readonly of_best_fixed: number;
}

export interface WriteRow extends BenchRate {
  readonly format: Format;
  readonly durability: Durability | 'nothing written';
  /** Processor time on top of computing the same rows without encoding them to a file, as a share of the whole. */
  readonly cpu_share: number;
}

/** What was measured of a study on this machine, and what is recommended. */
export interface StudyBench {
  readonly cells_sampled: number;
  readonly rounds: number;
  readonly rows: readonly ChunkRow[];
  readonly auto: readonly AutoRow[];
  readonly write: readonly WriteRow[];
  readonly recommended: {
    readonly threads: number;
    /** The best of the fixed sizes. */
    readonly chunk: number;
    /** `--chunk auto` is about as fast, so nothing needs to be given. */
    readonly chunk_auto: boolean;
    readonly reason: string;
  };
}

/** What the default chunk sizes should take [ms]. */
const CHUNK_MS = [1, 4, 15, 60];
const LARGEST_CHUNK = 32_768;
const SHORTEST_MS = 30;
/** Two rates nearer than this are the same. */
const SAME = 0.02;
/** From this share of the best fixed size on, automatic chunks need no advice. */
const AUTO_IS_AS_FAST = 0.95;
/** Rounds whose extremes differ by more than this share of their median are unreliable. */
const NOISY = 0.3;

/**
 * Measures chunk sizes, thread counts and the write path for a study on this machine, by the run's own way: workers compute and encode,
 * chunks are appended in order to files that are synced in groups. The files lie in a temporary folder on the
 * file system of the output and are removed; the output is not touched. Rounds go through all variants, every other one backwards.
 */
export async function bench(
  given: GivenStudy,
  options: BenchOptions = {},
  machine: Host = thisMachine,
): Promise<StudyBench> {
  const { threads: counts, chunks, rounds, seconds, progress, base, signal, ...run } = options;
  const host = withSignal(machine, signal);
  const { kernel, ...study } = resolveOptions(run);
  const experiment = await decidedExperiment(host.port, referenceOf(given, { base }), study);
  const threads = [...new Set(counts ?? threadCounts())].sort((a, b) => a - b);
  // The pools of all counts are there at once.
  const n_threads = threads.reduce((sum, n) => sum + n, 0);
  signal?.throwIfAborted();
  const rig = new BenchRig(host, experiment, chooseKernel(kernel, n_threads).kernel);
  try {
    return await measure(rig, experiment.study, { threads, chunks, rounds, seconds, progress });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await rig.end();
  }
}

type Sweep = Pick<BenchOptions, 'chunks' | 'rounds' | 'seconds' | 'progress'> & { readonly threads: readonly number[] };

async function measure(
  rig: BenchRig,
  study: Study,
  { threads, chunks, rounds = 5, seconds = 20, progress }: Sweep,
): Promise<StudyBench> {
  const whole = (size: number): number => wholeBatches(size, formatOf(study).chunkRows(study.batch_rows));
  const sizes = [...new Set((chunks ?? (await chunkSizes(rig))).map(whole))];
  const sweep = threads.flatMap((n) =>
    [...sizes, 'auto' as const].map((chunk): BenchVariant => ({
      threads: n,
      chunk,
      format: study.format,
      durability: 'chunk',
    })),
  );
  const total = (sweep.length + FORMATS.length * (DURABILITIES.length + 1)) * (rounds + 1);
  const ms = Math.max(SHORTEST_MS, (seconds * 1000) / total);
  let done = 0;
  const count = (): void => progress?.((done += 1), total);

  const samples = await sampleInRounds(rig, sweep, rounds, ms, count);
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
  const write = await writePath(rig, recommended.threads, rounds, ms, count);
  return { cells_sampled: rig.cells_sampled, rounds, rows: fixed, auto, write, recommended };
}

async function writePath(
  rig: BenchRig,
  threads: number,
  rounds: number,
  ms: number,
  count: () => void,
): Promise<WriteRow[]> {
  const variants = FORMATS.flatMap((format) =>
    (['nothing written', ...DURABILITIES] as const).map((durability): BenchVariant => ({
      threads,
      chunk: 'auto',
      format,
      durability,
    })),
  );
  const samples = await sampleInRounds(rig, variants, rounds, ms, count);
  // What is not written, in the form that is made at the least cost, costs next to nothing beyond computing: the others are held against it.
  const unwritten = samples.filter((_, v) => variants[v]!.durability === 'nothing written');
  const costs = unwritten.map((rounds) => rounds.map(({ cpu_us }) => cpu_us));
  const computing = costs.reduce((least, cost) => (median(cost) < median(least) ? cost : least));
  return variants.map(({ format, durability }, v) => ({
    format,
    durability,
    ...rateOf(samples[v]!),
    cpu_share: Math.max(0, median(samples[v]!.map(({ cpu_us }, r) => 1 - computing[r]! / cpu_us))),
  }));
}

/** The samples of each variant, the first round left out. */
async function sampleInRounds(
  rig: BenchRig,
  variants: readonly BenchVariant[],
  rounds: number,
  ms: number,
  count: () => void,
): Promise<BenchSample[][]> {
  const samples = variants.map((): BenchSample[] => []);
  const order = variants.map((_, v) => v);
  for (let round = 0; round <= rounds; round += 1) {
    for (const v of round % 2 === 0 ? order : order.toReversed()) {
      const sample = await rig.sample(variants[v]!, ms);
      if (round > 0) samples[v]!.push(sample);
      count();
    }
  }
  return samples;
}

/** Round sizes that take about 1, 4, 15, 60 ms: a measurement must hold several of them. */
async function chunkSizes(rig: BenchRig): Promise<number[]> {
  const per_ms = await rig.permutationsPerMs();
  return CHUNK_MS.map((ms) => Math.min(LARGEST_CHUNK, rounded(per_ms * ms)));
}

function recommend(rows: readonly ChunkRow[], auto: readonly AutoRow[]): StudyBench['recommended'] {
  const best = bestOf(rows);
  // Fewer threads where more bring nothing; smaller chunks where larger bring nothing: less is lost at Ctrl-C.
  const row = rows.find(
    ({ permutations_per_second }) => permutations_per_second >= best.permutations_per_second * (1 - SAME),
  )!;
  const { threads, chunk } = row;
  const against = auto.find((each) => each.threads === threads)?.of_best_fixed ?? 1;
  const chunk_auto = against >= AUTO_IS_AS_FAST;
  const reason = [
    `${threads} ${threads === 1 ? 'thread' : 'threads'} with chunks of ${chunk}: the fewest within ${100 * SAME} % of the fastest measured`,
    `--chunk auto (the default) reached ${(100 * against).toFixed(0)} % of the best fixed size${chunk_auto ? '' : `: use --chunk ${chunk}`}`,
    ...(Math.max(row.spread, best.spread) > NOISY
      ? [
          'the rounds differ widely (spread): something else was running; more --rounds and --seconds give steadier numbers',
        ]
      : []),
  ].join('; ');
  return { threads, chunk, chunk_auto, reason };
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
  const cores = threadCount(undefined);
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
