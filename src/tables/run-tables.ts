import { setImmediate as nextTurn } from 'node:timers/promises';

import { csvField } from '../encoding/csv-field.ts';
import type { FilePort } from '../files/port.ts';
import type { RunCells } from '../plan/run-cell.ts';
import { statisticsText } from '../statistics/statistics-text.ts';
import { readSummary, type CellSummary } from '../stored/summaries.ts';
import { cellHeader, gridHeader } from './grid-summary.ts';
import type { TableLines, TableOfRun } from './table-lines.ts';

/** Then timers and signals have their turn. */
const READ_AT_ONCE = 256;

/** What the tables of a run's end are made from: its cells, and what is known of them without reading it again. */
export interface RunTables {
  readonly port: FilePort;
  readonly cells: RunCells;
  /** Cells whose summary.json is not of their rows. */
  readonly outdated: ReadonlySet<string>;
  readonly lines: TableLines;
  /** The columns. */
  readonly parameters: readonly string[];
  readonly metrics: readonly string[];
}

/** aggregated/grid_summary.csv, line by line: the complete cells in study order. Without one there is only the header's first part. */
export async function* gridLines(run: RunTables): AsyncGenerator<string> {
  const { parameters, metrics } = run;
  let first = true;
  for await (const { summary, line } of completeCells(run, 'grid')) {
    if (first) {
      const { params, n_perms_done, statistics } = summary!;
      const counts = { n: n_perms_done };
      yield cellHeader(parameters, metrics, { cell_id: '', parameters: params, counts, statistics });
    }
    first = false;
    yield `${line}\n`;
  }
  if (first) yield gridHeader(parameters);
}

/**
 * results/final_results.csv, line by line: one row per complete cell in study order with its parameters, n, and mean and sd of every metric. A row is a
 * function of the experiment and n alone: studies that have a cell in common have the same row.
 */
export async function* finalLines(run: RunTables): AsyncGenerator<string> {
  const columns = run.metrics.flatMap((metric) => [`${metric}_mean`, `${metric}_sd`]);
  yield `${['cell_id', ...run.parameters, 'n', ...columns].map(csvField).join(',')}\n`;
  for await (const { line } of completeCells(run, 'final')) yield `${line}\n`;
}

interface Complete {
  readonly line: string;
  /** Where it was read. */
  readonly summary: CellSummary | undefined;
}

/** The complete cells in study order. For the grid the summary of the first one is read in any case: it says which columns there are. */
async function* completeCells(run: RunTables, table: TableOfRun): AsyncGenerator<Complete> {
  let read = 0;
  let read_next = table === 'grid';
  for (const { index, cell_id } of run.cells.places()) {
    if (run.outdated.has(cell_id)) continue;
    const known = read_next ? undefined : run.lines.of(table, index);
    if (known !== undefined) {
      yield { line: known, summary: undefined };
      continue;
    }
    if ((read += 1) % READ_AT_ONCE === 0) await nextTurn();
    const found = readComplete(run, table, index);
    if (found === undefined) continue;
    read_next = false;
    yield found;
  }
}

function readComplete(
  { port, cells, lines, metrics }: RunTables,
  table: TableOfRun,
  index: number,
): Complete | undefined {
  const cell = cells.at(index);
  const summary = readSummary(port, cell.place.folder);
  if (summary === undefined) return undefined;
  const statistics = Object.fromEntries(metrics.map((metric) => [metric, summary.statistics[metric]!]));
  const { cell_id, parameters } = cell;
  const complete = { cell_id, parameters, n: summary.n_perms_done, texts: statisticsText(statistics) };
  return { summary, line: lines.add(index, complete)[table] };
}
