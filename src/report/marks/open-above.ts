import type { MetricSpecs, ViewStatistic } from '../../model/model.ts';
import { statisticText } from './estimate.ts';
import type { ReportedCell } from './reported-cell.ts';

/** In how many permutations of a cell a metric has no limit that was found: its value is what was tried there, and the true one is at least that. */
export function openAbove({ statistics }: ReportedCell, metric: string, metrics: MetricSpecs): number {
  const limit = metrics[metric]?.open_above;
  return limit === undefined ? 0 : (statistics[limit]?.n_infinite ?? 0);
}

/** A statistic of a cell as a table shows it; with `>=` where values are no more than what was tried. */
export function statisticOfCell(
  cell: ReportedCell,
  metric: string,
  metrics: MetricSpecs,
  statistic: ViewStatistic,
): string {
  const text = statisticText(cell.statistics[metric]!, statistic);
  return openAbove(cell, metric, metrics) > 0 ? `>= ${text}` : text;
}
