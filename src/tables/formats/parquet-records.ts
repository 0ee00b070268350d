import { parquetColumn, parquetFile } from './parquet-file.ts';
import type { RecordColumn, RecordWriter } from './records.ts';
import type { Sink } from './table.ts';

/** The Parquet file of a table whose rows have values of their own; a row group for all that is written at once. */
export async function parquetRecords(columns: readonly RecordColumn[], sink: Sink): Promise<RecordWriter> {
  const writer = await parquetFile(columns.map(parquetColumn), sink);
  return {
    write(rows) {
      if (rows.length === 0) return;
      const columnData = columns.map(({ name }, c) => ({
        name,
        data: rows.map((row) => row[c] ?? null),
        offsetIndex: false,
      }));
      // With a synchronous `flush` it is done when it returns.
      void writer.write({ columnData, rowGroupSize: rows.length });
    },
    finish: () => {
      void writer.finish();
    },
  };
}
