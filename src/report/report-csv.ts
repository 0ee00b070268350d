import { csvField } from '../encoding/csv-field.ts';
import { FAILURE_COLUMNS, failureFields } from '../store/failures.ts';
import { drawnViews } from './contents.ts';
import { axesOf, levelOf, type Axis } from './marks/axes.ts';
import type { LineChartData } from './marks/lines.ts';
import type {
  CellCourses,
  FailedPermutation,
  IncompleteCell,
  PooledCell,
  RankedCells,
  ReportData,
} from './marks/report-data.ts';
import {
  BEST_FILE,
  FAILURES_FILE,
  INCOMPLETE_FILE,
  PATHS_FILE,
  POOLED_FILE,
  PRECISION_FILE,
  viewFile,
} from './report-files.ts';
import type { ReportedCell } from './marks/reported-cell.ts';

/**
 * The tables of a report as CSV, by name: numbers with all their digits, LF. (CELLS_FILE is not among them: it is grid_summary.csv.)
 * `has_rules`: the study has precision rules.
 */
export function tableFiles(data: ReportData, has_rules: boolean): [name: string, text: string][] {
  const { cells, ranking, pooled, incomplete, failures } = data;
  return [
    ...drawnViews(data).map((view, k): [string, string] => [viewFile(k, view.title), viewCsv(view)]),
    ...some(ranking !== undefined && [BEST_FILE, rankingCsv(ranking, axesOf(cells))]),
    ...some(data.paths.length > 0 && [PATHS_FILE, pathsCsv(data.paths)]),
    ...some(pooled.length > 0 && [POOLED_FILE, pooledCsv(pooled)]),
    [INCOMPLETE_FILE, incompleteCsv(incomplete)],
    [FAILURES_FILE, failuresCsv(failures)],
    ...some(has_rules && [PRECISION_FILE, precisionCsv(cells)]),
  ];
}

function some(file: false | [name: string, text: string]): [name: string, text: string][] {
  return file === false ? [] : [file];
}

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

/** The best cells, the best first, each with its difference to the best; empty where there is none. */
function rankingCsv({ metric, cells }: RankedCells, axes: readonly Axis[]): string {
  const header = [
    'rank',
    'cell_id',
    ...axes.map(({ name }) => name),
    'n',
    `${metric}_mean`,
    'mcse',
    'ci_low',
    'ci_high',
  ];
  const compared = [
    'difference',
    'difference_se',
    'difference_ci_low',
    'difference_ci_high',
    'difference_n',
    'told_apart',
    'diagnostics',
  ];
  const rows = cells.map(({ cell, difference, told_apart }, i) => {
    const { n, mean, mcse, ci, diagnostics } = cell.statistics[metric]!;
    const numbers = difference && [difference.difference, difference.se, ...difference.ci, difference.n];
    return [
      String(i + 1),
      cell.cell_id,
      ...axes.map(({ name }) => levelOf(cell, name)),
      ...[n, mean, mcse, ...ci.mean].map(String),
      ...(numbers?.map(String) ?? Array<string>(5).fill('')),
      String(told_apart),
      [...new Set([...diagnostics, ...(difference?.diagnostics ?? [])])].join(' '),
    ];
  });
  return csv([...header, ...compared], rows);
}

/** Every rate of every cell that was pooled. */
function pooledCsv(cells: readonly PooledCell[]): string {
  const rows = cells.flatMap(({ cell, rates }) =>
    Object.entries(rates).map(([metric, { rate, se, n_excluded }]) => {
      const { n, n_nan, mean, mcse } = cell.statistics[metric]!;
      return [cell.cell_id, metric, ...[n, n_nan, mean, mcse, rate, se, n_excluded].map(String)];
    }),
  );
  return csv(['cell_id', 'metric', 'n', 'n_nan', 'mean', 'mcse', 'pooled', 'pooled_se', 'pooled_n_excluded'], rows);
}

/** The bands of every course, place by place; the unperturbed case is empty where there is none. */
function pathsCsv(cells: readonly CellCourses[]): string {
  const rows = cells.flatMap(({ cell, n, courses }) =>
    courses.flatMap(({ name, at, bands, unperturbed }) =>
      at.map((place, i) => [
        cell.cell_id,
        name,
        ...[n, place, bands.p05[i]!, bands.p25[i]!, bands.p50[i]!, bands.p75[i]!, bands.p95[i]!].map(String),
        unperturbed === undefined ? '' : String(unperturbed[i]!),
      ]),
    ),
  );
  return csv(['cell_id', 'course', 'n', 'at', 'p05', 'p25', 'p50', 'p75', 'p95', 'unperturbed'], rows);
}

function incompleteCsv(cells: readonly IncompleteCell[]): string {
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
function precisionCsv(cells: readonly ReportedCell[]): string {
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

function failuresCsv(failures: readonly FailedPermutation[]): string {
  return csv(
    ['cell_id', ...FAILURE_COLUMNS],
    failures.map((each) => [each.cell_id, ...failureFields(each)]),
  );
}

function csv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, ...rows].map((fields) => `${fields.map(csvField).join(',')}\n`).join('');
}
