import assert from 'node:assert/strict';
import { Deviations } from './deviations.ts';
import { isLightTailed, LARGEST_RELATIVE_ERROR, LARGEST_SHARE, MIN_EVENTS } from './diagnostics.ts';
import type { Interval } from './interval.ts';
import { estimateMean, type MeanEstimate } from './mean-estimate.ts';
import { intervalRanks, quantileInterval } from './quantile-interval.ts';
import { quantileOf, quantileRanks } from './quantile.ts';
import { RankSearch } from './rank-search.ts';
import { Tally } from './tally.ts';
import { wilson } from './wilson.ts';

/**
 * When a cell is precise enough: the 95 % interval of one quantity of one metric is at most 2 x half_width wide.
 * The quantity is a quantile, the mean, or P(metric > threshold).
 */
export type PrecisionRule = {
  readonly metric: string;
  /** In the unit of the quantity, > 0; with `relative` as a share of its size. */
  readonly half_width: number;
  readonly relative?: boolean;
  /** The first check, and the fewest permutations; 1,000 where not given. */
  readonly min?: number;
} & ({ readonly quantile: number } | { readonly mean: true } | { readonly threshold: number });

export const MIN_PERMUTATIONS = 1000;

export interface Decision {
  readonly stop: boolean;
  /** Permutations looked at: rows 0 .. n - 1. */
  readonly n: number;
  readonly estimate: number;
  readonly ci: Interval;
  /** Half the width of `ci`, and what the rule allows at this estimate. */
  readonly half_width: number;
  readonly allowed: number;
  /** For a person: why it stops, or what is missing. */
  readonly reason: string;
}

/**
 * The fixed checkpoints min x 2^k below `target`, then `target`. A cell is judged only there, and only on exactly the rows
 * below the check, all of them complete: so where it stops is a function of the rows alone, on any machine.
 */
export function checkpoints(target: number, min: number = MIN_PERMUTATIONS): number[] {
  assert(min >= 1 && target >= 0, 'checkpoints are positive');
  const checkpoints: number[] = [];
  for (let n = min; n < target; n *= 2) checkpoints.push(n);
  return [...checkpoints, target];
}

/** The values of one metric in perm_index order, in blocks of any size. Gone through several times, each time from the first row. */
export type ColumnBlocks = Iterable<Float64Array>;

/**
 * One check of rows 0 .. n - 1 of `column`, which holds at least those; later ones are ignored. Call it at
 * `checkpoints` only: width rules at the plain 95 % level keep their coverage there (specification: 0.93 to 0.96), not
 * under a check at every row. Decisions against a threshold need `decideProportion` instead. Memory does not grow with n.
 */
export function decide(rule: PrecisionRule, column: ColumnBlocks, n: number): Decision {
  assert(rule.half_width > 0, 'a half width is positive');
  const rows = prefix(column, n);
  const { estimate, ci, events, doubt } =
    'quantile' in rule
      ? ofQuantile(rows, rule.quantile)
      : 'mean' in rule
        ? ofMean(rows, prefix(column, Math.floor(n / 2)))
        : ofProbability(rows, rule.threshold);
  const half_width = (ci[1] - ci[0]) / 2;
  const allowed = rule.relative === true ? rule.half_width * Math.abs(estimate) : rule.half_width;
  const min = rule.min ?? MIN_PERMUTATIONS;
  const outcome = { n, estimate, ci, half_width, allowed };
  if (n < min) return { ...outcome, stop: false, reason: `${n} of at least ${min} permutations` };
  if (events < MIN_EVENTS)
    return { ...outcome, stop: false, reason: `${events} of at least ${MIN_EVENTS} events on either side` };
  if (doubt !== undefined) return { ...outcome, stop: false, reason: doubt };
  // Written so that NaN does not stop.
  if (half_width <= allowed) return { ...outcome, stop: true, reason: `half width ${half_width} is within ${allowed}` };
  return { ...outcome, stop: false, reason: `half width ${half_width} is not yet within ${allowed}` };
}

/** The first n values, and an assertion that they are there. */
function prefix(column: ColumnBlocks, n: number): ColumnBlocks {
  return {
    *[Symbol.iterator]() {
      let left = n;
      for (const block of column) {
        if (left === 0) return;
        const rows = block.length <= left ? block : block.subarray(0, left);
        left -= rows.length;
        yield rows;
      }
      assert(left === 0, `${n} rows to look at, ${n - left} given`);
    },
  };
}

interface Measured {
  readonly estimate: number;
  readonly ci: Interval;
  /** The rarer of the two things that decide the quantity: values on one side of it and on the other. */
  readonly events: number;
  /** Why the interval is not to be trusted yet, whatever its width. */
  readonly doubt?: string | undefined;
}

/** Values held at once while a quantile is searched. */
const KEPT_VALUES = 2 ** 20;

function ofQuantile(rows: ColumnBlocks, q: number): Measured {
  const search = new RankSearch(KEPT_VALUES);
  const size = new Tally([]);
  for (const block of rows) {
    size.add(block);
    search.add(withoutNaN(block));
  }
  const { n } = size;
  if (n === 0) return UNKNOWN;
  const ranks = intervalRanks(n, q);
  const bounded = [ranks.lower - 1, ranks.upper - 1].filter((rank) => rank >= 0 && rank < n);
  while (search.endPass(() => [...quantileRanks(n, q), ...bounded]))
    for (const block of rows) search.add(withoutNaN(block));
  const at = (rank: number): number => search.valueAt(rank);
  return {
    estimate: quantileOf(at, n, q),
    ci: quantileInterval(at, n, ranks),
    events: Math.floor(Math.min(n * q, n * (1 - q))),
  };
}

function withoutNaN(block: Float64Array): Float64Array {
  return block.includes(NaN) ? block.filter((value) => !Number.isNaN(value)) : block;
}

/**
 * Looking again and again for a sample without a heavy tail finds one by chance, among those in which the large values have not come yet: so
 * what is asked of an interval at a single n is asked of the first half, and more of the whole. (Lognormal rows with s = 1.5 stop within
 * 10 %: without the halves the interval covers 0.92, with them 0.94. docs/statistics.md)
 */
const RELATIVE_ERROR_TO_STOP = LARGEST_RELATIVE_ERROR / 2;

function ofMean(rows: ColumnBlocks, half: ColumnBlocks): Measured {
  const tally = tallyOf(rows);
  if (tally.n_infinite > 0) {
    const doubt = `the mean is infinite: so are ${tally.n_infinite} of ${tally.n} values`;
    return { estimate: tally.mean, ci: [NaN, NaN], events: Infinity, doubt };
  }
  const estimate = meanOf(rows, tally);
  const { mean, ci, n_ones } = estimate;
  let above = 0;
  let below = 0;
  for (const block of rows) {
    for (const value of block) {
      if (value > mean) above++;
      else if (value < mean) below++;
    }
  }
  const doubt = n_ones === undefined ? heavyTail(estimate, meanOf(half, tallyOf(half))) : undefined;
  return { estimate: mean, ci, events: Math.min(above, below), doubt };
}

function tallyOf(rows: ColumnBlocks): Tally {
  const tally = new Tally([]);
  for (const block of rows) tally.add(block);
  return tally;
}

function meanOf(rows: ColumnBlocks, tally: Tally): MeanEstimate {
  const deviations = new Deviations(tally);
  for (const block of rows) deviations.add(block);
  return estimateMean(tally, deviations);
}

function heavyTail(whole: MeanEstimate, half: MeanEstimate): string | undefined {
  if (isLightTailed(whole, RELATIVE_ERROR_TO_STOP) && isLightTailed(half)) return undefined;
  const part = isLightTailed(whole, RELATIVE_ERROR_TO_STOP) ? half : whole;
  const allowed = part === whole ? RELATIVE_ERROR_TO_STOP : LARGEST_RELATIVE_ERROR;
  const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
  const where = part === whole ? '' : 'in the first half of the permutations ';
  return part.largest_share > LARGEST_SHARE
    ? `${where}one permutation has ${percent(part.largest_share)} of the sum of squares, more than ${percent(LARGEST_SHARE)}: a heavy tail, whose mean is hardly known`
    : `${where}the variance has a relative error of ${percent(part.sd_se / part.sd)}, more than ${percent(allowed)}: a heavy tail, or too few permutations`;
}

function ofProbability(rows: ColumnBlocks, threshold: number): Measured {
  const tally = new Tally([threshold]);
  for (const block of rows) tally.add(block);
  const count = tally.above[0]!;
  if (tally.n === 0) return UNKNOWN;
  return { estimate: count / tally.n, ci: wilson(count, tally.n), events: Math.min(count, tally.n - count) };
}

const UNKNOWN: Measured = { estimate: NaN, ci: [NaN, NaN], events: 0 };

/** The outcome of one rule in one cell, as in summary.json. An unbounded interval has null for its open end. */
export interface ReachedPrecision {
  readonly metric: string;
  /** `quantile 0.5`, `mean`, `P(> 3)`. */
  readonly quantity: string;
  /** The rule, as it was applied. */
  readonly rule: PrecisionRule;
  /** Permutations at the last check, and how many checks there were until then (the stored name is older than the word). */
  readonly n: number;
  readonly looks: number;
  readonly estimate: number;
  readonly ci: Interval;
  /** Half the width of `ci`, and what the rule allows. */
  readonly half_width: number;
  readonly allowed: number;
  readonly reached: boolean;
  readonly reason: string;
}

/** `quantile 0.5`, `mean`, `P(> 3)`. */
export function quantityOf(rule: PrecisionRule): string {
  if ('quantile' in rule) return `quantile ${rule.quantile}`;
  return 'mean' in rule ? 'mean' : `P(> ${rule.threshold})`;
}
