import type { MetricsSchema, Rows } from './metrics-schema.ts';

export function encodeArrowRows(schema: MetricsSchema, rows: Rows): Uint8Array {
  throw new Error(`not yet: ${schema.format} ${rows.perm_index.length}`);
}
