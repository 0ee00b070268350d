import type { Data } from 'apache-arrow';

import { apacheArrow } from '../../encoding/apache-arrow.ts';
import { arrowFile, arrowTypeOf } from './arrow-file.ts';
import type { RecordColumn, RecordWriter } from './records.ts';
import type { CellValue, Sink } from './table.ts';

/** The Arrow IPC file of a table whose rows have values of their own; a record batch for all that is written at once. */
export function arrowRecords(columns: readonly RecordColumn[], sink: Sink): RecordWriter {
  const { Field, RecordBatch, Schema, Struct, makeData } = apacheArrow();
  const fields = columns.map((column) => new Field(column.name, arrowTypeOf(column), column.name !== 'cell_id'));
  const schema = new Schema(fields);
  const writer = arrowFile(schema, sink);
  return {
    write(rows) {
      if (rows.length === 0) return;
      const children = columns.map((column, c) =>
        dataOf(
          column,
          rows.map((row) => row[c]),
        ),
      );
      const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
      writer.write(new RecordBatch(schema, data));
    },
    finish: () => {
      writer.finish();
    },
  };
}

function dataOf(column: RecordColumn, values: readonly CellValue[]): Data {
  const { Bool, Float64, Utf8, makeData } = apacheArrow();
  const length = values.length;
  const known = bitsOf(values.map((value) => value !== undefined));
  const nullCount = values.filter((value) => value === undefined).length;
  const validity = nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: known };
  if (column.kind === 'number')
    return makeData({
      type: new Float64(),
      length,
      data: Float64Array.from(values, (v) => Number(v ?? 0)),
      ...validity,
    });
  if (column.kind === 'boolean')
    return makeData({ type: new Bool(), length, data: bitsOf(values.map((v) => v === true)), ...validity });
  const texts = values.map((value) => Buffer.from(String(value ?? ''), 'utf8'));
  const valueOffsets = new Int32Array(length + 1);
  for (const [i, text] of texts.entries()) valueOffsets[i + 1] = valueOffsets[i]! + text.length;
  return makeData({ type: new Utf8(), length, valueOffsets, data: Buffer.concat(texts), ...validity });
}

/** Least significant bit first. */
function bitsOf(flags: readonly boolean[]): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  for (const [i, flag] of flags.entries()) if (flag) bits[i >> 3]! |= 1 << (i & 7);
  return bits;
}
