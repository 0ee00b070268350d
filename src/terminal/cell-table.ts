import type { MetricSpecs, Ranking } from '../model/model.ts';
import { glanceTable } from '../report/glance.ts';
import { axesOf, levelOf } from '../report/marks/axes.ts';
import { withUnit } from '../report/marks/estimate.ts';
import { constantMetrics, headlineMetrics } from '../report/marks/headline.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { counted, formatCount } from '../wording/format-number.ts';
import { fitColumns, type TextColumn } from './fit-columns.ts';
import { constantRemark, remarks } from './remarks.ts';
import { resultColumns, type TableColumn } from './result-columns.ts';
import { formatTable, type Page } from './table.ts';

/** Rows shown in the table; of a larger surface those at its two ends. */
const TABLE_ROWS = 12;
/** Metrics and columns that are named where they are not shown. */
const NAMED = 4;

/**
 * The cells that matter: first the model's headline metrics over all cells (`glanceTable`), then all cells of a small surface, else the two ends of it by the
 * median of one metric. Only where the model ranks its cells is one end the best: `ranking` undefined means that nothing says which way is good. Columns: the
 * results, what varies between the cells, and their ids; what is the same in every cell is not a column: it is named once above the table.
 */
export function cellTable(
  cells: readonly ReportedCell[],
  ranking: Ranking | undefined,
  metrics: MetricSpecs,
  page: Page = {},
): string {
  if (cells.length === 0) return '';
  const { width = Infinity } = page;
  const metric = ranking?.metric ?? firstMetric(metrics) ?? Object.keys(cells[0]!.statistics)[0]!;
  const headline = headlineMetrics(cells, metrics);
  const told = headline.length > 0 ? headline : [metric];
  const shown = shownCells(cells, metric, ranking);
  const textOf = ({ title, of }: TableColumn): TextColumn => ({ title, texts: shown.map(of) });
  const all = resultColumns(cells, headline, metric, metrics);
  const { varying: results, same } = apart(all, cells);
  const axes = axesOf(cells);
  const counts = new Set(cells.map(({ n }) => n)).size > 1;
  const parameters = [
    ...axes.map(({ name }): TableColumn => ({ title: name, of: (cell) => levelOf(cell, name) })),
    ...(counts ? [{ title: 'n', of: ({ n }: ReportedCell) => formatCount(n) }] : []),
  ];
  const id: TableColumn = { title: 'cell', of: ({ cell_id }) => cell_id };
  const fitted = fitColumns(results.map(textOf), parameters.map(textOf), textOf(id), width);
  const { columns, hidden, parameters_in_columns } = fitted;
  const below = parameters_in_columns
    ? undefined
    : { header: parameters.map(({ title }) => title), rows: shown.map((cell) => parameters.map(({ of }) => of(cell))) };
  const rows = shown.map((_, r) => columns.map(({ texts }) => texts[r]!));
  const between = cells.length - shown.length;
  const where = 'aggregated/grid_summary.csv';
  return [
    ...glanceLines(cells, metrics, page),
    `${titleOf(cells, metric, ranking, headline.length > 0, metrics)}:`,
    ...(same.length > 0 ? [`  the same in all of them: ${same.join(', ')}`] : []),
    formatTable(
      columns.map(({ title }) => title),
      rows,
      { ...page, ...(below !== undefined && { below }), ...(between > 0 && { gap_after: TABLE_ROWS / 2 }) },
    ).trimEnd(),
    ...(between > 0 ? [`and ${counted(between, 'more cell')} between them: ${where} has all.`] : []),
    ...(hidden.length > 0 ? [`(no room for ${named(hidden)}: ${where} has all)`] : []),
    ...told.flatMap((name) => remarks(rows, cells, name, metrics[name] ?? {})).filter(firstOfItsKind),
    ...constantRemark(constantMetrics(cells, metrics).filter(({ metric: name }) => !told.includes(name))),
    ...othersRemark(Object.keys(metrics), headline, metric),
  ].join('\n');
}

/** The first headline metric, else the first. */
function firstMetric(metrics: MetricSpecs): string | undefined {
  const names = Object.keys(metrics);
  return names.find((name) => metrics[name]!.headline === true) ?? names[0];
}

function titleOf(
  cells: readonly ReportedCell[],
  metric: string,
  ranking: Ranking | undefined,
  medians: boolean,
  metrics: MetricSpecs,
): string {
  const what = medians ? 'Medians' : withUnit(metric, metrics[metric]);
  if (cells.length <= TABLE_ROWS) return `${what} of ${counted(cells.length, 'cell')}`;
  const half = TABLE_ROWS / 2;
  const of = `${formatCount(cells.length)} cells`;
  const by = medians ? `the median of ${metric}` : 'its median';
  if (ranking === undefined) return `${what} of the ${half} highest and the ${half} lowest of ${of}, by ${by}`;
  return `${what} of the ${half} best and the ${half} worst of ${of}, by ${by} (the ${ranking.best} is best)`;
}

/** Of one cell the table says it all. */
function glanceLines(cells: readonly ReportedCell[], metrics: MetricSpecs, page: Page): string[] {
  const glance = glanceTable(cells, metrics);
  if (glance === undefined) return [];
  const title =
    cells.length === 1 ? 'The cell' : `All ${formatCount(cells.length)} cells, from the lowest to the highest`;
  return [`${title}:`, formatTable(glance.header, glance.rows, page).trimEnd(), ''];
}

/** Columns that say something of each cell, at least one, and in words those that say the same of all. Of a single cell each says something. */
function apart(
  columns: readonly TableColumn[],
  cells: readonly ReportedCell[],
): { readonly varying: readonly TableColumn[]; readonly same: readonly string[] } {
  if (cells.length === 1) return { varying: columns, same: [] };
  const varies = ({ of }: TableColumn): boolean => {
    const first = of(cells[0]!);
    return cells.some((cell) => of(cell) !== first);
  };
  const found = columns.filter(varies);
  const varying = found.length > 0 ? found : columns.slice(0, 1);
  const same = columns.filter((column) => !varying.includes(column));
  return { varying, same: same.map(({ title, of }) => `${title} ${of(cells[0]!)}`.trimEnd()) };
}

function firstOfItsKind(line: string, i: number, lines: readonly string[]): boolean {
  return lines.indexOf(line) === i;
}

/** That a model has more metrics than the one of the table. */
function othersRemark(metrics: readonly string[], headline: readonly string[], metric: string): string[] {
  const others = metrics.filter((name) => name !== metric);
  if (headline.length > 0 || others.length === 0) return [];
  return [`Other metrics: ${named(others)}.`];
}

/** The first few, and how many more there are. */
function named(names: readonly string[]): string {
  const different = [...new Set(names)];
  const more = different.length - NAMED;
  return `${different.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** In their own order; of many the ends: the highest first, or the best where a direction is good. */
function shownCells(
  cells: readonly ReportedCell[],
  metric: string,
  ranking: Ranking | undefined,
): readonly ReportedCell[] {
  if (cells.length <= TABLE_ROWS) return cells;
  const sign = ranking?.best === 'lowest' ? -1 : 1;
  const median = (cell: ReportedCell): number => sign * cell.statistics[metric]!.p50;
  const undefinedLast = (a: ReportedCell, b: ReportedCell): number =>
    Number(Number.isNaN(median(a))) - Number(Number.isNaN(median(b)));
  // Infinity - Infinity gives no order.
  const sorted = [...cells].sort(
    (a, b) => undefinedLast(a, b) || Number(median(b) > median(a)) - Number(median(a) > median(b)),
  );
  return [...sorted.slice(0, TABLE_ROWS / 2), ...sorted.slice(-TABLE_ROWS / 2)];
}

/** How many cells are as precise as the study asks; empty where it asks for nothing. */
export function precisionText(cells: readonly ReportedCell[]): string {
  const ruled = cells.filter(({ precision }) => precision.length > 0);
  if (ruled.length === 0) return '';
  const short = ruled.filter(({ precision }) => !precision.every(({ reached }) => reached)).length;
  return short === 0
    ? `Requested precision reached in ${formatCount(ruled.length)} of ${counted(ruled.length, 'cell')}.`
    : `${formatCount(short)} of ${counted(ruled.length, 'cell')} did not reach the requested precision: summary.json says why.`;
}
