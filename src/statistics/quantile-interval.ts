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

/** The interval of `intervalRanks`; `at(rank)` is the order statistic of a 0-based rank. Unbounded ends are infinite. */
export function quantileInterval(at: (rank: number) => number, n: number, ranks: IntervalRanks): Interval {
  return [ranks.lower < 1 ? -Infinity : at(ranks.lower - 1), ranks.upper > n ? Infinity : at(ranks.upper - 1)];
}

/**
 * Monte Carlo standard error of a quantile from its 95 % interval: (X_(U) - X_(L)) / (2 z). Infinite where an end is
 * unbounded or infinite: too few values to say.
 */
export function mcseOfQuantile([lower, upper]: Interval, z: number = Z_95): number {
  if (!Number.isFinite(lower) || !Number.isFinite(upper)) return Infinity;
  return (upper - lower) / (2 * z);
}
