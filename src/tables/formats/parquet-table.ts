import type { ByteWriter as ByteWriterClass } from 'hyparquet-writer';

import type { CellColumn, CellValue, Sink, TableColumns, TableWriter } from './table.ts';

/**
 * Parquet (Snappy), a row group for every piece written: perm_index is UINT_32, metrics are DOUBLE, bit for bit (NaN and infinities are values, not
 * nulls), an inactive parameter is null.
 */
export async function parquetTable(columns: TableColumns, sink: Sink): Promise<TableWriter> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: Object.assign(bytes, {
      flush: () => {
        handOver(bytes, sink);
      },
      finish: () => {
        handOver(bytes, sink);
      },
    }),
    schema: [
      { name: 'root', num_children: columns.cell.length + 1 + columns.metrics.length },
      ...columns.cell.map(cellElement),
      { name: 'perm_index', type: 'INT32', converted_type: 'UINT_32', repetition_type: 'REQUIRED' },
      ...columns.metrics.map((name) => ({ name, type: 'DOUBLE' as const, repetition_type: 'REQUIRED' as const })),
    ],
    createdBy: 'permafrost',
  });
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

function handOver(writer: ByteWriterClass, sink: Sink): void {
  sink(new Uint8Array(writer.buffer, 0, writer.index));
  writer.index = 0;
}

function cellElement({ name, kind }: CellColumn) {
  const repetition_type = name === 'cell_id' ? ('REQUIRED' as const) : ('OPTIONAL' as const);
  if (kind === 'number') return { name, type: 'DOUBLE' as const, repetition_type };
  if (kind === 'boolean') return { name, type: 'BOOLEAN' as const, repetition_type };
  return { name, type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const, repetition_type };
}

function constant(value: CellValue, length: number): (number | boolean | string | null)[] {
  return new Array<number | boolean | string | null>(length).fill(value ?? null);
}
