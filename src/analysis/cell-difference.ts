import { normalQuantile } from '../random/normal.ts';
import {
  independentDifference,
  pairedByPrefix,
  pairedDifferenceOf,
  sideOf,
  type Difference,
  type PairedSample,
  type Sample,
} from '../statistics/difference.ts';
import type { Diagnostic } from '../statistics/diagnostics.ts';
import { ALPHA, type Interval } from '../statistics/interval.ts';
import type { MetricStatistics } from '../statistics/summarise.ts';
import { measure, type AnalysedCell, type Quantity } from './quantity.ts';

/** The difference of a quantity between two cells, a - b. */
export interface CellDifference extends Difference {
  /** Of the same permutations (common random numbers), not of independent ones. */
  readonly paired: boolean;
}

/** A difference as one of a list, the intervals of which hold together. */
export interface JudgedDifference {
  readonly difference: number;
  readonly se: number;
  /** 95 % of this one alone. */
  readonly ci: Interval;
  /** With 95 % these hold for the whole list at once. */
  readonly simultaneous: Interval;
  /** 1: the first of both is higher, -1: lower, with an error of at most 5 % over the whole list; 0: not told apart. */
  readonly side: -1 | 0 | 1;
  readonly paired: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** `tail`: of each interval of the list, so that they hold together. */
export function judged(found: CellDifference, tail: number): JudgedDifference {
  const { difference, se, ci, paired, diagnostics } = found;
  return { difference, se, ci, simultaneous: found.interval(tail), side: sideOf(found, tail), paired, diagnostics };
}

/**
 * Of means by `pairs` where there are any, else as of independent samples; so where a mean is infinite. Of any other statistic by the root of
 * the sum of squares of both standard errors and normal quantiles, which is wider than needed where streams are shared.
 */
export function cellDifference(
  a: AnalysedCell,
  b: AnalysedCell,
  quantity: Quantity,
  pairs?: PairedSample,
): CellDifference {
  if (quantity.statistic !== 'mean') return { ...ofEstimates(a, b, quantity), paired: false };
  const [x, y] = [a.statistics[quantity.metric]!, b.statistics[quantity.metric]!];
  const finite = Number.isFinite(x.mean) && Number.isFinite(y.mean);
  if (pairs === undefined || !finite) return { ...independentDifference(sampleOf(x), sampleOf(y)), paired: false };
  const all = Math.max(x.n + x.n_nan, y.n + y.n_nan);
  if (all === pairs.n) return { ...pairedDifferenceOf(pairs), paired: true };
  // Undefined rows belong to no pair: what is left is what was looked at.
  if (pairs.n_excluded > 0 || x.n_nan + y.n_nan > 0) return { ...pairedDifferenceOf(pairs), paired: true };
  // Pairs of 0 and 1 that differ are rare: the first permutations have too few of them.
  if (pairs.discordant !== undefined) return { ...independentDifference(sampleOf(x), sampleOf(y)), paired: false };
  return { ...pairedByPrefix(sampleOf(x), sampleOf(y), pairs), paired: true };
}

function sampleOf({ n, mean, mcse, n_ones, diagnostics }: MetricStatistics): Sample {
  return { n, mean, mcse, n_ones, diagnostics };
}

function ofEstimates(a: AnalysedCell, b: AnalysedCell, quantity: Quantity): Difference {
  const [x, y] = [measure(a, quantity), measure(b, quantity)];
  const largest = Math.max(x.se, y.se);
  const [u, v] = largest > 0 ? [x.se / largest, y.se / largest] : [0, 0];
  const se = largest * Math.sqrt(u * u + v * v);
  const difference = x.value - y.value;
  const interval = (tail: number): Interval => {
    const margin = -normalQuantile(tail) * se;
    return [difference - margin, difference + margin];
  };
  return { n: Math.min(a.n, b.n), difference, se, ci: interval(ALPHA / 2), diagnostics: [], interval };
}
