import type { Goal, MetricSpecs, ViewStatistic } from '../../model/model.ts';
import { axesOf, levelOf, type Axis } from '../marks/axes.ts';
import { estimateOf } from '../marks/estimate.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import { isShare } from '../marks/headline.ts';
import { goodSide } from './words.ts';

/**
 * What a cell does about a goal. `holds`: in at least 95 % of the permutations, certain at 95 %. `mostly`: more often than not. `fails`: less
 * often than not. `open`: cannot be told with these permutations.
 */
export type Outcome = 'holds' | 'mostly' | 'fails' | 'open';

export interface Verdict {
  readonly goal: Goal;
  readonly metric: string;
  /** What the outcome is of: the bad tail (P5, P95), or the mean where there are too few permutations for one, or values are 0 and 1. */
  readonly statistic: ViewStatistic;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** The cell that is farthest on the good side by that statistic. */
  readonly nearest: ReportedCell | undefined;
}

/** P5 and P95 have a bounded interval from this many permutations on. */
const ENOUGH_FOR_TAILS = 72;

/** How every cell does on a goal. Cells without a value of the metric are left out. */
export function verdictOf(cells: readonly ReportedCell[], metrics: MetricSpecs, metric: string, goal: Goal): Verdict {
  const sign = goodSide(metric, metrics) === 'high' ? 1 : -1;
  const there = cells.filter(({ statistics }) => (statistics[metric]?.n ?? 0) > 0);
  const few = there.some(({ statistics }) => statistics[metric]!.n < ENOUGH_FOR_TAILS);
  const statistic = few || isShare(there, metric) ? 'mean' : sign > 0 ? 'p05' : 'p95';
  const outcomes = new Map(
    there.map((cell): [string, Outcome] => [cell.cell_id, outcomeOf(cell, metric, goal.at, sign, statistic)]),
  );
  const counts = { holds: 0, mostly: 0, fails: 0, open: 0 };
  for (const outcome of outcomes.values()) counts[outcome]++;
  return { goal, metric, statistic, outcomes, counts, nearest: bestBy(there, metric, statistic, sign) };
}

function outcomeOf(cell: ReportedCell, metric: string, at: number, sign: number, statistic: ViewStatistic): Outcome {
  const found = cell.statistics[metric]!;
  // All rows equal: what was seen is all there is to say.
  if (found.min === found.max) return sign * (found.min - at) >= 0 ? 'holds' : 'fails';
  const side = sideOf(cell, metric, at, sign, statistic);
  if (side === 'good') return 'holds';
  if (side === 'open') return 'open';
  if (statistic === 'mean') return 'fails';
  const middle = sideOf(cell, metric, at, sign, 'p50');
  return middle === 'good' ? 'mostly' : middle === 'bad' ? 'fails' : 'open';
}

function sideOf(
  cell: ReportedCell,
  metric: string,
  at: number,
  sign: number,
  statistic: ViewStatistic,
): 'good' | 'bad' | 'open' {
  const { value, low, high } = estimateOf(cell.statistics[metric]!, statistic);
  const [worst, best] = sign > 0 ? [low, high] : [-high, -low];
  // A quantile that is known exactly (many equal values) has no width.
  if (low === high) return sign * (value - at) >= 0 ? 'good' : 'bad';
  if (worst >= sign * at) return 'good';
  return best < sign * at ? 'bad' : 'open';
}

/** The best cell by a statistic, the first of equals. */
export function bestBy(
  cells: readonly ReportedCell[],
  metric: string,
  statistic: ViewStatistic,
  sign: number,
): ReportedCell | undefined {
  const valueOf = (cell: ReportedCell): number => sign * estimateOf(cell.statistics[metric]!, statistic).value;
  return cells.reduce<ReportedCell | undefined>((best, cell) => {
    const value = valueOf(cell);
    return !Number.isNaN(value) && (best === undefined || value > valueOf(best)) ? cell : best;
  }, undefined);
}

/** Where along one axis no cell holds any more. */
export interface Limit {
  readonly axis: string;
  /** Levels at which no cell holds. */
  readonly levels: readonly string[];
  /** Of a numeric axis: they are all from the first of them on, upwards or downwards. */
  readonly direction: 'up' | 'down' | undefined;
}

/** The axis that alone decides most: the levels at which no cell holds, though some do elsewhere. */
export function limitOf(cells: readonly ReportedCell[], { outcomes, counts }: Verdict): Limit | undefined {
  if (counts.holds === 0 || counts.holds === outcomes.size) return undefined;
  const limits = axesOf(cells).flatMap((axis) => axisLimit(cells, axis, outcomes) ?? []);
  return limits.sort((a, b) => b.lost - a.lost)[0];
}

function axisLimit(
  cells: readonly ReportedCell[],
  axis: Axis,
  outcomes: ReadonlyMap<string, Outcome>,
): (Limit & { readonly lost: number }) | undefined {
  const at = (level: string): ReportedCell[] => cells.filter((cell) => levelOf(cell, axis.name) === level);
  const without = axis.levels.map((level) => at(level).every(({ cell_id }) => outcomes.get(cell_id) !== 'holds'));
  const levels = axis.levels.filter((_, i) => without[i]);
  if (levels.length === 0 || levels.length === axis.levels.length) return undefined;
  const first = without.indexOf(true);
  const last = without.lastIndexOf(true);
  const together = last - first + 1 === levels.length;
  const direction =
    !axis.numeric || !together ? undefined : last === without.length - 1 ? 'up' : first === 0 ? 'down' : undefined;
  return { axis: axis.name, levels, direction, lost: levels.reduce((sum, level) => sum + at(level).length, 0) };
}
