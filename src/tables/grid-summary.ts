import { csvField } from '../encoding/csv-field.ts';
import type { Parameters } from '../model/model.ts';
import { flatStatistics, statisticValues } from '../statistics/flat-statistics.ts';
import type { CellStatistics } from '../statistics/summarise.ts';
import type { FilePort } from '../files/port.ts';
import { summariesOf, type SummarisedCell } from '../stored/summaries.ts';

/** Columns of a table of cells: cell_id, parameters, how many permutations, then `<metric>_<statistic>` as `flatStatistics` has them. */
interface CellLine {
  readonly cell_id: string;
  readonly parameters: Parameters;
  /** `n`, and what else is to be said of the permutations. */
  readonly counts: Readonly<Record<string, number>>;
  readonly statistics: CellStatistics;
}

/**
 * aggregated/grid_summary.csv, line by line: the complete cells in study order, from their summaries. `parameters` and `metrics` name the
 * columns. Without a complete cell there is only the header's first part.
 */
export async function* gridSummaryLines(
  port: FilePort,
  cells: Iterable<SummarisedCell>,
  parameters: readonly string[],
  metrics: readonly string[],
): AsyncGenerator<string> {
  let first = true;
  for await (const { cell, summary } of summariesOf(port, cells)) {
    const { n_perms_done, params, statistics } = summary;
    const line = { cell_id: cell.cell_id, parameters: params, counts: { n: n_perms_done }, statistics };
    if (first) yield cellHeader(parameters, metrics, line);
    first = false;
    yield cellLine(parameters, metrics, line);
  }
  if (first) yield gridHeader(parameters);
}

/** The header where no cell says which columns there are. */
export function gridHeader(parameters: readonly string[]): string {
  return `${['cell_id', ...parameters, 'n'].map(csvField).join(',')}\n`;
}

/** The header that fits `line` and all lines of the same run. */
export function cellHeader(
  parameters: readonly string[],
  metrics: readonly string[],
  { counts, statistics }: CellLine,
): string {
  const columns = metrics.flatMap((metric) => flatStatistics(statistics[metric]!).map(([name]) => `${metric}_${name}`));
  return `${['cell_id', ...parameters, ...Object.keys(counts), ...columns].map(csvField).join(',')}\n`;
}

export function cellLine(parameters: readonly string[], metrics: readonly string[], line: CellLine): string {
  const statistics = metrics.map((metric) => statisticValues(line.statistics[metric]!).join(','));
  const counts = Object.values(line.counts).map(String);
  const values = parameterTexts(line.parameters, parameters);
  return `${[csvField(line.cell_id), ...values, ...counts, ...statistics].join(',')}\n`;
}

/** The parameter columns of grid_summary.csv: those of the model in its order, and what else the summaries of earlier versions name. */
export async function parameterColumns(
  port: FilePort,
  cells: Iterable<SummarisedCell>,
  declared: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const names = new Set(Object.keys(declared));
  if (names.size > 0) return [...names];
  for await (const { summary } of summariesOf(port, cells))
    for (const name of Object.keys(summary.params)) names.add(name);
  return [...names];
}

/** A cell's parameters as CSV fields; empty where one is inactive. */
export function parameterTexts(parameters: Parameters, names: readonly string[]): string[] {
  return names.map((name) => {
    const value = parameters[name];
    return value === undefined ? '' : csvField(typeof value === 'object' ? JSON.stringify(value) : String(value));
  });
}
