import { diagnosticsOf, type Diagnostic } from './diagnostics.ts';
import type { Deviations } from './deviations.ts';
import { ALPHA, type Interval } from './interval.ts';
import { studentQuantile } from './student.ts';
import type { Tally } from './tally.ts';
import { wilson } from './wilson.ts';

/** The mean of the finite values of a sample, with what is known of its error. Unit: that of the values. */
export interface MeanEstimate {
  /** Finite values. */
  readonly n: number;
  readonly mean: number;
  /** With Bessel's correction; NaN for fewer than two values. */
  readonly sd: number;
  /** Monte Carlo standard error of the mean, s / sqrt(n). Source: Morris, White, Crowther 2019, doi:10.1002/sim.8086. */
  readonly mcse: number;
  /** 95 %: `meanInterval`. */
  readonly ci: Interval;
  /** Standard error of sd: s sqrt((k - 1) / (4 n)), k the kurtosis, by the delta method; sd_se / sd is the relative error. */
  readonly sd_se: number;
  /** The share of the sum of squared deviations that one row has, 0 .. 1; NaN without spread. */
  readonly largest_share: number;
  /** How many values are 1, where all are 0 or 1. */
  readonly n_ones: number | undefined;
  /** Why `ci` may not cover as often as it says; empty where nothing speaks against it. */
  readonly diagnostics: readonly Diagnostic[];
}

/** `deviations` are about the mean of `tally`, and of the same values. */
export function estimateMean(tally: Tally, deviations: Deviations): MeanEstimate {
  const { n_finite: n, finite_mean: mean, n_ones } = tally;
  const { sd, kurtosis, largest_share } = deviations;
  const mcse = sd / Math.sqrt(n);
  const sd_se = sd === 0 ? 0 : sd * Math.sqrt(Math.max(0, kurtosis - 1) / (4 * n));
  const ci = meanInterval({ n, mean, mcse, n_ones });
  const diagnostics = diagnosticsOf({ n, sd, sd_se, largest_share, n_ones });
  return { n, mean, sd, mcse, ci, sd_se, largest_share, n_ones, diagnostics };
}

/**
 * 95 % interval of a mean: by Student's t with n - 1 degrees of freedom; Wilson's where all values are 0 or 1. One value has none
 * (NaN). Source of the first: Student 1908, doi:10.1093/biomet/6.1.1.
 */
function meanInterval({ n, mean, mcse, n_ones }: Pick<MeanEstimate, 'n' | 'mean' | 'mcse' | 'n_ones'>): Interval {
  if (n < 2) return [NaN, NaN];
  if (n_ones !== undefined) return wilson(n_ones, n);
  const margin = multiplierFor(n) * mcse;
  return [mean - margin, mean + margin];
}

/** Cells of one run mostly have the same n. */
let known = { n: 0, multiplier: NaN };

/** Standard errors from the mean of n values to an end of its 95 % interval: 12.7 for two, 1.96 for many. */
function multiplierFor(n: number): number {
  if (known.n !== n) known = { n, multiplier: studentQuantile(ALPHA / 2, n - 1) };
  return known.multiplier;
}
