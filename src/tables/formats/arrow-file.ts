import type * as Arrow from 'apache-arrow';

import { apacheArrow } from '../../encoding/apache-arrow.ts';
import type { CellColumn, Sink } from './table.ts';

/** An Arrow IPC *file* as it is written: record batches go to the sink as they come. No dictionaries and no compression: every Arrow reader reads it. */
export function arrowFile(schema: Arrow.Schema, sink: Sink): Arrow.RecordBatchFileWriter {
  const { AsyncByteQueue, RecordBatchFileWriter, RecordBatchWriter } = apacheArrow();
  // The writer's own queue would keep the whole file: its bytes are taken as they come.
  class Queue extends AsyncByteQueue {
    override write(bytes: Uint8Array): void {
      sink(bytes);
    }
  }
  // The package leaves out the schema message that a file, like a stream, begins with: readers that do not start at the footer need it.
  class FileWriter extends RecordBatchFileWriter {
    protected override _writeSchema(written: Arrow.Schema): this {
      super._writeSchema(written);
      RecordBatchWriter.prototype['_writeSchema'].call(this, written);
      return this;
    }
  }
  const writer = new FileWriter();
  writer.reset(new Queue(), schema);
  return writer;
}

export function arrowTypeOf({ kind }: CellColumn): Arrow.DataType {
  const { Bool, Float64, Utf8 } = apacheArrow();
  return kind === 'number' ? new Float64() : kind === 'boolean' ? new Bool() : new Utf8();
}
