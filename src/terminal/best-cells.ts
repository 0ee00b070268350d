import { isDeclaredConstant } from '../model/condition.ts';
import type { MetricSpec, MetricSpecs, Ranking } from '../model/model.ts';
import type { MetricStatistics } from '../statistics/summarise.ts';
import { axesOf, levelOf } from '../report/marks/axes.ts';
import { isMarked, statisticText } from '../report/marks/estimate.ts';
import { counted, formatCount, formatNumber, formatWithError } from '../wording/format-number.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { constantMetrics, headlineMetrics, type ConstantMetric } from '../report/marks/headline.ts';
import { glanceTable } from '../report/glance.ts';
import { headlineColumns, spreadColumns, thresholdColumns, type TableColumn } from './headline-table.ts';
import { formatTable } from './table.ts';

/** Rows shown in the table; of a larger surface the best and the worst cells. */
const TABLE_ROWS = 12;

/**
 * The cells that matter: first the model's headline metrics over all cells (`glanceTable`), then all cells of a small surface, else the best
 * and the worst by the median of one metric. Columns: what varies between the cells, how many permutations where that differs, the headline
 * metrics, or the one metric's mean and quantiles where the model has none; their spread, and the thresholds' probabilities. What is the
 * same everywhere is no column: it is named below, once.
 */
export function cellTable(
  cells: readonly ReportedCell[],
  { metric, best }: Ranking,
  metrics: MetricSpecs,
  width?: number,
): string {
  if (cells.length === 0) return '';
  const ranked = cells.length <= TABLE_ROWS ? [...cells] : bestAndWorst(cells, metric, best);
  const headline = headlineMetrics(cells, metrics);
  const columns = tableColumns(cells, headline, metric, metrics, width);
  const header = columns.map(({ title }) => title);
  const rows = ranked.map((cell) => columns.map(({ of }) => of(cell)));
  const what = headline.length > 0 ? `Medians` : metric;
  const which =
    cells.length <= TABLE_ROWS
      ? `${what} of ${counted(cells.length, 'cell')}`
      : `${what} of the best and the worst ${TABLE_ROWS / 2} of ${formatCount(cells.length)} cells, by ${headline.length > 0 ? `that of ${metric}` : 'its median'}`;
  const told = headline.length > 0 ? headline : [metric];
  return [
    ...glanceLines(cells, metrics, width),
    `${which} (± is the Monte Carlo standard error):`,
    formatTable(header, rows, sized(width)).trimEnd(),
    ...told.flatMap((name) => remarks(rows, cells, name, metrics[name] ?? {})).filter(firstOfItsKind),
    ...constantRemark(constantMetrics(cells, metrics).filter(({ metric: name }) => !told.includes(name))),
  ].join('\n');
}

function sized(width: number | undefined): { readonly width?: number } {
  return width === undefined ? {} : { width };
}

/** Of one cell the table says it all. */
function glanceLines(cells: readonly ReportedCell[], metrics: MetricSpecs, width: number | undefined): string[] {
  const glance = glanceTable(cells, metrics);
  if (glance === undefined) return [];
  const title =
    cells.length === 1 ? 'The cell' : `All ${formatCount(cells.length)} cells, from the lowest to the highest`;
  return [`${title}:`, formatTable(glance.header, glance.rows, sized(width)).trimEnd(), ''];
}

function tableColumns(
  cells: readonly ReportedCell[],
  headline: readonly string[],
  metric: string,
  metrics: MetricSpecs,
  width = Infinity,
): TableColumn[] {
  const counts = new Set(cells.map(({ n }) => n)).size > 1;
  const axes = [
    ...axesOf(cells).map(({ name }): TableColumn => ({ title: name, of: (cell) => levelOf(cell, name) })),
    ...(counts ? [{ title: 'n', of: ({ n }: ReportedCell) => formatCount(n) }] : []),
  ];
  if (headline.length === 0) return [...axes, ...quantileColumns(metric), ...thresholdColumns(cells)];
  const medians = headlineColumns(cells, headline, metrics);
  const more = [...spreadColumns(cells, headline), ...thresholdColumns(cells)];
  // A narrow terminal loses columns at the right: results are worth more than axes there.
  const fits = formatTable(
    [...axes, ...medians].map(({ title }) => title),
    cells.slice(0, TABLE_ROWS).map((cell) => [...axes, ...medians].map(({ of }) => of(cell))),
  );
  const lead = fits.indexOf('\n') <= width ? [...axes, ...medians] : [...medians, ...axes];
  return [...lead, ...more];
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
function constantRemark(constant: readonly ConstantMetric[]): string[] {
  const named = (of: readonly ConstantMetric[]): string =>
    of.map(({ metric, value }) => `${metric} ${formatWithError(value, 0)}`).join(', ');
  const declared = constant.filter((each) => each.other_value_at_most === undefined);
  const seen = constant.filter((each) => each.other_value_at_most !== undefined);
  return [
    ...(declared.length > 0 ? [`Not by chance, and the same in every cell: ${named(declared)}.`] : []),
    ...(seen.length > 0
      ? [
          `The same in every permutation so far: ${named(seen)}; another value has a chance of up to ${formatNumber(Math.max(...seen.map((each) => each.other_value_at_most!)), 2)}.`,
        ]
      : []),
  ];
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
  // Of a headline a share of none has an error of its own.
  const equal = cells.flatMap(({ statistics, parameters = {} }) =>
    isDeclaredConstant(spec, parameters) || (spec.headline === true && statistics[metric]!.n_ones !== undefined)
      ? []
      : (statistics[metric]!.other_value_at_most ?? []),
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
          `${spec.headline === true ? `${metric}: all` : 'All'} rows equal in ${formatCount(equal.length)} of ${formatCount(cells.length)} cells: another value has a chance of up to ${formatNumber(Math.max(...equal), 2)}.`,
        ]
      : []),
  ];
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
