import { csvField } from '../encoding/csv-field.ts';
import type { BoundedCell } from '../statistics/failure-bounds.ts';

const HEADER = 'cell_id,n,n_failed,metric,statistic,without_failed,lowest,highest\n';

/** aggregated/failure_bounds.csv: a line per cell, metric and statistic. */
export function failureBoundsCsv(cells: readonly BoundedCell[]): string {
  const lines = cells.flatMap(({ cell_id, n, n_failed, metrics }) =>
    metrics.flatMap(({ metric, bounds }) =>
      bounds.map(({ statistic, without, lowest, highest }) =>
        [cell_id, n, n_failed, metric, statistic, without, lowest, highest]
          .map((field) => csvField(String(field)))
          .join(','),
      ),
    ),
  );
  return [HEADER, ...lines.map((line) => `${line}\n`)].join('');
}
