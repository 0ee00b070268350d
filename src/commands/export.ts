import { Command } from 'commander';

import { TABLE_FORMATS, type TableFormat } from '../tables/formats/table.ts';
import { EngineError } from '../errors.ts';
import { exportRun } from '../operations/export.ts';
import { counted, inFull } from '../wording/format-number.ts';
import { runs, type StudyFileFlags, studyFiles, withTrust } from './command.ts';
import { oneOf } from './option-values.ts';

interface ExportFlags extends StudyFileFlags {
  readonly to: TableFormat;
  readonly perCell?: boolean;
  readonly file?: string;
  readonly into?: string;
  readonly csvSafe?: boolean;
}

const EXAMPLES = `
Examples:
  permafrost export runs/study --to parquet                    runs/study/export/rows.parquet
  permafrost export runs/study --to csv --file rows.csv
  permafrost export runs/study --to arrow --per-cell --into tables/

One table has the columns cell_id, the parameters, perm_index, the metrics; files per cell have the same columns.
Values keep every bit. csv: numbers as JavaScript prints them; arrow: the IPC file format; parquet: Snappy.`;

export function exportCommand(): Command {
  const command = new Command('export')
    .argument('<run>', 'output folder of a run')
    .requiredOption('--to <format>', 'csv, arrow or parquet', oneOf('--to', TABLE_FORMATS))
    .option('--per-cell', 'one file per cell')
    .option('--file <path>', 'the file of the one table (default: <run>/export/rows.<format>)')
    .option('--into <dir>', 'the folder of the files (default: <run>/export)')
    .option('--csv-safe', "csv: put ' before texts that a spreadsheet would take for a formula (= + - @)")
    .addHelpText('after', EXAMPLES);
  return runs<ExportFlags>(
    withTrust(command),
    async ([run], { to, perCell, file, into, csvSafe, ...moved }, terminal) => {
      const path = pathOf(to, perCell === true, file, into);
      const { incomplete, ...result } = await exportRun(run!, {
        to,
        per_cell: perCell,
        path,
        csv_safe: csvSafe,
        ...studyFiles(moved),
      });
      const where = result.files.length === 1 ? result.files[0]! : `${inFull(result.files.length)} files`;
      terminal.print(`${counted(result.rows, 'row')} of ${counted(result.cells, 'cell')} written: ${where}`);
      if (incomplete > 0)
        terminal.print(
          `${counted(incomplete, 'cell is', 'cells are')} not complete: the rows that are there were written.`,
        );
      terminal.result(result);
      return 0;
    },
  );
}

function pathOf(
  to: TableFormat,
  per_cell: boolean,
  file: string | undefined,
  into: string | undefined,
): string | undefined {
  if (file !== undefined && (per_cell || into !== undefined)) {
    throw new EngineError('USAGE', '--file names one table; with --per-cell, or for a folder, use --into.', {
      path: '--file',
      value: file,
    });
  }
  if (file !== undefined || into === undefined || per_cell) return file ?? into;
  return `${into}/rows.${to}`;
}
