import type { ByteWriter as ByteWriterClass, ParquetWriter as ParquetWriterClass } from 'hyparquet-writer';

import type { CellColumn, Sink } from './table.ts';

/** What a Parquet file says of a column. */
type SchemaElement = ConstructorParameters<typeof ParquetWriterClass>[0]['schema'][number];

/** A Parquet file as it is written (Snappy): row groups go to the sink as they come. */
export async function parquetFile(columns: readonly SchemaElement[], sink: Sink): Promise<ParquetWriterClass> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const bytes = new ByteWriter();
  return new ParquetWriter({
    writer: Object.assign(bytes, {
      flush: () => {
        handOver(bytes, sink);
      },
      finish: () => {
        handOver(bytes, sink);
      },
    }),
    schema: [{ name: 'root', num_children: columns.length }, ...columns],
    createdBy: 'permafrost',
  });
}

function handOver(writer: ByteWriterClass, sink: Sink): void {
  sink(new Uint8Array(writer.buffer, 0, writer.index));
  writer.index = 0;
}

export function parquetColumn({ name, kind }: CellColumn): SchemaElement {
  const repetition_type = name === 'cell_id' ? ('REQUIRED' as const) : ('OPTIONAL' as const);
  if (kind === 'number') return { name, type: 'DOUBLE', repetition_type };
  if (kind === 'boolean') return { name, type: 'BOOLEAN', repetition_type };
  return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type };
}
