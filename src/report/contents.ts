import { axesOf, levelOf } from './marks/axes.ts';
import { estimateText, headlineStatistic, statisticName, statisticText, withUnit } from './marks/estimate.ts';
import { statisticOfCell } from './marks/open-above.ts';
import { keyMetrics } from './answer/key-metrics.ts';
import { extremes, metricColumns } from './extremes.ts';
import { formatCount, formatNumber } from '../wording/format-number.ts';
import { lineChartData, type LineChartData } from './marks/lines.ts';
import type { Parameters } from '../model/model.ts';
import { parameterText } from '../wording/fixed-parameters-text.ts';
import type { ReportData } from './marks/report-data.ts';
import { withMarkNote, type ReportTable } from './report-table.ts';

/** Metrics that are drawn; the others are in the tables. */
const MOST_METRICS = 8;
/** Metrics in the table of cells: more do not fit on a page. */
const MOST_COLUMNS = 5;
/** Cells listed in the page. */
const MOST_CELLS = 100;
const MOST_EXTREMES = 10;
const MOST_FAILURES = 20;

/** What was run, as name and value. */
export function facts(data: ReportData): [name: string, value: string][] {
  return [
    ['model', `${data.model}, version ${data.model_version}`],
    ['cells', `${formatCount(data.cells.length)} complete of ${formatCount(data.cells_total)}`],
    ['permutations per cell', formatCount(data.permutations)],
    ['streams', data.antithetic === true ? `${data.sharing}, antithetic pairs` : data.sharing],
    ...fixed(data),
    ...Object.entries(data.baseline ?? {}).map(([name, value]): [string, string] => [
      `baseline ${withUnit(name, data.metrics[name])}`,
      estimateText({ value, error: 0 }),
    ]),
  ];
}

/** What tells this run from every other, for a machine rather than for a reader. */
export function hashes({ seed, inputs, format, made_by }: ReportData): [name: string, value: string][] {
  return [
    ['seed', JSON.stringify(seed)],
    ...Object.entries(inputs).map(([name, sha256]): [string, string] => [`input ${name}`, `SHA-256 ${sha256}`]),
    ['format', format],
    ['made by', `permafrost ${made_by.engine}, Node.js ${made_by.node}, V8 ${made_by.v8}`],
  ];
}

/** Parameters that do not vary: what the study says, what was taken from an input, and the defaults. */
function fixed({ fixed: parameters }: ReportData): [name: string, value: string][] {
  if (parameters === undefined) return [];
  const { given, from_inputs, defaults } = parameters;
  const list: [string, Parameters][] = [
    ['fixed parameters', given],
    ['taken from the inputs', from_inputs],
    ['defaults', defaults],
  ];
  return list.flatMap(([name, values]): [string, string][] =>
    Object.keys(values).length === 0 ? [] : [[name, Object.entries(values).map(parameterText).join(', ')]],
  );
}

/** What the model has a report draw, where this run has it. */
export function drawnViews(data: ReportData): LineChartData[] {
  return data.views.flatMap((view) => lineChartData(data.cells, view) ?? []);
}

/** The metrics that get tables of their own; the others are in the file. One that is the same everywhere is named among the findings. */
export function drawnMetrics(data: ReportData): string[] {
  return keyMetrics(data).slice(0, MOST_METRICS);
}

/** The ends of the surface by one metric, with all that is known of it. */
export function extremesTable(data: ReportData, metric: string): ReportTable {
  const statistic = headlineStatistic(data.permutations);
  const axes = axesOf(data.cells);
  const { cells, gap } = extremes(data.cells, metric, statistic, MOST_EXTREMES);
  const columns = metricColumns(cells, metric, data.metrics);
  const identify = axes.length === 0;
  return withMarkNote({
    header: [...(identify ? ['cell'] : axes.map(({ name }) => name)), ...columns.header],
    rows: cells.map((cell) => [
      ...(identify ? [cell.cell_id] : axes.map(({ name }) => levelOf(cell, name))),
      ...columns.of(cell),
    ]),
    note:
      gap === undefined
        ? ''
        : `The ${gap} highest and the ${cells.length - gap} lowest of ${formatCount(data.cells.length)} cells by the ${statisticName(statistic)}.`,
  });
}

/** Cells in study order with the headline of every drawn metric. */
export function cellsTable(data: ReportData): ReportTable {
  const statistic = headlineStatistic(data.permutations);
  const axes = axesOf(data.cells);
  const metrics = drawnMetrics(data).slice(0, MOST_COLUMNS);
  const shown = data.cells.slice(0, MOST_CELLS);
  return withMarkNote({
    header: ['cell', ...axes.map(({ name }) => name), 'n', ...metrics],
    rows: shown.map((cell) => [
      cell.cell_id,
      ...axes.map(({ name }) => levelOf(cell, name)),
      formatCount(cell.n),
      ...metrics.map((metric) => statisticOfCell(cell, metric, data.metrics, statistic)),
    ]),
    note:
      `The ${statisticName(statistic)} ± its Monte Carlo standard error. ` +
      (shown.length < data.cells.length
        ? `The first ${shown.length} of ${formatCount(data.cells.length)} cells; tables/cells.csv has all of them and all statistics.`
        : 'tables/cells.csv has all statistics.'),
  });
}

export function failuresTable({ failures }: ReportData): ReportTable | undefined {
  if (failures.length === 0) return undefined;
  const shown = failures.slice(0, MOST_FAILURES);
  return {
    header: ['cell', 'permutation', 'seed', 'error', 'message'],
    rows: shown.map((each) => [each.cell_id, String(each.perm_index), each.seed, each.error_class, each.message]),
    note:
      (shown.length < failures.length ? `The first ${shown.length} of ${formatCount(failures.length)}. ` : '') +
      'permafrost replay <run> --cell ID --perm N computes any of them alone.',
  };
}

/** Cells that are not complete. The results of their first n permutations appear only here, in no other table or picture. */
export function incompleteTable(data: ReportData): ReportTable | undefined {
  const { incomplete } = data;
  if (incomplete.length === 0) return undefined;
  const shown = incomplete.slice(0, MOST_FAILURES);
  const metrics = Object.keys(data.metrics).slice(0, MOST_COLUMNS);
  const some = shown.some(({ partial }) => partial !== undefined);
  return withMarkNote({
    header: ['cell', 'rows', 'of', 'failed', 'why', ...(some ? ['n', ...metrics] : [])],
    rows: shown.map(({ cell_id, rows, n_target, n_failures, reason, partial }) => [
      cell_id,
      ...[rows, n_target, n_failures].map(formatCount),
      reason,
      ...(some ? partialFields(partial, metrics) : []),
    ]),
    note:
      (shown.length < incomplete.length
        ? `The first ${shown.length} of ${formatCount(incomplete.length)}; tables/incomplete.csv has all. `
        : '') + (some ? 'Partial results: the mean of the first n permutations ± its Monte Carlo standard error.' : ''),
  });
}

function partialFields(partial: ReportData['incomplete'][number]['partial'], metrics: readonly string[]): string[] {
  if (partial === undefined) return ['', ...metrics.map(() => '')];
  const means = metrics.map((metric) => statisticText(partial.statistics[metric]!, 'mean'));
  return [formatCount(partial.n), ...means];
}

/** Cells that did not become as precise as the study asks. */
export function unreachedTable({ cells }: ReportData): ReportTable | undefined {
  const short = cells.flatMap((cell) =>
    cell.precision.filter(({ reached }) => !reached).map((precision) => ({ cell, precision })),
  );
  if (short.length === 0) return undefined;
  const shown = short.slice(0, MOST_FAILURES);
  return {
    header: ['cell', 'metric', 'quantity', 'n', 'estimate', 'half width', 'asked for', 'why'],
    rows: shown.map(({ cell, precision: { metric, quantity, n, estimate, half_width, allowed, reason } }) => [
      cell.cell_id,
      metric,
      quantity,
      formatCount(n),
      ...[estimate, half_width, allowed].map((value) => formatNumber(value)),
      reason,
    ]),
    note:
      (shown.length < short.length ? `The first ${shown.length} of ${formatCount(short.length)}. ` : '') +
      'More permutations, or a wider half_width, would complete them; their results are as good as their errors say.',
  };
}

export function metricNote(data: ReportData, metric: string): string {
  return data.metrics[metric]?.description ?? '';
}
