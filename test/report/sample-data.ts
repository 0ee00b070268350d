import type { CellCounts, MetricBins, ReportData } from '../../src/report/marks/report-data.ts';
import type { ReportedCell } from '../../src/report/marks/reported-cell.ts';
import type { ParameterValue } from '../../src/model/model.ts';
import type { MetricStatistics } from '../../src/statistics/summarise.ts';

/** Statistics around a median, all errors 1. */
export function statisticsAt(value: number, more: Partial<MetricStatistics> = {}): MetricStatistics {
  const q = {
    p01: value - 4,
    p05: value - 3,
    p25: value - 1,
    p50: value,
    p75: value + 1,
    p95: value + 3,
    p99: value + 4,
  };
  const errors = { p01: 1, p05: 1, p25: 1, p50: 1, p75: 1, p95: 1, p99: 1 };
  const ends = Object.fromEntries(Object.entries(q).map(([name, x]) => [name, [x - 2, x + 2] as const]));
  return {
    n: 1000,
    n_nan: 0,
    mean: value,
    sd: 2,
    mcse: 1,
    min: value - 5,
    max: value + 5,
    n_at_max: 1,
    ...q,
    sd_se: 0.1,
    quantile_mcse: errors,
    ci: { mean: [value - 2, value + 2], ...ends } as unknown as MetricStatistics['ci'],
    diagnostics: [],
    largest_share: 0.01,
    cvar05: value - 4,
    cvar05_se: 1,
    cvar95: value + 4,
    cvar95_se: 1,
    ...more,
  };
}

export function cell(cell_id: string, parameters: Record<string, ParameterValue>, value: number): ReportedCell {
  return { cell_id, parameters, n: 1000, statistics: { loss: statisticsAt(value) }, precision: [] };
}

/** Undefined, as JSON brings it: every number NaN. */
export function undefinedStatistics(): MetricStatistics {
  const nothing = statisticsAt(NaN);
  const errors = Object.fromEntries(Object.keys(nothing.quantile_mcse).map((name) => [name, NaN]));
  return {
    ...nothing,
    n: 0,
    n_nan: 1000,
    mcse: NaN,
    sd: NaN,
    quantile_mcse: errors as MetricStatistics['quantile_mcse'],
  };
}

export function reportData(cells: readonly ReportedCell[], more: Partial<ReportData> = {}): ReportData {
  return {
    name: 'sample',
    model: 'model',
    model_version: '1',
    inputs: {},
    seed: { global: 1 },
    sharing: 'independent',
    permutations: 1000,
    format: 'csv',
    made_by: { engine: '1', node: '20', v8: '11' },
    study_text: 'name: sample',
    parameters: {},
    metrics: { loss: { unit: 'USD' } },
    views: [],
    lead: [],
    caveats: [],
    notes: [],
    baseline: null,
    fixed: undefined,
    cells_total: cells.length,
    cells,
    bins: {},
    counts: {},
    ranking: undefined,
    pooled: [],
    paths: [],
    incomplete: [],
    failures: [],
    disturbed: [],
    ...more,
  };
}

/** Cells over every combination of the axes; the value is a function of the indices. */
export function gridOf(axes: Readonly<Record<string, readonly ParameterValue[]>>): ReportedCell[] {
  let points: Record<string, ParameterValue>[] = [{}];
  for (const [name, levels] of Object.entries(axes))
    points = points.flatMap((point) => levels.map((level) => ({ ...point, [name]: level })));
  return points.map((parameters, i) => cell(`c${i}`, parameters, 10 + i));
}

/** Bins around the values of `statisticsAt`. */
export const BINS: MetricBins = { edges: [0, 10, 20, 30], whole: false, log: false };

/** The same counts for every cell. */
export function countsOf({ cells }: Pick<ReportData, 'cells'>): ReportData['counts'] {
  const loss: CellCounts = { halvings: 1, counts: [0, 0, 5, 3, 0, 1], below: 1, above: 2, lowest: 7, highest: 9 };
  return Object.fromEntries(cells.map(({ cell_id }) => [cell_id, { loss }]));
}
