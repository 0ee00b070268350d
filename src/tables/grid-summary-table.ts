import type { FilePort } from '../files/port.ts';
import { flatStatistics, statisticValues } from '../statistics/flat-statistics.ts';
import { summariesOf, type SummarisedCell } from '../stored/summaries.ts';
import { arrowRecords } from './formats/arrow-records.ts';
import { parquetRecords } from './formats/parquet-records.ts';
import { cellValue, kindOfValues, type RecordColumn, type RecordWriter } from './formats/records.ts';
import type { CellValue, Sink, TableFormat } from './formats/table.ts';

/** What grid_summary is written as besides CSV, which it always is. */
export const SUMMARY_FORMATS = ['arrow', 'parquet'] as const satisfies readonly TableFormat[];
/** A format in which `summarize` writes the table of all cells beside CSV. */
export type SummaryFormat = (typeof SUMMARY_FORMATS)[number];

const WRITERS: Readonly<
  Record<SummaryFormat, (columns: readonly RecordColumn[], sink: Sink) => RecordWriter | Promise<RecordWriter>>
> = { arrow: arrowRecords, parquet: parquetRecords };

/** Cells of a record batch or row group. */
const CELLS_AT_ONCE = 512;

/**
 * grid_summary.csv with types: the same columns and lines; numbers are doubles with every bit, NaN and infinities are values, a parameter that is not
 * active is null. A parameter that is called like a column of statistics comes first under a name of its own. Reads the summaries twice: the types of the
 * columns come first.
 */
export async function writeGridSummaryTable(
  port: FilePort,
  cells: readonly SummarisedCell[],
  parameters: readonly string[],
  metrics: readonly string[],
  format: SummaryFormat,
  sink: Sink,
): Promise<void> {
  const types = parameters.map(() => new Set<string>());
  let columns: RecordColumn[] = [];
  for await (const { summary } of summariesOf(port, cells)) {
    if (columns.length === 0)
      columns = metrics.flatMap((metric) =>
        flatStatistics(summary.statistics[metric]!).map(([name, value]): RecordColumn => {
          return { name: `${metric}_${name}`, kind: typeof value === 'number' ? 'number' : 'text' };
        }),
      );
    for (const [p, name] of parameters.entries()) {
      const value = summary.params[name];
      if (value !== undefined) types[p]!.add(typeof value);
    }
  }
  const kinds = types.map(kindOfValues);
  const taken = new Set(['cell_id', 'n', ...columns.map(({ name }) => name)]);
  const named = parameters.map((name, p): RecordColumn => {
    return { name: taken.has(name) ? `parameter_${name}` : name, kind: kinds[p]! };
  });
  const writer = await WRITERS[format](
    [{ name: 'cell_id', kind: 'text' }, ...named, { name: 'n', kind: 'number' }, ...columns],
    sink,
  );
  let rows: CellValue[][] = [];
  for await (const { cell, summary } of summariesOf(port, cells)) {
    const { params, n_perms_done, statistics } = summary;
    rows.push([
      cell.cell_id,
      ...parameters.map((name, p) => cellValue(params[name], kinds[p]!)),
      n_perms_done,
      ...metrics.flatMap((metric) => statisticValues(statistics[metric]!)),
    ]);
    if (rows.length < CELLS_AT_ONCE) continue;
    writer.write(rows);
    rows = [];
  }
  writer.write(rows);
  writer.finish();
}
