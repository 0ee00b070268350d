import assert from 'node:assert/strict';

import { normalQuantile } from '../random/normal.ts';
import { Deviations } from './deviations.ts';
import { diagnosticsOf, type Diagnostic } from './diagnostics.ts';
import { ALPHA, type Interval } from './interval.ts';
import { estimateMean } from './mean-estimate.ts';
import { Z_95 } from './special.ts';
import { studentQuantile } from './student.ts';
import { Tally } from './tally.ts';
import { wilson } from './wilson.ts';

/** A difference of two means, a - b, with its error. Unit: that of the values. */
export interface Difference {
  /** Values (pairs, where paired) that it is of; of independent samples those of the smaller one. */
  readonly n: number;
  readonly difference: number;
  readonly se: number;
  /** 95 %; NaN where one value is all there is. */
  readonly ci: Interval;
  readonly diagnostics: readonly Diagnostic[];
  /** The interval that has `tail` outside at either end. */
  readonly interval: (tail: number) => Interval;
}

/** One of two independent samples, of finite values. */
export interface Sample {
  readonly n: number;
  readonly mean: number;
  readonly mcse: number;
  /** How many values are 1, where all are 0 or 1. */
  readonly n_ones?: number | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Of two samples with random numbers of their own: the squares of the errors add up, and the interval is by Student's t with Satterthwaite's
 * degrees of freedom; where all values are 0 or 1 it is made of both Wilson intervals.
 * Sources: Welch 1947, doi:10.1093/biomet/34.1-2.28; Newcombe 1998, method 10,
 * doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
 */
export function independentDifference(a: Sample, b: Sample): Difference {
  const difference = a.mean - b.mean;
  const largest = Math.max(a.mcse, b.mcse);
  // As shares of the larger one, whose square might not be a double.
  const [x, y] = largest > 0 ? [a.mcse / largest, b.mcse / largest] : [a.mcse, b.mcse];
  const sum = x * x + y * y;
  const se = largest > 0 ? largest * Math.sqrt(sum) : largest;
  const n = Math.min(a.n, b.n);
  const df = sum > 0 ? (sum * sum) / ((x * x * x * x) / (a.n - 1) + (y * y * y * y) / (b.n - 1)) : n - 1;
  const { n_ones: k } = a;
  const { n_ones: m } = b;
  const interval =
    k !== undefined && m !== undefined && n > 1
      ? (tail: number): Interval => newcombe(k, a.n, m, b.n, tail)
      : studentInterval(difference, se, Math.max(n - 1, df));
  return {
    n,
    difference,
    se,
    ci: interval(ALPHA / 2),
    diagnostics: [...new Set([...a.diagnostics, ...b.diagnostics])],
    interval,
  };
}

/** A paired difference, and how many pairs were left out of it. */
export interface PairedDifference extends Difference {
  readonly n_excluded: number;
}

/** All that a paired difference is made of; plain data, which threads can send. */
export interface PairedSample {
  /** Pairs, and those left out because they have no finite difference. */
  readonly n: number;
  readonly n_excluded: number;
  readonly difference: number;
  readonly se: number;
  readonly diagnostics: readonly Diagnostic[];
  /** Where all values are 0 or 1: pairs in which only the first has the event, and only the second. */
  readonly discordant: readonly [only_a: number, only_b: number] | undefined;
}

/**
 * Of two samples that share their random numbers, paired by perm_index: `a[i]` and `b[i]` belong to the same permutation; pairs without a
 * finite difference are left out. The interval is that of a mean of differences, by Student's t; where all values are 0 or 1 it is Bonett
 * and Price's (Wald after adding one discordant pair each way), 2012, doi:10.3102/1076998611411915.
 */
export function pairedDifference(a: Float64Array, b: Float64Array): PairedDifference {
  return pairedDifferenceOf(pairedSample(a, b));
}

export function pairedSample(a: Float64Array, b: Float64Array): PairedSample {
  assert(a.length === b.length, `pairs need equal lengths, not ${a.length} and ${b.length}`);
  const differences = a.map((value, i) => value - b[i]!).filter(Number.isFinite);
  const tally = new Tally([]);
  tally.add(differences);
  const deviations = new Deviations(tally);
  deviations.add(differences);
  const estimate = estimateMean(tally, deviations);
  const { n, mean, mcse } = estimate;
  const found = { n, n_excluded: a.length - n, difference: mean, se: mcse };
  if (!(n > 1 && isZeroOrOne(a) && isZeroOrOne(b)))
    return { ...found, diagnostics: estimate.diagnostics, discordant: undefined };
  // What counts of pairs of 0 and 1 are those that differ.
  const only_a = differences.filter((difference) => difference === 1).length;
  const only_b = differences.filter((difference) => difference === -1).length;
  return {
    ...found,
    diagnostics: diagnosticsOf({ ...estimate, n_ones: only_a + only_b }),
    discordant: [only_a, only_b],
  };
}

export function pairedDifferenceOf({ discordant, ...sample }: PairedSample): PairedDifference {
  const { n, difference, se } = sample;
  const interval = discordant === undefined ? studentInterval(difference, se, n - 1) : bonettPrice(n, ...discordant);
  return { ...sample, ci: interval(ALPHA / 2), interval };
}

/**
 * Of two samples that share their random numbers, of which only the first pairs were looked at: the difference is that of all values, the
 * spread of the differences that of the pairs. `a` and `b` are the whole samples, and hold more than `pairs`. The variance of a mean of
 * m pairs less one of n > m values of the second alone is s_d^2 / n + s_a^2 (1 / m - 1 / n), s_d that of the pairs, s_a that of the smaller sample.
 */
export function pairedByPrefix(a: Sample, b: Sample, pairs: PairedSample): Difference {
  const difference = a.mean - b.mean;
  const [small, large] = a.n <= b.n ? [a, b] : [b, a];
  // As shares of the largest, whose square might not be a double.
  const of_pairs = pairs.se * Math.sqrt(pairs.n / large.n);
  const of_rest = small.mcse * Math.sqrt(1 - small.n / large.n);
  const largest = Math.max(of_pairs, of_rest);
  const [x, y] = largest > 0 ? [of_pairs / largest, of_rest / largest] : [0, 0];
  const se = largest * Math.sqrt(x * x + y * y);
  const interval = studentInterval(difference, se, pairs.n - 1);
  const diagnostics = pairs.diagnostics;
  return { n: small.n, difference, se, ci: interval(ALPHA / 2), diagnostics, interval };
}

/** `1`: above zero, `-1`: below, with an error of at most `tail`; 0: not told apart from zero. Infinite differences are. */
export function sideOf({ difference, interval }: Difference, tail: number): -1 | 0 | 1 {
  if (!Number.isFinite(difference)) return Number.isNaN(difference) ? 0 : difference > 0 ? 1 : -1;
  const [lower, upper] = interval(tail);
  return lower > 0 ? 1 : upper < 0 ? -1 : 0;
}

function studentInterval(difference: number, se: number, df: number): (tail: number) => Interval {
  return (tail) => {
    if (!(df >= 1)) return [NaN, NaN];
    const margin = studentQuantile(tail, df) * se;
    return [difference - margin, difference + margin];
  };
}

/** Values that are not defined (NaN) do not speak against it. */
function isZeroOrOne(values: Float64Array): boolean {
  return values.every((value) => value === 0 || value === 1 || Number.isNaN(value));
}

function zOf(tail: number): number {
  return tail === ALPHA / 2 ? Z_95 : -normalQuantile(tail);
}

/** k events of n less m of o. */
function newcombe(k: number, n: number, m: number, o: number, tail: number): Interval {
  const z = zOf(tail);
  const [p, q] = [k / n, m / o];
  const [p_lower, p_upper] = wilson(k, n, z);
  const [q_lower, q_upper] = wilson(m, o, z);
  return [
    p - q - Math.sqrt((p - p_lower) * (p - p_lower) + (q_upper - q) * (q_upper - q)),
    p - q + Math.sqrt((p_upper - p) * (p_upper - p) + (q - q_lower) * (q - q_lower)),
  ];
}

/** Of so many pairs, in which only the first has the event, and only the second. */
function bonettPrice(pairs: number, of_a: number, of_b: number): (tail: number) => Interval {
  const n = pairs + 2;
  const only_a = of_a + 1;
  const only_b = of_b + 1;
  const centre = (only_a - only_b) / n;
  const error = Math.sqrt(((only_a + only_b) / n - centre * centre) / n);
  return (tail) => {
    const margin = zOf(tail) * error;
    return [Math.max(-1, centre - margin), Math.min(1, centre + margin)];
  };
}
