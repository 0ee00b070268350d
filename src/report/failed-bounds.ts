import type { FailureBound } from '../statistics/failure-bounds.ts';
import { formatCount, formatNumber } from '../wording/format-number.ts';
import { leadMetric } from './answer/key-metrics.ts';
import type { ReportData } from './marks/report-data.ts';
import { withUnit } from './marks/estimate.ts';
import type { ReportTable } from './report-table.ts';

const MOST_LINES = 20;

interface Bounded extends FailureBound {
  readonly cell_id: string;
  readonly n: number;
  readonly n_failed: number;
}

/** What the failed permutations could change in the metric that the report is about: mean, median and chances, by cell. */
function boundsOf(data: ReportData): { readonly metric: string; readonly bounds: readonly Bounded[] } {
  const metric = boundedMetric(data);
  const bounds = data.incomplete.flatMap(({ bounded }): Bounded[] => {
    const found = bounded?.metrics.find((each) => each.metric === metric)?.bounds ?? [];
    return found
      .filter(({ statistic }) => statistic === 'mean' || statistic === 'p50' || statistic.startsWith('P('))
      .map((bound) => ({ ...bound, cell_id: bounded!.cell_id, n: bounded!.n, n_failed: bounded!.n_failed }));
  });
  return { metric, bounds };
}

/** Where permutations failed in every cell, none is complete: what is declared then says what the report is about. */
function boundedMetric(data: ReportData): string {
  const names = Object.keys(data.metrics);
  const declared = [...data.lead, ...names.filter((name) => data.metrics[name]!.headline === true), ...names];
  return leadMetric(data) ?? declared[0] ?? '';
}

/** A sentence of the cell that they could change most; empty where nothing is known. */
export function failedBoundsText(data: ReportData): string {
  const { metric, bounds } = boundsOf(data);
  const medians = bounds.filter(({ statistic }) => statistic === 'p50');
  const [worst] = medians.toSorted((a, b) => b.highest - b.lowest - (a.highest - a.lowest));
  if (worst === undefined) return '';
  const { cell_id, n, n_failed, without, lowest, highest } = worst;
  const where = medians.length === 1 ? `In cell ${cell_id}` : `Where they could change most, in cell ${cell_id}`;
  return (
    `${where} (${formatCount(n_failed)} of ${formatCount(n + n_failed)} failed), whatever they would have given, the median of ${withUnit(metric, data.metrics[metric])} is ${rangeText(lowest, highest)}; ` +
    `the rows that are there have ${formatNumber(without)}.`
  );
}

export function failedBoundsTable(data: ReportData): ReportTable | undefined {
  const { metric, bounds } = boundsOf(data);
  if (bounds.length === 0) return undefined;
  const shown = bounds.slice(0, MOST_LINES);
  return {
    header: ['cell', 'rows', 'failed', withUnit(metric, data.metrics[metric]), 'without them', 'at least', 'at most'],
    rows: shown.map(({ cell_id, n, n_failed, statistic, without, lowest, highest }) => [
      cell_id,
      formatCount(n),
      formatCount(n_failed),
      statistic === 'p50' ? 'median' : statistic,
      ...[without, lowest, highest].map(numberText),
    ]),
    note:
      'Bounds, whatever the failed permutations would have given; of the mean, where none of them would have been past the least and greatest value of the others. ' +
      (shown.length < bounds.length ? `The first ${shown.length} of ${formatCount(bounds.length)} lines. ` : '') +
      'permafrost summarize writes those of every metric and statistic (aggregated/failure_bounds.csv).',
  };
}

function rangeText(lowest: number, highest: number): string {
  if (!Number.isFinite(lowest) && !Number.isFinite(highest)) return 'anything';
  if (!Number.isFinite(lowest)) return `at most ${formatNumber(highest)}`;
  if (!Number.isFinite(highest)) return `at least ${formatNumber(lowest)}`;
  return `between ${formatNumber(lowest)} and ${formatNumber(highest)}`;
}

function numberText(value: number): string {
  return Number.isFinite(value) ? formatNumber(value) : 'unbounded';
}
