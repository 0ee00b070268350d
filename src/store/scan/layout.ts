import { join, sep } from 'node:path';
import { cellFolderName } from '../../study/cell-id.ts';

const PER_CELL = 'per_cell';

/** Where everything of a run is, below its output folder. */
export interface RunLayout {
  readonly output: string;
  readonly manifest: string;
  readonly lock: string;
  readonly per_cell: string;
  readonly aggregated: string;
  readonly heartbeat: string;
  readonly progress: string;
  readonly grid_summary: string;
  readonly failure_bounds: string;
  /** What `summarize` works out of all cells together. */
  readonly analysis: string;
  readonly partial_summary: string;
  /** Which Node.js computed which rows, where it was more than one major version. */
  readonly row_origins: string;
  /** Chunks that no worker could compute. */
  readonly dead_letters: string;
  readonly done: string;
  readonly results: string;
  readonly final_results: string;
  readonly report: string;
  cell(cell_id: string): CellLayout;
}

export interface CellLayout {
  readonly folder: string;
  readonly progress: string;
  readonly summary: string;
  readonly logs: string;
  readonly failures: string;
  readonly quarantine: string;
}

export function layoutOf(output: string): RunLayout {
  const aggregated = join(output, 'aggregated');
  const per_cell = join(output, PER_CELL);
  return {
    output,
    manifest: join(output, 'run_manifest.json'),
    lock: join(output, '.lock'),
    per_cell,
    aggregated,
    heartbeat: join(aggregated, 'heartbeat.json'),
    progress: join(aggregated, 'progress.csv'),
    grid_summary: join(aggregated, 'grid_summary.csv'),
    failure_bounds: join(aggregated, 'failure_bounds.csv'),
    partial_summary: join(aggregated, 'partial_summary.csv'),
    analysis: join(aggregated, 'analysis'),
    row_origins: join(aggregated, 'row_origins.csv'),
    dead_letters: join(aggregated, 'dead_letters.csv'),
    done: join(aggregated, 'DONE.txt'),
    results: join(output, 'results'),
    final_results: join(output, 'results', 'final_results.csv'),
    report: join(output, 'report'),
    cell: (cell_id) => cellLayout(cellFolderOf(output, cell_id)),
  };
}

/** The folder of a cell alone: a run may have 100,000 of them. */
export function cellFolderOf(output: string, cell_id: string): string {
  return join(output, PER_CELL, cellFolderName(cell_id));
}

/** `folder`: as `cellFolderOf` gives it, so that names need only be put behind it. */
export function cellLayout(folder: string): CellLayout {
  const at = (name: string): string => `${folder}${sep}${name}`;
  return {
    folder,
    progress: at('progress.json'),
    summary: at('summary.json'),
    logs: at('logs.txt'),
    failures: at('failures.csv'),
    quarantine: at('quarantine'),
  };
}

/** Block checksums beside a metrics file that has none within. */
export function sumsPath(folder: string): string {
  return join(folder, 'metrics_compact.sums');
}
