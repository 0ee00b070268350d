import type { Kernel } from '#native-free/kernel';

import { encodeArrowRows } from './arrow-batch.ts';
import { encodeCsvRows } from './csv-rows.ts';
import type { MetricsSchema, Rows } from './metrics-schema.ts';

/**
 * A chunk's rows in the bytes of the metrics file: CSV lines, or one Arrow record batch message per aligned block.
 * `rows` are ascending in perm_index and canonical (`canonicalise`). The bytes are the caller's and lie at the start of a buffer of
 * their own: `into`, where that is given and large enough.
 */
export function encodeRows(
  schema: MetricsSchema,
  rows: Rows,
  kernel: Kernel = 'auto',
  into?: ArrayBufferLike,
): Uint8Array {
  return schema.format === 'csv' ? encodeCsvRows(rows, kernel, into) : encodeArrowRows(schema, rows, into);
}
