import assert from 'node:assert/strict';
import type { Rows } from '../encoding/metrics-schema.ts';
import { baselineRank, equalWithin, type BaselineRank } from './baseline-rank.ts';
import { valuesAtRanks } from './bucket-ranks.ts';
import { clopperPearson } from './clopper-pearson.ts';
import { Deviations } from './deviations.ts';
import type { Diagnostic } from './diagnostics.ts';
import type { Interval } from './interval.ts';
import { estimateMean, type MeanEstimate } from './mean-estimate.ts';
import { errorOfInterval, intervalRanks, quantileInterval, type IntervalRanks } from './quantile-interval.ts';
import { quantileOf, quantileRanks } from './quantile.ts';
import { RankSearch } from './rank-search.ts';
import { Tails, tailSize } from './tail-mean.ts';
import { Tally } from './tally.ts';
import { wilson } from './wilson.ts';

/** The quantiles reported, by their name in summary.json. */
export const QUANTILES = { p01: 0.01, p05: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95, p99: 0.99 } as const;
export type QuantileName = keyof typeof QUANTILES;
const QUANTILE_NAMES = Object.keys(QUANTILES) as QuantileName[];

/** P(metric > threshold) over the n values that are not NaN, with Wilson's 95 % interval. */
export interface ThresholdStatistics {
  readonly threshold: number;
  /** Values above the threshold. */
  readonly count: number;
  readonly probability: number;
  /** Half the width of `ci` by 1.96. */
  readonly se: number;
  readonly ci: Interval;
}

/** The mean of the finite values, where some are not. */
export type FiniteStatistics = Pick<MeanEstimate, 'n' | 'mean' | 'sd' | 'mcse' | 'ci'>;

/**
 * One metric's part of `statistics` in summary.json. Numbers may be NaN (undefined: null in JSON) or infinite (there the string
 * "Infinity" or "-Infinity"). Everything has the unit of the metric but counts, shares and probabilities.
 */
export type MetricStatistics = Readonly<Record<QuantileName, number>> & {
  /** Values that are not NaN: what all the rest is about. n + n_nan is the number of rows. */
  readonly n: number;
  readonly n_nan: number;
  /** Only where there are any: infinite values. They count for everything but `finite`. */
  readonly n_infinite?: number;
  /** Only where all finite values are 0 or 1: how many are 1. The interval of the mean is then Wilson's. */
  readonly n_ones?: number;
  /** Correctly rounded sum / count; infinite where a value is, NaN where values of both signs are. */
  readonly mean: number;
  /** NaN for fewer than two values, and where a value is infinite; so are mcse and the interval of the mean. */
  readonly sd: number;
  /** Monte Carlo standard error of the mean. */
  readonly mcse: number;
  readonly min: number;
  readonly max: number;
  /** Standard error of sd: sd_se / sd is the relative error that `heavy_tail` looks at. */
  readonly sd_se: number;
  /** Monte Carlo standard error of each quantile; NaN where n is too small for a bounded interval. */
  readonly quantile_mcse: Readonly<Record<QuantileName, number>>;
  /** 95 % intervals: mean by Student's t (Wilson's of values 0 and 1), quantiles by order statistics (NaN: an unbounded end). */
  readonly ci: Readonly<Record<'mean' | QuantileName, Interval>>;
  /** Why the interval of the mean may not cover as often as it says; empty where nothing speaks against it. */
  readonly diagnostics: readonly Diagnostic[];
  /** The share of the sum of squared deviations that one row has, 0 .. 1; NaN without spread. */
  readonly largest_share: number;
  /** How many values are equal to max: those that were capped, where a metric has a cap and reaches it. */
  readonly n_at_max: number;
  /** Mean of the lowest and of the highest 5 % of the values (expected shortfall), with standard errors. */
  readonly cvar05: number;
  readonly cvar05_se: number;
  readonly cvar95: number;
  readonly cvar95_se: number;
  /** Only where all values are equal: with 95 % confidence another value has at most this chance, about 3.7 / n. */
  readonly other_value_at_most?: number;
  /** Only where values are infinite: the mean of the others, which stands for nothing but them. */
  readonly finite?: FiniteStatistics;
  /** Only where the study asks for any. */
  readonly thresholds?: readonly ThresholdStatistics[];
  /** Where the unperturbed case lies; only of a model that has a baseline. */
  readonly baseline?: BaselineRank;
};

/** The `statistics` object of summary.json: by metric, in column order. */
export type CellStatistics = Readonly<Record<string, MetricStatistics>>;

/** All rows of one cell, in blocks of bounded size; every call starts again at the first row. */
export type RowSource = () => Iterable<Rows>;

export interface SummariseOptions {
  /** metric -> t, ...: reports P(metric > t). Other metrics than the cell's are not allowed. */
  readonly thresholds?: Readonly<Record<string, readonly number[]>>;
  /** The metrics of the unperturbed case: reports where each of them lies among the rows. */
  readonly baseline?: Readonly<Record<string, number>>;
  /** Up to this many bytes of values are held in memory (and the source read once); beyond, the source is read up to eight times. */
  readonly memory_bytes?: number;
}

const MEMORY_BYTES = 64 * 2 ** 20;

/**
 * The statistics of one cell: a function of the set of its rows alone, so neither their order, nor how they are cut into
 * blocks, nor the memory allowed changes a bit. Everything is from + - * / sqrt.
 * `metrics` names the columns of the rows, in order.
 */
export function summarise(
  source: RowSource,
  metrics: readonly string[],
  options: SummariseOptions = {},
): CellStatistics {
  const memory_bytes = options.memory_bytes ?? MEMORY_BYTES;
  const columns = load(source, metrics.length, memory_bytes);
  if (columns !== undefined) return summariseColumns(columns, metrics, options);
  const asked = askedOf(metrics, options);
  return reportAll(searchColumns(source, asked.map(boundsOf), memory_bytes), metrics, asked);
}

/** The same of all rows of a cell, which are in memory as columns and only read. */
export function summariseColumns(
  columns: readonly Float64Array[],
  metrics: readonly string[],
  options: SummariseOptions = {},
): CellStatistics {
  const asked = askedOf(metrics, options);
  const found = columns.map((column, m) => selectInColumn(column, boundsOf(asked[m]!)));
  return reportAll(found, metrics, asked);
}

function reportAll(found: readonly Found[], metrics: readonly string[], asked: readonly Asked[]): CellStatistics {
  return Object.fromEntries(metrics.map((name, m) => [name, report(found[m]!, asked[m]!)]));
}

/** What is asked of one metric besides what is always computed. */
interface Asked {
  readonly thresholds: readonly number[];
  /** NaN where it is undefined. */
  readonly baseline: number | undefined;
}

function askedOf(metrics: readonly string[], { thresholds = {}, baseline }: SummariseOptions): Asked[] {
  for (const name of Object.keys(thresholds)) assert(metrics.includes(name), `no metric ${name}`);
  return metrics.map((name) => ({
    thresholds: thresholds[name] ?? [],
    baseline: baseline === undefined ? undefined : (baseline[name] ?? NaN),
  }));
}

/** All that values are compared with. */
function boundsOf({ thresholds, baseline }: Asked): number[] {
  return [...thresholds, ...equalWithin(baseline)];
}

/** All that is read from the values of one metric. */
interface Found {
  readonly tally: Tally;
  readonly deviations: Deviations;
  readonly tails: Tails | undefined;
  /** The order statistic of a 0-based rank among the values that are not NaN. */
  readonly at: (rank: number) => number;
}

function tailsOf({ n }: Tally, at: (rank: number) => number, { scale }: Deviations): Tails | undefined {
  return n === 0 ? undefined : new Tails(n, at, scale);
}

/** Which ranks n values need. */
interface Ranks {
  readonly intervals: Readonly<Record<QuantileName, IntervalRanks>>;
  /** All that are looked for, 0-based. */
  readonly wanted: readonly number[];
}

/** By n: the cells of a run, and their metrics, have few sizes, and of a small cell nothing takes longer than this. */
const ranks_by_n = new Map<number, Ranks>();
const MOST_RANKS = 64;

function ranksOf(n: number): Ranks {
  const known = ranks_by_n.get(n);
  if (known !== undefined) return known;
  if (ranks_by_n.size >= MOST_RANKS) ranks_by_n.clear();
  const intervals = byQuantile((name) => intervalRanks(n, QUANTILES[name]));
  const ranks = { intervals, wanted: n === 0 ? [] : wantedRanks(n, intervals) };
  ranks_by_n.set(n, ranks);
  return ranks;
}

function wantedRanks(n: number, intervals: Ranks['intervals']): number[] {
  const size = tailSize(n);
  const ofQuantiles = QUANTILE_NAMES.flatMap((name) => [
    ...quantileRanks(n, QUANTILES[name]),
    ...[intervals[name].lower - 1, intervals[name].upper - 1].filter((rank) => rank >= 0 && rank < n),
  ]);
  return [...ofQuantiles, size - 1, n - size];
}

/** Columns of the cell before, as long as they fit: cells of one run have the same size, and fresh memory is not free. */
let held: Float64Array[] = [];

/** The columns of all rows, or nothing when they need more than `memory_bytes` (reading stops there). Valid until the next call. */
function load(source: RowSource, width: number, memory_bytes: number): Float64Array[] | undefined {
  const most = Math.floor(memory_bytes / (8 * Math.max(1, width)));
  let capacity = Math.min(most, 4096);
  let columns = held.length === width && held[0]!.length <= most ? held : newColumns(width, capacity);
  capacity = columns[0]?.length ?? capacity;
  let n = 0;
  for (const rows of source()) {
    assert(rows.columns.length === width, `rows of ${rows.columns.length} columns for ${width} metrics`);
    const more = rows.perm_index.length;
    if (n + more > most) return undefined;
    if (n + more > capacity) {
      capacity = Math.min(most, Math.max(2 * capacity, n + more));
      const wider = newColumns(width, capacity);
      for (let m = 0; m < width; m++) wider[m]!.set(columns[m]!.subarray(0, n));
      columns = wider;
    }
    for (let m = 0; m < width; m++) columns[m]!.set(rows.columns[m]!.subarray(0, more), n);
    n += more;
  }
  held = columns;
  return columns.map((column) => column.subarray(0, n));
}

function newColumns(width: number, length: number): Float64Array[] {
  return Array.from({ length: width }, () => new Float64Array(length));
}

/** In memory. */
function selectInColumn(column: Float64Array, thresholds: readonly number[]): Found {
  const tally = new Tally(thresholds);
  tally.add(column);
  const deviations = new Deviations(tally);
  deviations.add(column);
  const values = tally.n_nan === 0 ? column : withoutNaN(column);
  const found = valuesAtRanks(values, ranksOf(tally.n).wanted, tally);
  const at = (rank: number): number => found.get(rank)!;
  const tails = tailsOf(tally, at, deviations);
  tails?.add(values);
  return { tally, deviations, tails, at };
}

/** In bounded memory: one pass for the tallies, one for the deviations, as many as the rank searches need, one for the tails. */
function searchColumns(source: RowSource, thresholds: readonly (readonly number[])[], memory_bytes: number): Found[] {
  const keep = Math.floor(memory_bytes / (8 * thresholds.length));
  const tallies = thresholds.map((those) => new Tally(those));
  const searches = thresholds.map(() => new RankSearch(keep));
  for (const { columns } of source()) {
    columns.forEach((column, m) => {
      tallies[m]!.add(column);
      searches[m]!.add(withoutNaN(column));
    });
  }
  const deviations = tallies.map((tally) => new Deviations(tally));
  let open = searches.map((search, m) => search.endPass(() => ranksOf(tallies[m]!.n).wanted));
  for (let pass = 2; pass === 2 || open.includes(true); pass++) {
    for (const { columns } of source()) {
      columns.forEach((column, m) => {
        if (pass === 2) deviations[m]!.add(column);
        if (open[m]!) searches[m]!.add(withoutNaN(column));
      });
    }
    open = open.map((was, m) => was && searches[m]!.endPass(() => []));
  }
  const found = tallies.map((tally, m): Found => {
    const at = (rank: number): number => searches[m]!.valueAt(rank);
    return { tally, deviations: deviations[m]!, tails: tailsOf(tally, at, deviations[m]!), at };
  });
  for (const { columns } of source()) {
    columns.forEach((column, m) => {
      found[m]!.tails?.add(column);
    });
  }
  return found;
}

function withoutNaN(values: Float64Array): Float64Array {
  return values.includes(NaN) ? values.filter((value) => !Number.isNaN(value)) : values;
}

function report({ tally, deviations, tails, at }: Found, { thresholds, baseline }: Asked): MetricStatistics {
  const { n, n_nan, n_infinite, min, max, n_at_max } = tally;
  const estimate = estimateMean(tally, deviations);
  const { sd, mcse, ci, sd_se, largest_share, n_ones, diagnostics } =
    n_infinite === 0 ? estimate : { ...estimate, ...OF_INFINITE };
  const intervals = byQuantile((name): Interval =>
    n === 0 ? [NaN, NaN] : quantileInterval(at, n, ranksOf(n).intervals[name]),
  );
  const [lowest, highest] = [tails?.lowest.finish(n), tails?.highest.finish(n)];
  return {
    n,
    n_nan,
    ...(n_infinite > 0 && { n_infinite }),
    ...(n_ones !== undefined && { n_ones }),
    mean: tally.mean,
    sd,
    mcse,
    min,
    max,
    ...byQuantile((name) => quantileOf(at, n, QUANTILES[name])),
    sd_se,
    quantile_mcse: byQuantile((name) => errorOfInterval(intervals[name])),
    ci: { mean: ci, ...intervals },
    diagnostics: n_infinite === 0 ? diagnostics : ['infinite_rows', ...diagnostics],
    largest_share,
    n_at_max,
    cvar05: lowest?.mean ?? NaN,
    cvar05_se: lowest?.se ?? NaN,
    cvar95: highest?.mean ?? NaN,
    cvar95_se: highest?.se ?? NaN,
    ...(n > 1 && min === max && { other_value_at_most: clopperPearson(0, n)[1] }),
    ...(n_infinite > 0 && { finite: finiteOf(estimate) }),
    ...(thresholds.length > 0 && {
      thresholds: thresholds.map((threshold, j): ThresholdStatistics => {
        const count = tally.above[j]!;
        const interval = wilson(count, n);
        return { threshold, count, probability: count / n, se: errorOfInterval(interval), ci: interval };
      }),
    }),
    ...(baseline !== undefined && { baseline: baselineRank(baseline, n, tally.above.slice(thresholds.length)) }),
  };
}

/** What a mean with infinite values has not. */
const OF_INFINITE = {
  sd: NaN,
  mcse: NaN,
  ci: [NaN, NaN],
  sd_se: NaN,
  largest_share: NaN,
  n_ones: undefined,
} as const satisfies Partial<MeanEstimate>;

function finiteOf({ n, mean, sd, mcse, ci }: MeanEstimate): FiniteStatistics {
  return { n, mean, sd, mcse, ci };
}

function byQuantile<Value>(of: (name: QuantileName) => Value): Readonly<Record<QuantileName, Value>> {
  return Object.fromEntries(QUANTILE_NAMES.map((name) => [name, of(name)])) as Record<QuantileName, Value>;
}
