import { axesOf, levelOf } from './marks/axes.ts';
import { estimateText, statisticText } from './marks/estimate.ts';
import { formatCount } from '../wording/format-number.ts';
import type { ReportData } from './marks/report-data.ts';
import { withMarkNote, type ReportTable } from './report-table.ts';

/** Rates that fit on a page; the file has all. */
const MOST_RATES = 3;

export function pooledTable(data: ReportData): ReportTable | undefined {
  const { pooled } = data;
  const all = Object.keys(pooled[0]?.rates ?? {});
  const metrics = all.slice(0, MOST_RATES);
  if (metrics.length === 0) return undefined;
  const axes = axesOf(data.cells);
  return withMarkNote({
    header: [
      ...(axes.length === 0 ? ['cell'] : axes.map(({ name }) => name)),
      ...metrics.flatMap((metric) => [metric, 'pooled']),
    ],
    rows: pooled.map(({ cell, rates }) => [
      ...(axes.length === 0 ? [cell.cell_id] : axes.map(({ name }) => levelOf(cell, name))),
      ...metrics.flatMap((metric) => [
        statisticText(cell.statistics[metric]!, 'mean'),
        estimateText({ value: rates[metric]!.rate, error: rates[metric]!.se }),
      ]),
    ]),
    note:
      'The mean of the rates of single permutations, and the rate of all permutations together, where those with more cases weigh more: they differ where counts are small.' +
      (metrics.length < all.length ? ` tables/pooled_rates.csv has ${all.length - metrics.length} more rates.` : '') +
      (pooled.length < data.cells.length
        ? ` The first ${pooled.length} of ${formatCount(data.cells.length)} cells.`
        : '') +
      excludedNote(pooled, metrics),
  });
}

/** Rows that a rate leaves out, where there are any. */
function excludedNote(pooled: ReportData['pooled'], metrics: readonly string[]): string {
  const counts = metrics.map((metric) => pooled.reduce((sum, { rates }) => sum + rates[metric]!.n_excluded, 0));
  const some = metrics.flatMap((metric, m) => (counts[m]! > 0 ? [`${metric} ${formatCount(counts[m]!)}`] : []));
  return some.length === 0 ? '' : ` Permutations left out because a count is undefined in them: ${some.join(', ')}.`;
}
