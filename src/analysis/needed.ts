import {
  permutationsNeeded,
  permutationsNeededForShare,
  type PermutationsNeeded,
} from '../statistics/permutations-needed.ts';
import { measure, type AnalysedCell, type Quantity } from './quantity.ts';

/** A wished precision: the half width of a 95 % interval, in the unit of the quantity or (`relative`) as a share of its size. */
export interface WishedPrecision {
  readonly half_width: number;
  readonly relative: boolean;
}

/** What a cell would need for it; undefined where the quantity, or its error, is undefined, and of a relative wish where it is 0. */
export function neededPermutations(
  cell: AnalysedCell,
  quantity: Quantity,
  { half_width, relative }: WishedPrecision,
): PermutationsNeeded | undefined {
  const { metric, statistic } = quantity;
  const { value, se } = measure(cell, quantity);
  const found = cell.statistics[metric];
  const wished = relative ? half_width * Math.abs(value) : half_width;
  if (found === undefined || !(wished > 0) || !Number.isFinite(wished) || !Number.isFinite(se)) return undefined;
  const { n, n_ones, sd, sd_se } = found;
  if (statistic === 'mean' && n_ones !== undefined) return permutationsNeededForShare(n_ones, n, wished);
  if (statistic.startsWith('p_gt_')) return permutationsNeededForShare(Math.round(value * n), n, wished);
  // The error of a quantile is that of its interval: how well it is known itself is not.
  const relative_error = statistic === 'mean' && sd > 0 ? sd_se / sd : NaN;
  return permutationsNeeded({ n, se, relative_error }, wished);
}
