import { errorOfInterval } from './quantile-interval.ts';
import { wilson } from './wilson.ts';

/** Where the metric of the unperturbed case lies among the rows. */
export interface BaselineRank {
  /** The baseline itself; NaN where it is undefined, and so is all the rest. */
  readonly value: number;
  /** Shares of the rows that are not NaN, 0 .. 1: below it, and equal to it; each with half the width of its 95 % interval (Wilson) by 1.96. */
  readonly below: number;
  readonly below_se: number;
  readonly equal: number;
  readonly equal_se: number;
}

/** Values closer to each other than this are equal: what is the same but for the order of a sum differs in the last digits. */
const ROUNDING = 1e-12;

/** Thresholds between which, the first left out and the second in, values are equal to the baseline; none where it is not finite. */
export function equalWithin(baseline: number | undefined): readonly number[] {
  if (baseline === undefined || !Number.isFinite(baseline)) return [];
  const off = Math.max(Math.abs(baseline) * ROUNDING, Number.MIN_VALUE);
  return [baseline - off, baseline + off];
}

/** The rank of a baseline among n values, of which these numbers lie above the thresholds of `equalWithin`. */
export function baselineRank(value: number, n: number, above: readonly number[]): BaselineRank {
  const [not_below, higher] = above;
  if (n === 0 || not_below === undefined || higher === undefined)
    return { value, below: NaN, below_se: NaN, equal: NaN, equal_se: NaN };
  const [below, equal] = [n - not_below, not_below - higher];
  return {
    value,
    below: below / n,
    below_se: errorOfInterval(wilson(below, n)),
    equal: equal / n,
    equal_se: errorOfInterval(wilson(equal, n)),
  };
}
