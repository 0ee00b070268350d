import { dirname, join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { arrowTable } from '../tables/formats/arrow-table.ts';
import { csvTable } from '../tables/formats/csv-table.ts';
import { cellValue, kindOfValues } from '../tables/formats/records.ts';
import { parquetTable } from '../tables/formats/parquet-table.ts';
import type { CellColumn, CellValue, Sink, TableColumns, TableFormat, TableWriter } from '../tables/formats/table.ts';
import { inertText } from '../encoding/csv-field.ts';
import { EngineError } from '../errors.ts';
import { makeFolderWithin } from '../files/folder.ts';
import { wayInside } from '../files/inside.ts';
import { makeFile, removeLeftOvers } from '../files/new-file.ts';
import type { FilePort } from '../files/port.ts';
import { readRows } from '../store/read-rows.ts';
import { cellFolderName } from '../study/cell-id.ts';
import { cellParameters, type CellParameters } from '../stored/cell-parameters.ts';
import { requireManifest, type RunManifest } from '../stored/manifest.ts';
import { scanToStop } from '../precision/scan-to-stop.ts';
import { stoppingOf } from '../precision/checks.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { storedCells, type StoredCell } from '../readers/stored-cells.ts';
import { rowsInPieces } from './rows-in-pieces.ts';
import { filesOf, type Abortable, type StudyPlace } from './given-study.ts';

/** As what the rows are written, and where. */
export interface ExportOptions extends StudyPlace, Abortable {
  readonly to: TableFormat;
  /** One file per cell instead of one table. */
  readonly per_cell?: boolean | undefined;
  /** The file of the one table, default `<run>/export/rows.<to>`; or the folder of the cells' files, default `<run>/export`. */
  readonly path?: string | undefined;
  /** csv only: texts that a spreadsheet would take for a formula (`=`, `+`, `-`, `@` at their beginning) get a `'` before them. Default: no. */
  readonly csv_safe?: boolean | undefined;
}

/** What was exported. */
export interface ExportResult {
  readonly output: string;
  /** Files written, absolute. */
  readonly files: readonly string[];
  readonly cells: number;
  readonly rows: number;
  /** Cells with less than all of their rows: what they have is exported. */
  readonly incomplete: number;
}

/** Rows of a record batch or row group: large enough for any reader, small enough to keep memory flat. */
const PIECE_ROWS = 65_536;

const WRITERS: Readonly<
  Record<TableFormat, (columns: TableColumns, sink: Sink) => TableWriter | Promise<TableWriter>>
> = { csv: csvTable, arrow: arrowTable, parquet: parquetTable };

/** What a spreadsheet reads, and computes where a text begins like a formula. */
const FORMULAS: Readonly<Record<TableFormat, boolean>> = { csv: true, arrow: false, parquet: false };

/**
 * Writes the rows of a run, cells in study order and rows in perm_index order, with cell_id and the parameters as columns. Every value keeps its bits.
 * Reads only, outside `<run>/export`; a file appears under its name when it is whole.
 */
export async function exportRun(
  output: string,
  options: ExportOptions,
  { port }: Host = thisMachine,
): Promise<ExportResult> {
  if (options.csv_safe === true && !FORMULAS[options.to]) {
    const what = `is about csv, and the export is ${options.to}, where a text is never taken for a formula`;
    throw new EngineError('USAGE', `csv_safe ${what}: leave it out.`, { path: 'csv_safe', value: true });
  }
  const manifest = requireManifest(port, output);
  const path = resolve(options.path ?? defaultPath(output, options));
  refuseRunFiles(output, path);
  const parameters = await cellParameters(port, output, manifest, filesOf(options));
  const cells = [...storedCells(output, manifest)];
  const table = new CellTable(cells, parameters, manifest);
  const folder = options.per_cell === true ? path : dirname(path);
  if (wayInside(output, path) !== undefined) await makeFolderWithin(port, resolve(output), folder);
  const files: string[] = [];
  let rows = 0;
  let incomplete = 0;
  const exportCells = async (file: string, chosen: readonly StoredCell[]): Promise<void> => {
    await writeTable(port, file, options.to, table.columns, async (writer) => {
      for (const cell of chosen) {
        await nextTurn();
        options.signal?.throwIfAborted();
        const target = targetOf(port, cell, manifest);
        const values = table.valuesOf(cell.cell_id);
        const shown = options.csv_safe === true ? values.map(inert) : values;
        const written = writeCell(port, writer, shown, cell, target);
        rows += written;
        if (written < target) incomplete += 1;
      }
    });
    files.push(file);
  };
  const tables =
    options.per_cell === true
      ? cells.map((cell) => ({ file: join(path, `${cellFolderName(cell.cell_id)}.${options.to}`), chosen: [cell] }))
      : [{ file: path, chosen: cells }];
  await removeLeftOvers(
    port,
    tables.map(({ file }) => file),
  );
  for (const { file, chosen } of tables) await exportCells(file, chosen);
  return { output: resolve(output), files, cells: cells.length, rows, incomplete };
}

function defaultPath(output: string, { per_cell, to }: ExportOptions): string {
  return per_cell === true ? join(output, 'export') : join(output, 'export', `rows.${to}`);
}

/** Nothing of the run itself is ever written over. */
function refuseRunFiles(output: string, path: string): void {
  const way = wayInside(output, path);
  if (way !== undefined && !/^export(?:[/\\]|$)/.test(way)) {
    throw new EngineError(
      'USAGE',
      `${path} lies in the run's own folder: an export may go to ${join(output, 'export')} or anywhere outside.`,
      { path },
    );
  }
}

async function writeTable(
  port: FilePort,
  path: string,
  to: TableFormat,
  columns: TableColumns,
  work: (writer: TableWriter) => Promise<void>,
): Promise<void> {
  await makeFile(port, path, async (file) => {
    const writer = await WRITERS[to](columns, (bytes) => {
      file.append(bytes);
    });
    await work(writer);
    writer.finish();
  });
}

/** How many rows a complete cell has: where cells stop early, its own rows say so. */
function targetOf(port: FilePort, { place }: StoredCell, { precision, permutations }: RunManifest): number {
  const stopping = stoppingOf(precision, permutations);
  return stopping === undefined ? permutations : scanToStop(port, place, permutations, stopping).scan.target;
}

function writeCell(
  port: FilePort,
  writer: TableWriter,
  values: readonly CellValue[],
  { place }: StoredCell,
  target: number,
): number {
  let rows = 0;
  for (const piece of rowsInPieces(readRows(port, place, target), place.schema.metrics.length, PIECE_ROWS)) {
    writer.write(values, piece);
    rows += piece.perm_index.length;
  }
  return rows;
}

/** Columns and values of the cells: cell_id, then the parameters. */
class CellTable {
  readonly columns: TableColumns;
  private readonly parameters: CellParameters;

  constructor(cells: readonly StoredCell[], parameters: CellParameters, manifest: RunManifest) {
    this.parameters = parameters;
    const { metrics } = manifest.identity;
    // A parameter may be called like a metric: the metric keeps the name.
    const taken = new Set(['cell_id', 'perm_index', ...metrics]);
    const named = parameters.names.map((name): CellColumn => ({
      name: taken.has(name) ? `parameter_${name}` : name,
      kind: kindOf(cells, parameters, name),
    }));
    this.columns = { cell: [{ name: 'cell_id', kind: 'text' }, ...named], metrics };
  }

  valuesOf(cell_id: string): CellValue[] {
    const values = this.parameters.of(cell_id);
    return [
      cell_id,
      ...this.parameters.names.map((name, i) => cellValue(values[name], this.columns.cell[i + 1]!.kind)),
    ];
  }
}

function inert(value: CellValue): CellValue {
  return typeof value === 'string' ? inertText(value) : value;
}

function kindOf(cells: readonly StoredCell[], parameters: CellParameters, name: string): CellColumn['kind'] {
  const types = new Set<string>();
  for (const { cell_id } of cells) {
    const value = parameters.of(cell_id)[name];
    if (value !== undefined) types.add(typeof value);
  }
  return kindOfValues(types);
}
