import { goalOf } from './answer/goals.ts';
import { labelOf } from './answer/words.ts';
import { middleOf } from './answer/middle.ts';
import { axesOf, levelOf } from './marks/axes.ts';
import { isShare } from './marks/headline.ts';
import type { ReportedCell } from './marks/reported-cell.ts';
import {
  COLUMNS,
  type PageColumn,
  type PageCounts,
  type PageData,
  type PageMetric,
  type PageNumber,
} from './page-format.ts';
import type { CellCounts, ReportData } from './marks/report-data.ts';

/** What the page's program works on. */
export function pageData(data: ReportData): PageData {
  const { cells, metrics, parameters, bins } = data;
  const axes = axesOf(cells);
  const shown = Object.keys(bins);
  return {
    name: data.name,
    axes: axes.map(({ name, levels, numeric }) => ({
      name,
      levels,
      numeric,
      unit: parameters[name]?.unit ?? '',
      description: parameters[name]?.description ?? '',
    })),
    metrics: shown.map((metric) => pageMetric(data, metric)),
    metrics_left: Object.keys(metrics).length - shown.length,
    ids: cells.map(({ cell_id }) => cell_id),
    n: cells.map(({ n }) => n),
    levels: axes.map(({ name, levels }) => cells.map((cell) => levels.indexOf(levelOf(cell, name)))),
  };
}

function pageMetric(data: ReportData, metric: string): PageMetric {
  const { cells, metrics } = data;
  const spec = metrics[metric]!;
  const bins = data.bins[metric]!;
  const first = middleOf(data, metric);
  return {
    name: metric,
    label: labelOf(metric, spec),
    unit: spec.unit ?? '',
    description: spec.description ?? '',
    good: spec.good ?? '',
    goals: [goalOf(data, metric)].filter((goal) => goal !== undefined),
    share: isShare(cells, metric),
    thresholds: (cells[0]?.statistics[metric]?.thresholds ?? []).map(({ threshold }) => threshold),
    first: first === 'p50' ? 'p50' : 'mean',
    columns: Object.fromEntries(
      COLUMNS.map((name) => [
        name,
        cells.map((cell) => rounded(columnOf(cell, metric, name), name.includes('_') ? 5 : 6)),
      ]),
    ) as unknown as PageMetric['columns'],
    baseline: baselines(cells, metric),
    edges: bins.edges,
    whole: bins.whole,
    log: bins.log,
    counts: cells.map(({ cell_id }) => trimmed(data.counts[cell_id]![metric]!)),
  };
}

function columnOf(cell: ReportedCell, metric: string, name: PageColumn): number {
  const found = cell.statistics[metric]!;
  const [base, part] = name.split('_') as ['mean', 'low' | 'high' | 'error' | undefined];
  if (part === 'low' || part === 'high') return found.ci[base][part === 'low' ? 0 : 1];
  if (name === 'mean_error') return found.mcse;
  if (name === 'cvar05_error') return found.cvar05_se;
  if (name === 'cvar95_error') return found.cvar95_se;
  return found[name as 'mean'];
}

/** One number where all cells have the same. */
function baselines(cells: readonly ReportedCell[], metric: string): PageMetric['baseline'] {
  const all = cells.map(({ statistics }) => statistics[metric]!.baseline?.value ?? NaN);
  if (all.every(Number.isNaN)) return null;
  const [first] = all;
  return Number.isFinite(first) && all.every((value) => value === first)
    ? Number(first!.toPrecision(6))
    : all.map((value) => rounded(value, 6));
}

function rounded(value: number, digits: number): PageNumber {
  if (Number.isNaN(value)) return null;
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return Number(value.toPrecision(digits));
}

/** Without the empty bins at both ends. */
function trimmed({ halvings, counts, below, above, lowest, highest }: CellCounts): PageCounts {
  const from = counts.findIndex((count) => count > 0);
  const end = counts.findLastIndex((count) => count > 0) + 1;
  return [halvings, Math.max(0, from), below, above, lowest, highest, from < 0 ? [] : counts.slice(from, end)];
}

/** JSON that may stand in an HTML script element. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
