import { isDeclaredConstant } from '../model/condition.ts';
import type { MetricSpec, MetricSpecs, Ranking } from '../model/model.ts';
import type { MetricStatistics } from '../statistics/summarise.ts';
import { axesOf, levelOf } from '../report/marks/axes.ts';
import { isMarked, statisticText } from '../report/marks/estimate.ts';
import { formatCount, formatNumber } from '../wording/format-number.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { constantMetrics, headlineMetrics } from '../report/marks/headline.ts';
import { headlineColumns, thresholdColumns, type TableColumn } from './headline-table.ts';
import { formatTable } from './table.ts';

/** Rows shown in the table; of a larger surface the best and the worst cells. */
const TABLE_ROWS = 12;

/**
 * The cells that matter as a table: all of a small surface, else the best and the worst by the median of one metric. Columns: what
 * varies between the cells, how many permutations where that differs, then the model's headline metrics, or the one metric's mean and
 * quantiles where it has none; then the thresholds' probabilities. What is the same everywhere is no column: it is told below, once.
 */
export function cellTable(
  cells: readonly ReportedCell[],
  { metric, best }: Ranking,
  metrics: MetricSpecs,
  width?: number,
): string {
  if (cells.length === 0) return '';
  const axes = axesOf(cells);
  const ranked = cells.length <= TABLE_ROWS ? [...cells] : bestAndWorst(cells, metric, best);
  const headline = headlineMetrics(cells, metrics);
  const shown = headline.length > 0 ? headlineColumns(cells, headline) : quantileColumns(metric);
  const columns = [...shown, ...thresholdColumns(cells)];
  const counts = new Set(cells.map(({ n }) => n)).size > 1;
  const header = [...axes.map(({ name }) => name), ...(counts ? ['n'] : []), ...columns.map(({ title }) => title)];
  const rows = ranked.map((cell) => [
    ...axes.map(({ name }) => levelOf(cell, name)),
    ...(counts ? [formatCount(cell.n)] : []),
    ...columns.map(({ of }) => of(cell)),
  ]);
  const what = headline.length > 0 ? `Medians` : metric;
  const which =
    cells.length <= TABLE_ROWS
      ? `${what} of ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`
      : `${what} of the best and the worst ${TABLE_ROWS / 2} of ${formatCount(cells.length)} cells, by ${headline.length > 0 ? `that of ${metric}` : 'its median'}`;
  const table = formatTable(header, rows, width === undefined ? {} : { width }).trimEnd();
  const told = headline.length > 0 ? headline : [metric];
  return [
    `${which} (± is the Monte Carlo standard error):`,
    table,
    ...told.flatMap((name) => remarks(rows, cells, name, metrics[name] ?? {})).filter(firstOfItsKind),
    ...constantRemark(cells, metrics),
  ].join('\n');
}

function quantileColumns(metric: string): TableColumn[] {
  return (['mean', 'p05', 'p50', 'p95'] as const).map((name) => ({
    title: name,
    of: ({ statistics }) => statisticText(statistics[metric]!, name),
  }));
}

function firstOfItsKind(line: string, i: number, lines: readonly string[]): boolean {
  return lines.indexOf(line) === i;
}

/** What would be a column of one value. */
function constantRemark(cells: readonly ReportedCell[], metrics: MetricSpecs): string[] {
  const constant = constantMetrics(cells, metrics);
  if (constant.length === 0) return [];
  const list = constant.map(({ metric, value }) => `${metric} ${formatNumber(value, 6)}`).join(', ');
  return [`The same in every permutation of every cell: ${list}.`];
}

type Summarised = Pick<ReportedCell, 'statistics'> & Partial<Pick<ReportedCell, 'parameters'>>;

/** What must be known of the means in a table. */
function remarks(
  rows: readonly (readonly string[])[],
  cells: readonly Summarised[],
  metric: string,
  spec: MetricSpec,
): string[] {
  const few = cells
    .map(({ statistics }) => statistics[metric]!)
    .filter(({ diagnostics }) => diagnostics.includes('few_permutations'));
  const equal = cells.flatMap(({ statistics, parameters = {} }) =>
    isDeclaredConstant(spec, parameters) ? [] : (statistics[metric]!.other_value_at_most ?? []),
  );
  return [
    ...(few.length > 0
      ? [
          `${formatCount(Math.min(...few.map(({ n }) => n)))} permutations say little: intervals of means hold if rows are near normal.`,
        ]
      : []),
    ...(rows.some((row) => row.some(isMarked))
      ? ['!: interval not to be trusted (heavy tail: few rows decide it); see p50.']
      : []),
    ...(equal.length > 0
      ? [
          `All rows equal in ${formatCount(equal.length)} of ${formatCount(cells.length)} cells: another value has a chance of up to ${formatNumber(Math.max(...equal), 2)}.`,
        ]
      : []),
  ];
}

/** The headline metrics of the unperturbed case; empty where there are none. */
export function baselineText(cells: readonly ReportedCell[], metrics: MetricSpecs): string {
  const values = Object.keys(metrics).flatMap((metric) => {
    const found = cells.flatMap(({ statistics }) => statistics[metric]!.baseline?.value ?? []);
    const finite = found.filter(Number.isFinite);
    if (metrics[metric]!.headline !== true || finite.length === 0) return [];
    const [least, most] = [Math.min(...finite), Math.max(...finite)].map((value) => formatNumber(value, 6));
    return [`${metric} ${least === most ? least! : `${least!} to ${most!}`}`];
  });
  return values.length === 0 ? '' : `baseline  ${values.join(', ')} (unperturbed)`;
}

/** How many cells are as precise as the study asks; empty where it asks for nothing. */
export function precisionText(cells: readonly ReportedCell[]): string {
  const ruled = cells.filter(({ precision }) => precision.length > 0);
  if (ruled.length === 0) return '';
  const short = ruled.filter(({ precision }) => !precision.every(({ reached }) => reached)).length;
  return short === 0
    ? `As precise as asked: ${formatCount(ruled.length)} of ${formatCount(ruled.length)} cells.`
    : `${formatCount(short)} of ${formatCount(ruled.length)} cells did not become as precise as asked: summary.json says what they lack.`;
}

/** Cells that are not complete: what their first n of n_target permutations say of a metric. */
export function partialTable(
  cells: readonly {
    readonly cell_id: string;
    readonly n: number;
    readonly n_target: number;
    readonly statistics: Readonly<Record<string, MetricStatistics>>;
  }[],
  metric: string,
): string {
  const rows = cells.map(({ cell_id, n, n_target, statistics }) => {
    const of = statistics[metric]!;
    const shown = (['mean', 'p05', 'p50', 'p95'] as const).map((name) => statisticText(of, name));
    return [cell_id, formatCount(n), formatCount(n_target), ...shown];
  });
  const header = ['cell', 'n', 'of', 'mean', 'p05', 'p50', 'p95'];
  const title = `${metric} so far (± is the Monte Carlo standard error):`;
  return [title, formatTable(header, rows).trimEnd(), ...remarks(rows, cells, metric, {})].join('\n');
}

function bestAndWorst(cells: readonly ReportedCell[], metric: string, best: Ranking['best']): ReportedCell[] {
  const sign = best === 'highest' ? 1 : -1;
  const median = (cell: ReportedCell): number => sign * cell.statistics[metric]!.p50;
  const undefinedLast = (a: ReportedCell, b: ReportedCell): number =>
    Number(Number.isNaN(median(a))) - Number(Number.isNaN(median(b)));
  // Infinity - Infinity is no order.
  const sorted = [...cells].sort(
    (a, b) => undefinedLast(a, b) || Number(median(b) > median(a)) - Number(median(a) > median(b)),
  );
  return [...sorted.slice(0, TABLE_ROWS / 2), ...sorted.slice(-TABLE_ROWS / 2)];
}
