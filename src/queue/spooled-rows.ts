import type { MetricsSchema, Rows } from '../encoding/metrics-schema.ts';
import { memoryFile } from '../files/memory-file.ts';
import { formatOf } from '../store/formats/formats.ts';
import { readRows } from '../store/read-rows.ts';
import type { EncodedChunk } from '../store/scan/cell-file.ts';
import { checkedResult } from './check-result.ts';
import type { ReceivedResult } from './result-frame.ts';

/**
 * The rows of a result that was kept, for a file of the same experiment, whatever the format and the blocks that it was made for; what is wrong with it; or
 * undefined where it holds no rows. `schema`: of the file.
 */
export function spooledRows(received: ReceivedResult, schema: MetricsSchema): Rows | string | undefined {
  const { header } = received;
  if (header.failed !== undefined || header.cannot_prepare !== undefined || header.rows === 0) return undefined;
  const [made_for, ...more_schemas] = header.kinds.map((kind) => ({ ...schema, ...kind })) as [
    MetricsSchema,
    ...MetricsSchema[],
  ];
  const { setup, first, count } = header;
  const source = { scheme: 'philox', generator: 'philox', key: [0, 0] } as const; // of no account: nothing is computed
  const cell = { parameters: {}, source, schema: made_for };
  const result = checkedResult(
    { setup, cell, first, count, ...(more_schemas.length > 0 && { more_schemas }) },
    received,
  );
  return typeof result === 'string' ? result : rowsIn(result.bytes, result.rows, made_for);
}

/** The rows of a checked result, from the bytes that are for one kind of file. */
export function rowsIn(bytes: Uint8Array, rows: number, schema: MetricsSchema): Rows {
  const file = Buffer.concat([formatOf(schema).header(schema), bytes]);
  const perm_index = new Uint32Array(rows);
  const columns = schema.metrics.map(() => new Float64Array(rows));
  let at = 0;
  const place = { folder: 'a result', schema };
  for (const block of readRows(memoryFile(file), place, Infinity, { end: file.length })) {
    perm_index.set(block.perm_index, at);
    for (const [m, column] of columns.entries()) column.set(block.columns[m]!, at);
    at += block.perm_index.length;
  }
  return { perm_index, columns };
}

/** Rows from `from` on, as they are appended to a metrics file; undefined where there are none. */
export function appendable(schema: MetricsSchema, rows: Rows, from: number): EncodedChunk | undefined {
  const skipped = rows.perm_index.findIndex((perm) => perm >= from);
  if (skipped < 0) return undefined;
  const perm_index = rows.perm_index.slice(skipped);
  const format = formatOf(schema);
  const bytes = format.encode(schema, { perm_index, columns: rows.columns.map((column) => column.slice(skipped)) });
  const first = perm_index[0]!;
  const blocks = format.blocksOf?.(schema, perm_index, bytes);
  const count = perm_index.at(-1)! + 1 - first;
  return { first, count, rows: perm_index.length, bytes, ...(blocks !== undefined && { blocks }) };
}
