import type { MetricSpecs } from '../model/model.ts';
import { estimateOf, estimateOfProbability, estimateText, statisticText } from '../report/marks/estimate.ts';
import { belowBaseline, isShare, shareText } from '../report/marks/headline.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { formatNumber } from '../wording/format-number.ts';

/** A column of the closing table. */
export interface TableColumn {
  readonly title: string;
  readonly of: (cell: ReportedCell) => string;
}

/**
 * What the table of cells says of each, the most important first: the medians of the headline metrics (of 0/1 metrics the shares), their spread and the rank
 * of the baseline; of a model without any, mean and quantiles of one metric; then the probabilities of thresholds.
 */
export function resultColumns(
  cells: readonly ReportedCell[],
  headline: readonly string[],
  metric: string,
  metrics: MetricSpecs,
): TableColumn[] {
  const results =
    headline.length === 0
      ? quantileColumns(metric)
      : [...headlineColumns(cells, headline, metrics), ...spreadColumns(cells, headline)];
  return [...results, ...thresholdColumns(cells)];
}

/** The median of each headline metric with its error; of 0/1 metrics the share of 1. */
function headlineColumns(
  cells: readonly ReportedCell[],
  headline: readonly string[],
  metrics: MetricSpecs,
): TableColumn[] {
  return headline.map((metric) => ({
    title: metric,
    of: isShare(cells, metric)
      ? (cell) => shareText(cell, metric, metrics[metric]!)
      : ({ statistics }) => estimateText(estimateOf(statistics[metric]!, 'p50')),
  }));
}

/** Of each headline metric where 90 % of the permutations lie, and the share of permutations below the baseline. */
function spreadColumns(cells: readonly ReportedCell[], headline: readonly string[]): TableColumn[] {
  return headline.flatMap((metric): TableColumn[] => {
    if (isShare(cells, metric)) return [];
    const ranked = cells.some(({ statistics }) => statistics[metric]!.baseline !== undefined);
    return [
      { title: `${metric} p05 to p95`, of: (cell) => range(cell.statistics[metric]!) },
      ...(ranked
        ? [{ title: 'below baseline', of: ({ statistics }: ReportedCell) => belowBaseline(statistics[metric]!) }]
        : []),
    ];
  });
}

function range({ p05, p95, min, max }: ReportedCell['statistics'][string]): string {
  return min === max ? '' : `${formatNumber(p05, 3)} to ${formatNumber(p95, 3)}`;
}

function quantileColumns(metric: string): TableColumn[] {
  return (['mean', 'p50', 'p05', 'p95'] as const).map((name) => ({
    title: name,
    of: ({ statistics }) => statisticText(statistics[metric]!, name),
  }));
}

/** Columns of P(metric > threshold). */
function thresholdColumns(cells: readonly ReportedCell[]): TableColumn[] {
  return Object.entries(cells[0]?.statistics ?? {}).flatMap(([name, statistics]) =>
    (statistics.thresholds ?? []).map((t, k): TableColumn => ({
      title: `P(${name} > ${t.threshold})`,
      of: (cell) => estimateText(estimateOfProbability(cell.statistics[name]!.thresholds![k]!)),
    })),
  );
}
