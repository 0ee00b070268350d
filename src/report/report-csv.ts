import { csvField } from '../encoding/csv-field.ts';
import type { LineChartData } from './lines.ts';
import type { ReportedCell } from './run-report.ts';
import type { FailedPermutation, IncompleteCell } from './report-data.ts';

/** Tables of a report as CSV: numbers with all their digits, LF. (All cells with all statistics are grid_summary.csv.) */

/** Every point of a line chart, those of panels that are not drawn included. */
export function viewCsv({ x, y, statistic, categories, panels }: LineChartData): string {
  const rows = panels.flatMap(({ title, lines }) =>
    lines.flatMap(({ label, points }) =>
      points.map((point) => [
        point.cell_id,
        title,
        label,
        categories?.[point.x] ?? String(point.x),
        ...[point.value, point.error, point.low, point.high].map(String),
      ]),
    ),
  );
  return csv(['cell_id', 'panel', 'line', x, `${y}_${statistic}`, 'mcse', 'ci_low', 'ci_high'], rows);
}

export function incompleteCsv(cells: readonly IncompleteCell[]): string {
  return csv(
    ['cell_id', 'rows', 'n_target', 'n_failures', 'reason'],
    cells.map(({ cell_id, rows, n_target, n_failures, reason }) => [
      cell_id,
      ...[rows, n_target, n_failures].map(String),
      reason,
    ]),
  );
}

/** What the precision rules came to in every complete cell. */
export function precisionCsv(cells: readonly ReportedCell[]): string {
  return csv(
    [
      'cell_id',
      'metric',
      'quantity',
      'n',
      'looks',
      'estimate',
      'ci_low',
      'ci_high',
      'half_width',
      'allowed',
      'reached',
    ],
    cells.flatMap(({ cell_id, precision }) =>
      precision.map(({ metric, quantity, n, looks, estimate, ci, half_width, allowed, reached }) => [
        cell_id,
        metric,
        quantity,
        ...[n, looks, estimate, ...ci, half_width, allowed, reached].map(String),
      ]),
    ),
  );
}

export function failuresCsv(failures: readonly FailedPermutation[]): string {
  return csv(
    ['cell_id', 'perm_index', 'seed', 'error_class', 'message'],
    failures.map((each) => [each.cell_id, String(each.perm_index), each.seed, each.error_class, each.message]),
  );
}

function csv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map((fields) => `${fields.map(csvField).join(',')}\n`).join('');
}
