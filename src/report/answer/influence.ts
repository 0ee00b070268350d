import type { ViewStatistic } from '../../model/model.ts';
import { axesOf, levelOf } from '../marks/axes.ts';
import { estimateOf } from '../marks/estimate.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';

/** How much of the differences between cells one axis makes. */
export interface Influence {
  readonly axis: string;
  /** Of the sum of squares between cells, what the means over the levels of this axis explain: 0 .. 1. Simulation noise is taken off. */
  readonly share: number;
  /** Mean over the cells at each level, in the order of the axis. */
  readonly levels: readonly { readonly level: string; readonly mean: number; readonly cells: number }[];
}

/**
 * The share of the variance between cells that each axis explains alone, the largest first. What the shares leave to 1 is interaction (in a
 * complete grid). Cells without a finite value are left out; none where nothing varies.
 */
export function influences(cells: readonly ReportedCell[], metric: string, statistic: ViewStatistic): Influence[] {
  const valued = cells.flatMap((cell) => {
    const { value, error } = estimateOf(cell.statistics[metric]!, statistic);
    return Number.isFinite(value) ? [{ cell, value, noise: Number.isFinite(error) ? error * error : 0 }] : [];
  });
  const mean = average(valued.map(({ value }) => value));
  const total = valued.reduce((sum, { value, noise }) => sum + (value - mean) * (value - mean) - noise, 0);
  if (valued.length < 3 || !(total > 0)) return [];
  const noise = average(valued.map((each) => each.noise));
  return axesOf(cells)
    .map(({ name, levels }): Influence => {
      const groups = levels
        .map((level) => ({ level, values: valued.filter(({ cell }) => levelOf(cell, name) === level) }))
        .filter(({ values }) => values.length > 0)
        .map(({ level, values }) => ({ level, mean: average(values.map(({ value }) => value)), cells: values.length }));
      const between = groups.reduce((sum, group) => sum + group.cells * (group.mean - mean) * (group.mean - mean), 0);
      return {
        axis: name,
        share: Math.min(1, Math.max(0, (between - (groups.length - 1) * noise) / total)),
        levels: groups,
      };
    })
    .sort((a, b) => b.share - a.share);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
