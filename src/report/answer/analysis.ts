import { axisEffects, type AxisEffect, type AxisEffects } from '../../analysis/axis-effects.ts';
import { breakEvens, type BreakEven } from '../../analysis/break-even.ts';
import { gridOf, type Grid } from '../../analysis/grid.ts';
import type { Aim } from '../../analysis/aims.ts';
import { paretoFront, type Front } from '../../analysis/pareto.ts';
import { plateaus, type Plateaus } from '../../analysis/plateaus.ts';
import type { Quantity } from '../../analysis/quantity.ts';
import type { Goal } from '../../model/model.ts';
import type { ReportData } from '../marks/report-data.ts';
import { goalOf } from './goals.ts';
import { answerMetrics, leadMetric } from './key-metrics.ts';
import { middleOf } from './middle.ts';

/** Metrics whose axes are looked at. */
const MOST_METRICS = 4;

/** What the cells say together, as far as a report speaks of it. */
export interface SurfaceAnalysis {
  readonly grid: Grid;
  readonly effects: readonly { readonly metric: string; readonly effects: AxisEffects }[];
  /** Of the metric that the report is about, where a good direction is known. */
  readonly plateaus: Plateaus | undefined;
  readonly break_even: GoalBreakEven | undefined;
  /** Of all metrics of the answer with a good direction. */
  readonly front: Front | undefined;
}

/** Where along the axes of numbers the middle of the lead metric crosses its first goal. */
export interface GoalBreakEven {
  readonly quantity: Quantity;
  readonly goal: Goal;
  readonly lines: readonly BreakEven[];
}

const known = new WeakMap<ReportData, SurfaceAnalysis>();

/** A function of the data alone: worked out once for a report. */
export function analysisOf(data: ReportData): SurfaceAnalysis {
  const before = known.get(data);
  if (before !== undefined) return before;
  const grid = gridOf(data.cells);
  const several = data.cells.length > 1;
  const metrics = several ? answerMetrics(data).slice(0, MOST_METRICS) : [];
  const aims = metrics.flatMap((metric): Aim[] => {
    const better = betterIn(data, metric);
    return better === undefined ? [] : [{ quantity: { metric, statistic: middleOf(data, metric) }, better }];
  });
  const paired = data.sharing === 'shared';
  const lead = aims.find(({ quantity }) => quantity.metric === leadMetric(data));
  const found: SurfaceAnalysis = {
    grid,
    effects: metrics.map((metric) => ({
      metric,
      effects: axisEffects(grid, { metric, statistic: middleOf(data, metric) }),
    })),
    plateaus: lead && plateaus(grid, lead, { paired }),
    break_even: goalBreakEven(data, grid, paired),
    front: aims.length > 1 ? paretoFront(grid, aims) : undefined,
  };
  known.set(data, found);
  return found;
}

function betterIn({ metrics, ranking }: ReportData, metric: string): Aim['better'] | undefined {
  const good = metrics[metric]?.good;
  if (good !== undefined) return good === 'high' ? 'highest' : 'lowest';
  return ranking?.metric === metric ? ranking.best : undefined;
}

/** Of the first metric of the answer that has a goal. */
function goalBreakEven(data: ReportData, grid: Grid, paired: boolean): GoalBreakEven | undefined {
  const lead = leadMetric(data);
  const metric = answerMetrics(data).find((name) =>
    name === lead ? goalOf(data, name) !== undefined : data.metrics[name]?.goals !== undefined,
  );
  const goal = metric === undefined ? undefined : goalOf(data, metric);
  if (metric === undefined || goal === undefined) return undefined;
  const quantity: Quantity = { metric, statistic: middleOf(data, metric) };
  return { quantity, goal, lines: breakEvens(grid, quantity, goal.at, paired) };
}

/** The effects of single axes, the largest first. */
export function singleEffects({ effects }: AxisEffects): AxisEffect[] {
  return effects.filter(({ axes }) => axes.length === 1).sort((a, b) => b.share - a.share);
}
