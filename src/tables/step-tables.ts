import { look } from '../files/look.ts';
import { counted } from '../wording/format-number.ts';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

import { csvField } from '../encoding/csv-field.ts';
import type { FilePort } from '../files/port.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { readFailures } from '../store/failures.ts';
import { renameWhenFree } from '../files/held.ts';
import { readSmallFile, writeSmallFile } from '../files/small-file.ts';
import { canonicalJson } from '../study/canonical-json.ts';
import { allParameters, expandCells } from '../study/cells.ts';
import { cellOf } from '../plan/run-cell.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { requireManifest } from '../stored/manifest.ts';
import type { RunCell } from '../plan/run-cell.ts';
import { readSummary } from '../stored/summaries.ts';
import type { TableWriting } from './table-writing.ts';
import { configId, tableColumns, tableFields, type TableColumn, type TableValues } from './table-columns.ts';

/** One line of a table: a cell as one step has it. */
interface TableRow {
  readonly fields: readonly string[];
  readonly key: string;
  readonly cell_id: string;
  /** `success`, `failed`, or nothing for a cell without a result. */
  readonly status: string;
}

function isSuccess(row: TableRow | undefined): boolean {
  return row?.status === 'success';
}

/**
 * results/<step>.csv and results/all_results.csv of a study with steps. They are rebuilt from the summaries of the cells, so no row is ever there
 * twice and rows of steps that were not run stay; the order is step, then grid. Of the existing tables only the rows of cells that have no result
 * at the moment are kept. A table that cannot be read, or holds rows of another study, is set aside with a warning, never merged and never lost.
 */
export async function writeStepTables(
  port: FilePort,
  experiment: LoadedStudy,
  { outdated, each, warn }: TableWriting,
): Promise<void> {
  const { study } = experiment;
  const { results } = layoutOf(study.output);
  const columns = tableColumns(study);
  const all: TableRow[] = [];
  const cellOf = cellFinder(experiment);
  // Of a step that was not run some cells may be there: an earlier step has them, too.
  const run = new Set(requireManifest(port, study.output).steps_run);
  const known = new Set<string>();
  const tableOf = async (name: string): Promise<{ readonly path: string; readonly old: TableRow[] }> => {
    const path = join(results, `${name}.csv`);
    return { path, old: await readTable(port, path, columns, keyNames(experiment), warn) };
  };
  for (const step of study.surface.steps.filter((name) => run.has(name))) {
    const { path, old } = await tableOf(step);
    const cells = cellsOfStep(experiment, step).map(cellOf);
    const rows = tableRows(port, experiment, step, columns, cells, old, { outdated, warn });
    const ids = new Set(cells.map(({ cell_id }) => cell_id));
    all.push(...rows);
    for (const id of ids) known.add(id);
    await each(async () => {
      await setAsideStrangers(port, path, step, ids, old, warn);
      await writeTable(port, path, columns, rows);
    });
  }
  // A step that waits for what an earlier one decides keeps its table until then.
  for (const step of waitingSteps(experiment).filter((name) => run.has(name))) {
    const { old } = await tableOf(step);
    all.push(...old);
    for (const { cell_id } of old) known.add(cell_id);
  }
  const { path, old } = await tableOf('all_results');
  // Its rows are in the tables of the steps, too: it is read only to set it aside where it holds anything else.
  await each(async () => {
    await setAsideStrangers(port, path, study.surface.steps.join(', '), known, old, warn);
    await writeTable(port, path, columns, all);
  });
}

function waitingSteps({ study: { surface, derivations } }: LoadedStudy): string[] {
  const steps = new Set(derivations.map(({ step }) => step));
  return [...steps].filter((step) => !surface.steps.includes(step));
}

function keyNames({ study }: LoadedStudy): readonly string[] {
  return study.results?.key ?? Object.keys(study.model.parameters);
}

/** The cells of one step in the order of its grid. A cell that an earlier step has, too, is listed there in the study. */
function cellsOfStep({ study, input_defaults }: LoadedStudy, step: string): string[] {
  const blocks = study.surface.blocks.filter((block) => block.step === step);
  const alone = expandCells({ ...study, surface: { ...study.surface, blocks } }, input_defaults);
  return Array.from(alone, (cell) => canonicalJson(allParameters(cell)));
}

/** Cells by their parameters: ids may differ between a step alone and the study (`cell_ids: index`). */
function cellFinder(experiment: LoadedStudy): (parameters: string) => RunCell {
  const { cells, study } = experiment;
  const places = new Map(Array.from(cells, (cell) => [canonicalJson(allParameters(cell)), cell.index] as const));
  return (parameters) => cellOf(experiment, cells.at(places.get(parameters)!), study.output);
}

/** One row for each key; of two cells with one key the study says which stays. A cell without a result has its old row, or none. */
function tableRows(
  port: FilePort,
  experiment: LoadedStudy,
  step: string,
  columns: readonly TableColumn[],
  cells: readonly RunCell[],
  old: readonly TableRow[],
  { outdated, warn }: Pick<TableWriting, 'outdated' | 'warn'>,
): TableRow[] {
  const rows = new Map<string, TableRow>();
  const keep = experiment.study.results?.keep ?? 'last';
  const config_id = configId(experiment, step, keyNames(experiment));
  for (const cell of cells) {
    const fields = tableFields(columns, valuesOf(port, { step, config_id }, cell, outdated.has(cell.cell_id)));
    const fresh = rowOf(fields, columns, keyNames(experiment));
    const { key } = fresh;
    const before = old.find((row) => row.key === key && row.cell_id === cell.cell_id);
    const row = [fresh, before].find(isSuccess) ?? (fresh.status === '' ? before : fresh);
    if (row === undefined) continue;
    const other = rows.get(key);
    if (other === undefined) rows.set(key, row);
    else {
      warn(
        `results/${step}.csv: cells ${other.cell_id} and ${row.cell_id} have the same key (${key}) and differ elsewhere; the ${keep} one is kept. Add what tells them apart to results.key.`,
      );
      if (keep === 'last' && (isSuccess(row) || !isSuccess(other))) rows.set(key, row);
    }
  }
  return [...rows.values()];
}

/** Numbers compare as numbers (8 = 8.0), empty equals empty. */
function normalKey(fields: readonly string[]): string {
  return fields
    .map((field) => (field.trim() !== '' && !Number.isNaN(Number(field)) ? String(Number(field)) : field.trim()))
    .join(', ');
}

/** What is known of a cell now: complete, failed, or nothing (no status). */
function valuesOf(
  port: FilePort,
  common: { readonly step: string; readonly config_id: string },
  cell: RunCell,
  outdated: boolean,
): TableValues {
  const values = { ...common, cell_id: cell.cell_id, parameters: cell.parameters };
  const summary = outdated ? undefined : readSummary(port, cell.place.folder);
  if (summary !== undefined) {
    const { statistics, n_perms_done } = summary;
    return { ...values, n: String(n_perms_done), statistics, status: 'success', error: '' };
  }
  const [first] = readFailures(port, cell.place.folder);
  const error = first === undefined ? '' : `permutation ${first.perm_index}: ${first.error_class}: ${first.message}`;
  return { ...values, n: '', statistics: undefined, status: first === undefined ? '' : 'failed', error };
}

/** A row from its fields, as in the file. */
function rowOf(fields: readonly string[], columns: readonly TableColumn[], key: readonly string[]): TableRow {
  const at = (kind: TableColumn['kind'], name: string): string =>
    fields[columns.findIndex((column) => column.kind === kind && column.name === name)]!;
  return {
    fields,
    key: normalKey(key.map((name) => at('parameter', name))),
    cell_id: at('cell_id', 'cell_id'),
    status: at('status', 'status'),
  };
}

/** The rows of a table that is there. One that cannot be read is set aside: its rows come back from the metrics files. */
async function readTable(
  port: FilePort,
  path: string,
  columns: readonly TableColumn[],
  key: readonly string[],
  warn: (line: string) => void,
): Promise<TableRow[]> {
  const bytes = readSmallFile(port, path);
  if (bytes === undefined) return [];
  const records = recordsOf(bytes);
  const header = columns.map(({ title }) => title);
  if (records?.[0]?.join() !== header.join() || !records.every((record) => record.length === columns.length)) {
    await setAside(port, path, 'it cannot be read as a table of this study', warn);
    return [];
  }
  return records.slice(1).map((record) => rowOf(record.map(csvField), columns, key));
}

function recordsOf(bytes: Buffer): string[][] | undefined {
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), { relax_column_count: true });
  } catch {
    return undefined; // said by the caller
  }
}

/** Rows of other experiments (data, seed, parameters outside the key, values decided otherwise) are not mixed with those of this study. */
async function setAsideStrangers(
  port: FilePort,
  path: string,
  step: string,
  known: ReadonlySet<string>,
  old: readonly TableRow[],
  warn: (line: string) => void,
): Promise<void> {
  const strangers = old.filter(({ cell_id }) => !known.has(cell_id));
  if (strangers.length === 0) return;
  const [first] = strangers;
  await setAside(
    port,
    path,
    `${counted(strangers.length, 'row')} of it ${strangers.length === 1 ? 'is' : 'are'} not part of ${step} in the study as it is now (first: cell ${first!.cell_id})`,
    warn,
  );
}

async function setAside(port: FilePort, path: string, why: string, warn: (line: string) => void): Promise<void> {
  let n = 1;
  while (look(port, `${path}.set-aside-${n}`) !== undefined) n += 1;
  await renameWhenFree(port, path, `${path}.set-aside-${n}`);
  warn(`${path} was set aside as ${path}.set-aside-${n}: ${why}. The table is rebuilt from the metrics files.`);
}

async function writeTable(
  port: FilePort,
  path: string,
  columns: readonly TableColumn[],
  rows: readonly TableRow[],
): Promise<void> {
  const lines = [columns.map(({ title }) => csvField(title)), ...rows.map(({ fields }) => fields)].map((fields) =>
    fields.join(','),
  );
  await writeSmallFile(port, path, `${lines.join('\n')}\n`);
}
