import { metricOf, permIndicesOf } from '../../encoding/arrow-message.ts';
import type { BatchShape } from '../../encoding/arrow-message.ts';
import type { Rows } from '../../encoding/metrics-schema.ts';

/** The rows of a verified record batch message. */
export function batchRows(message: Buffer, shape: BatchShape, n_metrics: number): Rows {
  return {
    perm_index: permIndicesOf(message, shape),
    columns: Array.from({ length: n_metrics }, (_, m) => metricOf(message, shape, m)),
  };
}
