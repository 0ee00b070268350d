import type { ViewStatistic } from '../../model/model.ts';
import { axesOf, levelOf } from '../marks/axes.ts';
import { estimateOf } from '../marks/estimate.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';

/** The average over the cells at each level of an axis, as far as their values are finite. */
export function levelMeans(
  cells: readonly ReportedCell[],
  metric: string,
  statistic: ViewStatistic,
  axis: string,
): { readonly level: string; readonly mean: number }[] {
  const levels = axesOf(cells).find(({ name }) => name === axis)?.levels ?? [];
  return levels.flatMap((level) => {
    const values = cells
      .filter((cell) => levelOf(cell, axis) === level)
      .map(({ statistics }) => estimateOf(statistics[metric]!, statistic).value)
      .filter(Number.isFinite);
    return values.length === 0 ? [] : [{ level, mean: values.reduce((sum, value) => sum + value, 0) / values.length }];
  });
}
