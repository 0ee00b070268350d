import { statisticText } from '../report/marks/estimate.ts';
import type { MetricStatistics } from '../statistics/summarise.ts';
import { formatCount } from '../wording/format-number.ts';
import { remarks } from './remarks.ts';
import { formatTable, type Page } from './table.ts';

/** Cells that are not complete: what their first n of n_target permutations say of a metric. */
export function partialTable(
  cells: readonly {
    readonly cell_id: string;
    readonly n: number;
    readonly n_target: number;
    readonly statistics: Readonly<Record<string, MetricStatistics>>;
  }[],
  metric: string,
  page: Page = {},
): string {
  const rows = cells.map(({ cell_id, n, n_target, statistics }) => {
    const of = statistics[metric]!;
    const [mean, ...quantiles] = (['mean', 'p50', 'p05', 'p95'] as const).map((name) => statisticText(of, name));
    return [cell_id, formatCount(n), formatCount(n_target), mean!, ...quantiles];
  });
  const header = ['cell', 'n', 'of', 'mean', 'p50', 'p05', 'p95'];
  const table = formatTable(header, rows, page).trimEnd();
  return [`${metric}, partial results:`, table, ...remarks(rows, cells, metric, {})].join('\n');
}
