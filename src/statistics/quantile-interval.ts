import { binomial, binomialQuantile } from './binomial.ts';
import { ALPHA, type Interval } from './interval.ts';
import { Z_95 } from './special.ts';

/** 1-based ranks of the order statistics that bound a quantile: `lower` = 0 and `upper` = n + 1 mean unbounded. */
export interface IntervalRanks {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Distribution-free interval of quantile q, 0 < q < 1, from n values: [X_(L), X_(U)] with the binomial quantiles
 * L = B^-1(alpha / 2; n, q) and U = B^-1(1 - alpha / 2; n, q) + 1. Valid for any distribution, ties included.
 * Source: David, Nagaraja 2003, Order Statistics, section 7.1. Integers, from + - * / alone: the same on every machine.
 */
export function intervalRanks(n: number, q: number, alpha: number = ALPHA): IntervalRanks {
  const distribution = binomial(n, q);
  return {
    lower: binomialQuantile(distribution, alpha / 2),
    upper: binomialQuantile(distribution, 1 - alpha / 2) + 1,
  };
}

/** The interval of `intervalRanks`; `at(rank)` is the order statistic of a 0-based rank. Unbounded ends are NaN. */
export function quantileInterval(at: (rank: number) => number, n: number, ranks: IntervalRanks): Interval {
  return [ranks.lower < 1 ? NaN : at(ranks.lower - 1), ranks.upper > n ? NaN : at(ranks.upper - 1)];
}

/**
 * The standard error that goes with a 95 % interval of a quantile or a probability: its width / (2 z), NaN where an end is unbounded or
 * infinite. The one place where an interval becomes an error.
 */
export function errorOfInterval([lower, upper]: Interval): number {
  if (!Number.isFinite(lower) || !Number.isFinite(upper)) return NaN;
  return (upper - lower) / (2 * Z_95);
}
