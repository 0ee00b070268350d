import type { MetricSpecs } from '../../model/model.ts';
import type { ReportedCell } from './reported-cell.ts';

/** Metrics that are the same in every permutation of every cell: no results, since neither chance nor an axis has a part in them. */
export function constantMetrics(
  cells: readonly Pick<ReportedCell, 'statistics'>[],
  metrics: MetricSpecs,
): { readonly metric: string; readonly value: number }[] {
  return Object.keys(metrics).flatMap((metric) => {
    const all = cells.map(({ statistics }) => statistics[metric]!);
    const value = all[0]?.min;
    return value !== undefined && all.every(({ min, max, n_nan }) => min === value && max === value && n_nan === 0)
      ? [{ metric, value }]
      : [];
  });
}

/** The metrics that a model has first, in the order of their columns, without those that are the same everywhere. */
export function headlineMetrics(cells: readonly Pick<ReportedCell, 'statistics'>[], metrics: MetricSpecs): string[] {
  const constant = new Set(constantMetrics(cells, metrics).map(({ metric }) => metric));
  return Object.entries(metrics).flatMap(([metric, { headline }]) =>
    headline === true && !constant.has(metric) ? [metric] : [],
  );
}

/** Where the baseline of a metric lies in a cell, as `73.2 ± 0.3 %` of its rows below it; `-` where the cell has none. */
export function belowBaseline({ baseline }: ReportedCell['statistics'][string], asText: AsText): string {
  if (baseline === undefined || !Number.isFinite(baseline.below)) return '-';
  const { below, below_se, equal } = baseline;
  const share = asText({ value: 100 * below, error: 100 * below_se });
  return `${share} %${equal > 0 ? ` (+ ${(100 * equal).toFixed(1)} % equal)` : ''}`;
}

type AsText = (estimate: { readonly value: number; readonly error: number }) => string;
