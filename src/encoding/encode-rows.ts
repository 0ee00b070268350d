import { encodeArrowRows } from './arrow-batch.ts';
import { encodeCsvRows } from './csv-rows.ts';
import type { MetricsSchema, Rows } from './metrics-schema.ts';

/**
 * A chunk's rows in the bytes of the metrics file: CSV lines, or one Arrow record batch message per aligned block.
 * `rows` are ascending in perm_index and canonical (`canonicalise`).
 */
export function encodeRows(schema: MetricsSchema, rows: Rows): Uint8Array {
  return schema.format === 'csv' ? encodeCsvRows(rows) : encodeArrowRows(schema, rows);
}
