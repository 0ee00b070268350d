import type { MetricSpecs } from '../model/model.ts';
import { formatNumber, formatWithError } from '../wording/format-number.ts';
import { estimateOf, estimateText, withUnit } from './marks/estimate.ts';
import { belowBaseline, headlineMetrics, isShare, shareText } from './marks/headline.ts';
import type { ReportedCell } from './marks/reported-cell.ts';
import type { ReportTable } from './report-table.ts';

/**
 * The model's headline metrics over all cells, a line each: the baseline, the medians (of 0/1 metrics the shares), where 90 % of the
 * permutations lie, and the share of permutations below the baseline. Of one cell each with its error, of several from the lowest cell to
 * the highest. Undefined for a model without any.
 */
export function glanceTable(cells: readonly ReportedCell[], metrics: MetricSpecs): ReportTable | undefined {
  const headline = headlineMetrics(cells, metrics);
  if (cells.length === 0 || headline.length === 0) return undefined;
  const one = cells.length === 1;
  const rows = headline.map((metric) => {
    const share = isShare(cells, metric);
    const spec = metrics[metric]!;
    const { baselines, medians, ends, below } = spans(cells, metric, share);
    const [cell] = cells as readonly [ReportedCell];
    const middle = !one
      ? range(medians)
      : share
        ? shareText(cell, metric, spec)
        : estimateText(estimateOf(cell.statistics[metric]!, 'p50'));
    const rank = one ? belowBaseline(cell.statistics[metric]!) : below.length === 0 ? '-' : `${range(below, 3)} %`;
    return [withUnit(metric, spec), range(baselines), middle, share ? '' : range(ends), share ? '' : rank];
  });
  const some = headline.some((metric) => isShare(cells, metric)) ? ' (of 0/1 metrics the share of 1)' : '';
  return {
    header: ['', 'baseline', one ? 'median' : 'medians', 'p05 to p95', 'below baseline'],
    rows,
    note: one
      ? `The median${some} ± its Monte Carlo standard error, and the share of permutations below the baseline, the unperturbed case.`
      : `From the lowest of the cells to the highest: the medians${some}, all from the lowest p05 to the highest p95, and the share of permutations below the baseline, the unperturbed case.`,
  };
}

interface Spans {
  readonly baselines: readonly number[];
  readonly medians: readonly number[];
  readonly ends: readonly number[];
  /** [%] */
  readonly below: readonly number[];
}

function spans(cells: readonly ReportedCell[], metric: string, share: boolean): Spans {
  const all = cells.map(({ statistics }) => statistics[metric]!);
  return {
    baselines: all.flatMap(({ baseline }) => baseline?.value ?? []),
    medians: all.map(({ mean, p50 }) => (share ? mean : p50)),
    ends: all.flatMap(({ p05, p95 }) => [p05, p95]),
    below: all.flatMap(({ baseline }) => (baseline === undefined ? [] : 100 * baseline.below)).filter(Number.isFinite),
  };
}

/** `17.6 to 44.9`, or the one value that all have; `-` without any. */
function range(values: readonly number[], digits = 4): string {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return '-';
  const [least, most] = known.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  if (least === most) return formatWithError(least, 0);
  return [least, most].map((value) => (value === 0 ? '0' : formatNumber(value, digits))).join(' to ');
}
