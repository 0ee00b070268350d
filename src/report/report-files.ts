/** Names of the files of a report, below its folder. */
export const CELLS_FILE = 'tables/cells.csv';
export const BEST_FILE = 'tables/best_cells.csv';
export const PATHS_FILE = 'tables/paths.csv';
export const POOLED_FILE = 'tables/pooled_rates.csv';
export const INCOMPLETE_FILE = 'tables/incomplete.csv';
export const PRECISION_FILE = 'tables/precision.csv';
export const FAILURES_FILE = 'tables/failures.csv';

/** `tables/view_01_throughput_against_gpus.csv`. */
export function viewFile(index: number, title: string): string {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, 60);
  return `tables/view_${String(index + 1).padStart(2, '0')}${slug === '' ? '' : `_${slug}`}.csv`;
}
