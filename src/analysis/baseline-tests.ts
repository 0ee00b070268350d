import { benjaminiHochberg, holm } from '../statistics/adjusted-p-values.ts';
import { ALPHA, type Interval } from '../statistics/interval.ts';
import { fewestForAnyResult, permutationPValue, pValueInterval } from '../statistics/p-value.ts';
import { proportion, type Proportion } from '../statistics/proportion.ts';
import type { AnalysedCell } from './quantity.ts';
import type { Grid } from './grid.ts';

/** Where the unperturbed case lies among the permutations of one cell. */
export interface BaselineTest {
  /** By its place in the grid. */
  readonly cell: number;
  readonly baseline: number;
  /** Permutations that are higher than the baseline; and equal to it. */
  readonly higher: Proportion;
  readonly equal: Proportion;
  /** (b + 1) / (n + 1): at least as high, at least as low, and the smaller of both doubled. */
  readonly p_high: number;
  readonly p_low: number;
  readonly p: number;
  /** `p` adjusted over all cells: family-wise error (Holm), false discovery rate (Benjamini, Hochberg). */
  readonly p_holm: number;
  readonly p_bh: number;
  /** More permutations might move `p` to the other side of what Holm's method compares it with. */
  readonly undecided: boolean;
  /** Median and P5 of the permutations over the baseline, with 95 % intervals; undefined unless the baseline is above 0. */
  readonly retention: { readonly p50: Retention; readonly p05: Retention } | undefined;
  /**
   * The robust score of an earlier engine, P50 (1 - share of permutations at least as high as the baseline). No test: that share is the rank
   * of the baseline, and where it is small, perturbing hurts. The score halves cells that change nothing on average and leaves pure damage as
   * it is. For comparison alone: nothing is ranked by it.
   */
  readonly legacy_robust_score: number;
}

export interface Retention {
  readonly share: number;
  readonly ci: Interval;
}

/** The baseline of one metric in all cells. */
export interface BaselineTests {
  readonly metric: string;
  /** Cells whose metric has a baseline. */
  readonly cells: readonly BaselineTest[];
  /** With fewer permutations no cell can pass Bonferroni's bound, nor Holm's first step. */
  readonly fewest_permutations: number;
}

/**
 * The place of the baseline among the permutations, as p-values. They are tests only where the permutations are draws under a null hypothesis, of which
 * the baseline would be one like any other: that the order of trades plays no part, say. Where permutations are the baseline made worse, it is a rank.
 */
export function baselineTests({ cells }: Pick<Grid, 'cells'>, metric: string): BaselineTests | undefined {
  const found = cells.flatMap((each, cell) => rankOf(each, cell, metric) ?? []);
  if (found.length === 0) return undefined;
  const p = found.map((each) => each.p);
  const [by_holm, by_bh] = [holm(p), benjaminiHochberg(p)];
  const tests = found.map(({ tail_count, n, ...test }, i): BaselineTest => {
    const p_holm = by_holm[i]!;
    return { ...test, p_holm, p_bh: by_bh[i]!, undecided: isUndecided(test.p, p_holm, tail_count, n) };
  });
  return { metric, cells: tests, fewest_permutations: fewestForAnyResult(2 * found.length) };
}

type Ranked = Omit<BaselineTest, 'p_holm' | 'p_bh' | 'undecided'> & {
  readonly tail_count: number;
  readonly n: number;
};

function rankOf({ statistics }: AnalysedCell, cell: number, metric: string): Ranked | undefined {
  const found = statistics[metric];
  const rank = found?.baseline;
  if (found === undefined || rank === undefined || !Number.isFinite(rank.below)) return undefined;
  const { n } = found;
  // Shares of n that were counts.
  const [below, equal] = [Math.round(rank.below * n), Math.round(rank.equal * n)];
  const [at_least, at_most] = [n - below, below + equal];
  const [p_high, p_low] = [permutationPValue(at_least, n), permutationPValue(at_most, n)];
  const retention = (name: 'p50' | 'p05'): Retention => {
    const [lower, upper] = found.ci[name];
    return { share: found[name] / rank.value, ci: [lower / rank.value, upper / rank.value] };
  };
  return {
    cell,
    n,
    tail_count: Math.min(at_least, at_most),
    baseline: rank.value,
    higher: proportion(n - below - equal, n),
    equal: proportion(equal, n),
    p_high,
    p_low,
    p: Math.min(1, 2 * Math.min(p_high, p_low)),
    retention: rank.value > 0 ? { p50: retention('p50'), p05: retention('p05') } : undefined,
    legacy_robust_score: found.p50 * (1 - at_least / n),
  };
}

/** Whether Clopper and Pearson's interval of the tail holds the share at which Holm's p-value would be 0.05. */
function isUndecided(p: number, p_holm: number, count: number, n: number): boolean {
  // Adjusted values stop at 1, far from the bound.
  if (p_holm >= 1) return false;
  const bound = (ALPHA * (p / p_holm)) / 2;
  const near = proportion(count, n);
  if (Math.abs(near.share - bound) > 4 * near.se) return false;
  const [lower, upper] = pValueInterval(count, n);
  return lower <= bound && bound <= upper;
}
