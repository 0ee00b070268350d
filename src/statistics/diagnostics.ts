/**
 * Why the interval of a mean may not cover as often as it says, as a code:
 * - `few_permutations`: so few values that even those of a normal distribution leave the variance uncertain by more than a tenth: nothing
 *   can be said about their shape, on which the interval relies;
 * - `heavy_tail`: the relative error of the variance is over 0.1, or one row has more than a tenth of the sum of squares: what decides the
 *   mean has hardly been seen;
 * - `few_events`: values of 0 and 1 of which one comes fewer than ten times;
 * - `equal_rows`: all values are equal, so that nothing is known of what another one would do to the mean;
 * - `infinite_rows`: some values are infinite, and so is the mean;
 * - `earlier_version`: the summary is of a version that did not ask, and took 1.96 standard errors whatever n.
 */
export type Diagnostic =
  'few_permutations' | 'heavy_tail' | 'few_events' | 'equal_rows' | 'infinite_rows' | 'earlier_version';

/** Of n normal values the relative error of the variance, sqrt((3 - 1) / (4 n)), is over 0.1 below this. */
export const FEW_PERMUTATIONS = 50;
/** Below this many events, or non-events, an interval of a proportion can be narrow by accident. */
export const MIN_EVENTS = 10;
export const LARGEST_RELATIVE_ERROR = 0.1;
export const LARGEST_SHARE = 0.1;

interface Shape {
  readonly n: number;
  readonly sd: number;
  readonly sd_se: number;
  readonly largest_share: number;
  readonly n_ones: number | undefined;
}

/** What a sample of finite values says against the interval of its mean. */
export function diagnosticsOf({ n, sd, sd_se, largest_share, n_ones }: Shape): Diagnostic[] {
  if (n === 0) return [];
  const diagnostics: Diagnostic[] = [];
  if (n < FEW_PERMUTATIONS) diagnostics.push('few_permutations');
  if (n > 1 && sd === 0) diagnostics.push('equal_rows');
  else if (n_ones !== undefined) {
    if (n > 1 && Math.min(n_ones, n - n_ones) < MIN_EVENTS) diagnostics.push('few_events');
  } else if (n >= FEW_PERMUTATIONS && !isLightTailed({ sd, sd_se, largest_share })) diagnostics.push('heavy_tail');
  return diagnostics;
}

/**
 * The relative error of the variance and the largest row's share of the sum of squares are small enough. (It is the standard deviation
 * whose relative error is sd_se / sd = sqrt((k - 1) / (4 n)).) Not where either is unknown.
 */
export function isLightTailed(
  { sd, sd_se, largest_share }: Pick<Shape, 'sd' | 'sd_se' | 'largest_share'>,
  relative_error = LARGEST_RELATIVE_ERROR,
): boolean {
  return sd_se <= relative_error * sd && largest_share <= LARGEST_SHARE;
}
