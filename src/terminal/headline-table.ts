import { estimateOf, estimateOfProbability, estimateText } from '../report/marks/estimate.ts';
import { belowBaseline } from '../report/marks/headline.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { formatNumber } from '../wording/format-number.ts';

/** A column of the closing table. */
export interface TableColumn {
  readonly title: string;
  readonly of: (cell: ReportedCell) => string;
}

/**
 * What is shown of the headline metrics, the most wanted first, since a narrow terminal loses columns at the right: the median of each with its
 * error (of 0/1 metrics the share), then where 90 % of the permutations lie, then the share of permutations below the baseline.
 */
export function headlineColumns(cells: readonly ReportedCell[], metrics: readonly string[]): TableColumn[] {
  const isShare = (metric: string): boolean =>
    cells.every(({ statistics }) => statistics[metric]!.n_ones !== undefined);
  const spread = metrics.filter((metric) => !isShare(metric));
  const ranked = spread.filter((metric) => cells.some(({ statistics }) => statistics[metric]!.baseline !== undefined));
  return [
    ...metrics.map((metric): TableColumn => {
      const statistic = isShare(metric) ? 'mean' : 'p50';
      return { title: metric, of: ({ statistics }) => estimateText(estimateOf(statistics[metric]!, statistic)) };
    }),
    ...spread.map((metric): TableColumn => ({ title: 'p05 to p95', of: (cell) => range(cell.statistics[metric]!) })),
    ...ranked.map(
      (metric): TableColumn => ({
        title: 'below baseline',
        of: ({ statistics }) => belowBaseline(statistics[metric]!, estimateText),
      }),
    ),
  ];
}

function range({ p05, p95, min, max }: ReportedCell['statistics'][string]): string {
  return min === max ? '' : `${formatNumber(p05, 3)} to ${formatNumber(p95, 3)}`;
}

/** Columns of P(metric > threshold). */
export function thresholdColumns(cells: readonly ReportedCell[]): TableColumn[] {
  return Object.entries(cells[0]?.statistics ?? {}).flatMap(([name, statistics]) =>
    (statistics.thresholds ?? []).map(
      (t, k): TableColumn => ({
        title: `P(${name} > ${t.threshold})`,
        of: (cell) => estimateText(estimateOfProbability(cell.statistics[name]!.thresholds![k]!)),
      }),
    ),
  );
}
