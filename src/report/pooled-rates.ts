import { axesOf, levelOf } from './marks/axes.ts';
import { estimateOf, estimateText } from './marks/estimate.ts';
import { formatCount } from '../wording/format-number.ts';
import type { ReportData } from './report-data.ts';
import type { ReportTable } from './report-table.ts';

/** Rates that fit on a page; the file has all. */
const MOST_RATES = 3;

export function pooledTable(data: ReportData): ReportTable | undefined {
  const { pooled } = data;
  const all = Object.keys(pooled[0]?.rates ?? {});
  const metrics = all.slice(0, MOST_RATES);
  if (metrics.length === 0) return undefined;
  const axes = axesOf(data.cells);
  return {
    header: [
      ...(axes.length === 0 ? ['cell'] : axes.map(({ name }) => name)),
      ...metrics.flatMap((metric) => [metric, 'pooled']),
    ],
    rows: pooled.map(({ cell, rates }) => [
      ...(axes.length === 0 ? [cell.cell_id] : axes.map(({ name }) => levelOf(cell, name))),
      ...metrics.flatMap((metric) => [
        estimateText(estimateOf(cell.statistics[metric]!, 'mean')),
        estimateText({ value: rates[metric]!.rate, error: rates[metric]!.se }),
      ]),
    ]),
    note:
      'The mean of the rates of single permutations, and the rate of all permutations together, where those with more cases weigh more: they differ where counts are small.' +
      (metrics.length < all.length ? ` tables/pooled_rates.csv has ${all.length - metrics.length} more rates.` : '') +
      (pooled.length < data.cells.length
        ? ` The first ${pooled.length} of ${formatCount(data.cells.length)} cells.`
        : ''),
  };
}
