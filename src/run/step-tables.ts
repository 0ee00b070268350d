import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

import { csvField } from '../encoding/csv-field.ts';
import { disk } from '../store/disk.ts';
import { layoutOf } from '../store/layout.ts';
import { readFailures } from '../store/failures.ts';
import { readSmallFile, writeSmallFile } from '../store/small-file.ts';
import { canonicalJson } from '../study/canonical-json.ts';
import { allParameters, expandCells } from '../study/cells.ts';
import { runCell, type Experiment } from './experiment.ts';
import type { RunCell } from './run-cell.ts';
import { numberText, parameterTexts } from './grid-summary.ts';
import { readSummary } from './summaries.ts';

/** One line of a table: a cell as one step has it. */
interface TableRow {
  readonly fields: readonly string[];
  readonly key: string;
  readonly cell_id: string;
  readonly success: boolean;
}

/**
 * results/<step>.csv and results/all_results.csv of a study with steps. They are made anew from the summaries of the cells, so no row is ever there
 * twice and rows of steps that were not run stay; the order is step, then grid. Of the tables that stand there only rows of cells that have no result
 * at the moment are kept. What cannot be read, or holds rows that are not of this study, is set aside and told, never merged and never lost.
 */
export async function writeStepTables(experiment: Experiment, warn: (line: string) => void): Promise<void> {
  const { study } = experiment;
  const { results } = layoutOf(study.output);
  const columns = columnsOf(experiment);
  const all: TableRow[] = [];
  const everything: RunCell[] = [];
  const cellOf = cellFinder(experiment);
  for (const step of study.surface.steps) {
    const path = join(results, `${step}.csv`);
    const cells = cellsOfStep(experiment, step).map(cellOf);
    const old = readTable(path, columns, keyColumns(experiment), warn);
    const rows = tableRows(experiment, step, cells, old, warn);
    setAsideStrangers(path, step, cells, old, warn);
    all.push(...rows);
    everything.push(...cells);
    await writeTable(path, columns, rows);
  }
  const path = join(results, 'all_results.csv');
  // Its rows stand in the tables of the steps, too: it is read only to set aside what is none of them.
  const old = readTable(path, columns, keyColumns(experiment), warn);
  setAsideStrangers(path, study.surface.steps.join(', '), everything, old, warn);
  await writeTable(path, columns, all);
}

/** Columns: step, cell_id, the parameters, n, one per metric (its mean: the value itself for n = 1), status, error. */
function columnsOf({ study }: Experiment): string[] {
  const { parameters, metrics } = study.model;
  return ['step', 'cell_id', ...Object.keys(parameters), 'n', ...Object.keys(metrics), 'status', 'error'];
}

function keyColumns({ study }: Experiment): readonly string[] {
  return study.results?.key ?? Object.keys(study.model.parameters);
}

/** The cells of one step in the order of its grid. A cell that an earlier step has, too, stands there in the study. */
function cellsOfStep({ study, input_defaults }: Experiment, step: string): string[] {
  const blocks = study.surface.blocks.filter((block) => block.step === step);
  const alone = expandCells({ ...study, surface: { ...study.surface, blocks } }, input_defaults);
  return Array.from(alone, (cell) => canonicalJson(allParameters(cell)));
}

/** Cells by their parameters: ids may differ between a step alone and the study (`cell_ids: index`). */
function cellFinder(experiment: Experiment): (parameters: string) => RunCell {
  const { cells, study } = experiment;
  const places = new Map(Array.from(cells, (cell) => [canonicalJson(allParameters(cell)), cell.index] as const));
  return (parameters) => runCell(experiment, cells.at(places.get(parameters)!), study.output);
}

/** One row for each key; of two cells with one key the study says which stays. A cell without a result has its old row, or none. */
function tableRows(
  experiment: Experiment,
  step: string,
  cells: readonly RunCell[],
  old: readonly TableRow[],
  warn: (line: string) => void,
): TableRow[] {
  const rows = new Map<string, TableRow>();
  const keep = experiment.study.results?.keep ?? 'last';
  for (const cell of cells) {
    const key = keyOf(experiment, cell);
    const fresh = freshRow(experiment, step, cell, key);
    const before = old.find((row) => row.key === key && row.cell_id === cell.cell_id);
    const row = fresh?.success === true ? fresh : before?.success === true ? before : (fresh ?? before);
    if (row === undefined) continue;
    const other = rows.get(key);
    if (other === undefined) rows.set(key, row);
    else {
      warn(
        `results/${step}.csv: cells ${other.cell_id} and ${row.cell_id} have the same key (${key}) and differ elsewhere; the ${keep} one stays. Add what tells them apart to results.key.`,
      );
      if (keep === 'last' && (row.success || !other.success)) rows.set(key, row);
    }
  }
  return [...rows.values()];
}

function keyOf(experiment: Experiment, cell: RunCell): string {
  return normalKey(parameterTexts(cell.parameters, keyColumns(experiment)));
}

/** Numbers compare as numbers (8 = 8.0), empty equals empty. */
function normalKey(fields: readonly string[]): string {
  return fields
    .map((field) => (field.trim() !== '' && !Number.isNaN(Number(field)) ? String(Number(field)) : field.trim()))
    .join(', ');
}

/** The row of a cell as it is on disk now: complete, failed, or none. */
function freshRow(experiment: Experiment, step: string, cell: RunCell, key: string): TableRow | undefined {
  const { parameters, metrics } = experiment.study.model;
  const row = (n: string, values: readonly string[], status: string, error: string): TableRow => ({
    fields: [
      csvField(step),
      csvField(cell.cell_id),
      ...parameterTexts(cell.parameters, Object.keys(parameters)),
      n,
      ...values,
      status,
      csvField(error),
    ],
    key,
    cell_id: cell.cell_id,
    success: status === 'success',
  });
  const names = Object.keys(metrics);
  const summary = readSummary(cell.place.folder);
  if (summary !== undefined) {
    const values = names.map((name) => numberText(summary.statistics[name]!.mean));
    return row(String(summary.n_perms_done), values, 'success', '');
  }
  const [first] = readFailures(disk, cell.place.folder);
  if (first === undefined) return undefined;
  const blank = names.map(() => '');
  return row('', blank, 'failed', `permutation ${first.perm_index}: ${first.error_class}: ${first.message}`);
}

/** The rows of a table that is there. One that cannot be read is set aside: its rows come back from the metrics files. */
function readTable(
  path: string,
  columns: readonly string[],
  key: readonly string[],
  warn: (line: string) => void,
): TableRow[] {
  const bytes = readSmallFile(disk, path);
  if (bytes === undefined) return [];
  const records = recordsOf(bytes);
  if (records?.[0]?.join() !== columns.join() || !records.every((record) => record.length === columns.length)) {
    setAside(path, 'it cannot be read as a table of this study', warn);
    return [];
  }
  const at = (name: string): number => columns.indexOf(name);
  return records.slice(1).map((record) => ({
    fields: record.map(csvField),
    key: normalKey(key.map((name) => record[at(name)]!)),
    cell_id: record[at('cell_id')]!,
    success: record[at('status')] === 'success',
  }));
}

function recordsOf(bytes: Buffer): string[][] | undefined {
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), { relax_column_count: true });
  } catch {
    return undefined; // said by the caller
  }
}

/** Rows of other experiments (data, seed, parameters outside the key, values decided otherwise) are not mixed with those of this study. */
function setAsideStrangers(
  path: string,
  step: string,
  cells: readonly RunCell[],
  old: readonly TableRow[],
  warn: (line: string) => void,
): void {
  const known = new Set(cells.map(({ cell_id }) => cell_id));
  const strangers = old.filter(({ cell_id }) => !known.has(cell_id));
  if (strangers.length === 0) return;
  const [first] = strangers;
  setAside(path, `${strangers.length} rows are not of ${step} as the study is now (cell ${first!.cell_id})`, warn);
}

function setAside(path: string, why: string, warn: (line: string) => void): void {
  let n = 1;
  while (disk.stat(`${path}.set-aside-${n}`) !== undefined) n += 1;
  disk.rename(path, `${path}.set-aside-${n}`);
  warn(`${path} was set aside as ${path}.set-aside-${n}: ${why}. The table is made anew from the metrics files.`);
}

async function writeTable(path: string, columns: readonly string[], rows: readonly TableRow[]): Promise<void> {
  const lines = [columns.map(csvField), ...rows.map(({ fields }) => fields)].map((fields) => fields.join(','));
  await writeSmallFile(disk, path, `${lines.join('\n')}\n`);
}
