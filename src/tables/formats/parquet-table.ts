import { parquetColumn, parquetFile } from './parquet-file.ts';
import type { CellValue, Sink, TableColumns, TableWriter } from './table.ts';

/**
 * Parquet (Snappy), a row group for every piece written: perm_index is UINT_32, metrics are DOUBLE, bit for bit (NaN and infinities are values, not
 * nulls), an inactive parameter is null.
 */
export async function parquetTable(columns: TableColumns, sink: Sink): Promise<TableWriter> {
  const writer = await parquetFile(
    [
      ...columns.cell.map(parquetColumn),
      { name: 'perm_index', type: 'INT32', converted_type: 'UINT_32', repetition_type: 'REQUIRED' },
      ...columns.metrics.map((name) => ({ name, type: 'DOUBLE' as const, repetition_type: 'REQUIRED' as const })),
    ],
    sink,
  );
  const stored = { offsetIndex: false };
  return {
    write(cell, rows) {
      const length = rows.perm_index.length;
      if (length === 0) return;
      const columnData = [
        ...columns.cell.map(({ name }, i) => ({ name, data: constant(cell[i], length), ...stored })),
        { name: 'perm_index', data: rows.perm_index, ...stored, encoding: 'PLAIN' as const },
        ...columns.metrics.map((name, i) => ({
          name,
          data: rows.columns[i]!,
          ...stored,
          encoding: 'PLAIN' as const,
        })),
      ];
      // With a synchronous `flush` it is done when it returns.
      void writer.write({ columnData, rowGroupSize: length });
    },
    finish: () => {
      void writer.finish();
    },
  };
}

function constant(value: CellValue, length: number): (number | boolean | string | null)[] {
  return new Array<number | boolean | string | null>(length).fill(value ?? null);
}
