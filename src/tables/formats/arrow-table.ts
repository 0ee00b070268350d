import type { Data } from 'apache-arrow';

import { apacheArrow } from '../../encoding/apache-arrow.ts';
import { arrowFile, arrowTypeOf } from './arrow-file.ts';
import type { CellColumn, CellValue, Sink, TableColumns, TableWriter } from './table.ts';

/**
 * An Arrow IPC *file* (ARROW1 ... footer ... ARROW1): it can be memory-mapped and read at any batch. The stream form, which survives a crash at any
 * byte, is what runs are stored in; an export is written once.
 */
export function arrowTable(columns: TableColumns, sink: Sink): TableWriter {
  const { Field, Float64, RecordBatch, Schema, Struct, Uint32, makeData } = apacheArrow();
  const fields = [
    ...columns.cell.map((column) => new Field(column.name, arrowTypeOf(column), column.name !== 'cell_id')),
    new Field('perm_index', new Uint32(), false),
    ...columns.metrics.map((name) => new Field(name, new Float64(), false)),
  ];
  const schema = new Schema(fields);
  const writer = arrowFile(schema, sink);
  return {
    write(cell, { perm_index, columns: metrics }) {
      const length = perm_index.length;
      if (length === 0) return;
      const children: Data[] = [
        ...columns.cell.map((column, i) => constant(column, cell[i], length)),
        makeData({ type: new Uint32(), data: perm_index }),
        ...metrics.map((data) => makeData({ type: new Float64(), data })),
      ];
      const data = makeData({ type: new Struct(fields), length, nullCount: 0, children });
      writer.write(new RecordBatch(schema, data));
    },
    finish: () => {
      writer.finish();
    },
  };
}

/** A column of `length` equal values. */
function constant(column: CellColumn, value: CellValue, length: number): Data {
  const { Bool, Float64, Utf8, makeData } = apacheArrow();
  const bits = new Uint8Array(Math.ceil(length / 8));
  const validity = value === undefined ? { nullCount: length, nullBitmap: bits } : { nullCount: 0 };
  if (column.kind === 'number')
    return makeData({
      type: new Float64(),
      length,
      data: new Float64Array(length).fill(Number(value ?? 0)),
      ...validity,
    });
  if (column.kind === 'boolean')
    return makeData({ type: new Bool(), length, data: bits.slice().fill(value === true ? 255 : 0), ...validity });
  const text = Buffer.from(String(value ?? ''), 'utf8');
  const valueOffsets = Int32Array.from({ length: length + 1 }, (_, i) => i * text.length);
  const data = Buffer.alloc(text.length * length, text.length === 0 ? 0 : text);
  return makeData({ type: new Utf8(), length, valueOffsets, data, ...validity });
}
