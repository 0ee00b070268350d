import type { MetricSpecs } from '../../model/model.ts';
import { halvingsFor, refinedEdges, sharedEdges } from '../../statistics/bins.ts';
import type { BinsOf } from '../../statistics/count-in-bins.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import type { MetricBins } from '../marks/report-data.ts';

/** Positive values over more than this factor get bins on a logarithmic scale. */
const LOG_FROM = 50;

/** The bins of a metric over all cells; undefined where no cell has a finite value. */
export function binsFor(cells: readonly ReportedCell[], metric: string, specs: MetricSpecs): MetricBins | undefined {
  const all = cells.map(({ statistics }) => statistics[metric]!).filter(({ n }) => n > 0);
  const ends = all.flatMap(({ p01, p99, baseline }) => [p01, p99, baseline?.value ?? NaN]).filter(Number.isFinite);
  if (ends.length === 0) return undefined;
  const [low, high] = ends.reduce(([l, h], x) => [Math.min(l, x), Math.max(h, x)], [Infinity, -Infinity]);
  // A median of an even number of values may be a half; the ends are values.
  const whole = all.every(({ min, max, p25, p75 }) => [min, max, 4 * p25, 4 * p75].every(Number.isInteger));
  const log = low > 0 && high / low >= LOG_FROM;
  const thresholds = all[0]?.thresholds?.map(({ threshold }) => threshold) ?? [];
  const goals = specs[metric]?.goals?.map(({ at }) => at) ?? [];
  return { edges: sharedEdges({ low, high, log, whole, also: [...thresholds, ...goals] }), whole, log };
}

/** What is to be counted in one cell. */
export function binsOfCell(
  cell: ReportedCell,
  bins: Readonly<Record<string, MetricBins>>,
  columns: readonly string[],
): (BinsOf & { readonly metric: string; readonly halvings: number })[] {
  return Object.entries(bins).map(([metric, { edges, whole }]) => {
    const { p05, p95 } = cell.statistics[metric]!;
    const halvings = halvingsFor(edges, p05, p95, whole);
    return { metric, column: columns.indexOf(metric), halvings, edges: refinedEdges(edges, halvings) };
  });
}
