import assert from 'node:assert/strict';

/**
 * The binomial distribution B(n, p) near its mode, from + - * / alone: weights relative to the mode by the recurrence
 * w(k + 1) = w(k) (n - k) / (k + 1) p / (1 - p), cut where they no longer count, divided by their sum.
 * No logarithm and no gamma function, so no last bit depends on the machine; relative error about 1e-13.
 * Time and memory grow with the standard deviation, sqrt(n p (1 - p)): 4,000 steps for n = 200,000.
 */
export interface Binomial {
  /** `weights[i]` belongs to k = first + i. */
  readonly first: number;
  readonly weights: Float64Array;
  readonly total: number;
}

/** A weight this small, relative to the mode's, does not change a probability that anyone looks at. */
const NEGLIGIBLE = 1e-25;

/** n >= 0 an integer, 0 < p < 1. */
export function binomial(n: number, p: number): Binomial {
  assert(Number.isInteger(n) && n >= 0, `a number of trials is an integer >= 0, not ${n}`);
  assert(p > 0 && p < 1, `a probability strictly between 0 and 1, not ${p}`);
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const below: number[] = [];
  for (let k = mode, weight = 1; k > 0; k--) {
    weight = (weight * k) / (n - k + 1) / odds;
    if (weight < NEGLIGIBLE) break;
    below.push(weight);
  }
  const above: number[] = [];
  for (let k = mode, weight = 1; k < n; k++) {
    weight = ((weight * (n - k)) / (k + 1)) * odds;
    if (weight < NEGLIGIBLE) break;
    above.push(weight);
  }
  const weights = Float64Array.from([...below.reverse(), 1, ...above]);
  let total = 0;
  for (const weight of weights) total += weight;
  return { first: mode - below.length, weights, total };
}

/** The smallest k with P(X <= k) >= probability, 0 < probability < 1. */
export function binomialQuantile(distribution: Binomial, probability: number): number {
  const { first, weights, total } = distribution;
  const goal = probability * total;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    if (sum >= goal) return first + i;
  }
  return first + weights.length - 1;
}

/** P(X = k); 0 where it is negligible. */
export function binomialPmf({ first, weights, total }: Binomial, k: number): number {
  return (weights[k - first] ?? 0) / total;
}

/** P(X <= k). */
export function binomialCdf({ first, weights, total }: Binomial, k: number): number {
  let sum = 0;
  for (let i = Math.min(k - first, weights.length - 1); i >= 0; i--) sum += weights[i]!;
  return sum / total;
}

/** P(X >= k). */
export function binomialSurvival({ first, weights, total }: Binomial, k: number): number {
  let sum = 0;
  for (let i = Math.max(0, k - first); i < weights.length; i++) sum += weights[i]!;
  return sum / total;
}
