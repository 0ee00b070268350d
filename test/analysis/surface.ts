import type { AnalysedCell, Quantity } from '../../src/analysis/quantity.ts';
import type { Parameters, ParameterValue } from '../../src/model/model.ts';
import type { MetricStatistics } from '../../src/statistics/summarise.ts';
import { statisticsAt } from '../report/sample-data.ts';

export const MEAN: Quantity = { metric: 'm', statistic: 'mean' };

/** A cell whose mean of `m` has this error, as of 1,000 permutations. */
export function cellAt(cell_id: string, parameters: Parameters, value: number, se: number): AnalysedCell {
  return { cell_id, parameters, n: 1000, statistics: { m: meanAt(value, se) } };
}

/** Statistics of a metric with this mean and this error. */
export function meanAt(value: number, se: number, more: Partial<MetricStatistics> = {}): MetricStatistics {
  const base = statisticsAt(value, { mcse: se, sd: se * Math.sqrt(1000), ...more });
  return { ...base, ci: { ...base.ci, mean: [value - 1.96 * se, value + 1.96 * se] } };
}

/** Every combination of the levels, in the order of a study's grid. */
export function crossed(axes: Readonly<Record<string, readonly ParameterValue[]>>): Parameters[] {
  let points: Parameters[] = [{}];
  for (const [name, levels] of Object.entries(axes))
    points = points.flatMap((point) => levels.map((level) => ({ ...point, [name]: level })));
  return points;
}

/** Cells at these points; the value is a function of the parameters. */
export function surface(
  points: readonly Parameters[],
  valueOf: (parameters: Readonly<Record<string, number>>) => number,
  seOf: (place: number) => number = () => 0.1,
): AnalysedCell[] {
  return points.map((parameters, i) =>
    cellAt(`c${i}`, parameters, valueOf(parameters as Readonly<Record<string, number>>), seOf(i)),
  );
}
