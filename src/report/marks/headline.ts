import { isDeclaredConstant } from '../../model/condition.ts';
import type { MetricSpec, MetricSpecs } from '../../model/model.ts';
import { errorOfInterval } from '../../statistics/quantile-interval.ts';
import { estimateOf, estimateText } from './estimate.ts';
import type { ReportedCell } from './reported-cell.ts';

type Statistics = ReportedCell['statistics'][string];

/** A metric with one value in every row of every cell. */
export interface ConstantMetric {
  readonly metric: string;
  readonly value: number;
  /** What is not declared constant was only seen so: with 95 % confidence another value has at most this chance. */
  readonly other_value_at_most: number | undefined;
}

/**
 * Metrics that are the same in every permutation of every cell: no results, since neither chance nor an axis has shown a part in them. A 0/1
 * metric is one all the same, unless it is declared constant: that ruin was never seen is an answer, with an error.
 */
export function constantMetrics(cells: readonly ReportedCell[], metrics: MetricSpecs): ConstantMetric[] {
  return Object.entries(metrics).flatMap(([metric, spec]) => {
    const value = cells[0]?.statistics[metric]?.min;
    if (value === undefined) return [];
    const all = cells.map(({ statistics }) => statistics[metric]!);
    if (!all.every(({ min, max, n_nan }) => min === value && max === value && n_nan === 0)) return [];
    const open = cells.filter(({ parameters }) => !isDeclaredConstant(spec, parameters));
    if (open.length > 0 && isShare(cells, metric)) return [];
    const bounds = open.flatMap(({ statistics }) => statistics[metric]!.other_value_at_most ?? 1);
    return [{ metric, value, other_value_at_most: bounds.length === 0 ? undefined : Math.max(...bounds) }];
  });
}

/** The metrics that a model has first, in the order of their columns, without those that are the same everywhere. */
export function headlineMetrics(cells: readonly ReportedCell[], metrics: MetricSpecs): string[] {
  const constant = new Set(constantMetrics(cells, metrics).map(({ metric }) => metric));
  return Object.entries(metrics).flatMap(([metric, { headline }]) =>
    headline === true && !constant.has(metric) ? [metric] : [],
  );
}

/** Whether all values of a metric are 0 or 1: its mean is a share then. */
export function isShare(cells: readonly ReportedCell[], metric: string): boolean {
  const all = cells.map(({ statistics }) => statistics[metric]!);
  return all.length > 0 && all.every(({ n_ones }) => n_ones !== undefined);
}

/** The share of rows that are 1, with its error, which is not 0 because none (or all) was seen. */
export function shareText({ statistics, parameters }: ReportedCell, metric: string, spec: MetricSpec): string {
  const found = statistics[metric]!;
  const estimate = estimateOf(found, 'mean');
  const seen = found.min === found.max && !isDeclaredConstant(spec, parameters);
  return estimateText(seen ? { ...estimate, error: errorOfInterval(found.ci.mean) } : estimate);
}

/** Where the baseline of a metric lies in a cell, as `73.2 ± 0.3 %` of its rows below it; `-` where the cell has none. */
export function belowBaseline({ baseline }: Statistics): string {
  if (baseline === undefined || !Number.isFinite(baseline.below)) return '-';
  const { below, below_se, equal } = baseline;
  const share = estimateText({ value: 100 * below, error: 100 * below_se });
  return `${share} %${equal > 0 ? ` (+ ${(100 * equal).toFixed(1)} % equal)` : ''}`;
}
