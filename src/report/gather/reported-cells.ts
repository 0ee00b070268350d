import type { MetricSpecs, Ranking } from '../../model/model.ts';
import { layoutOf } from '../../store/scan/layout.ts';
import type { FilePort } from '../../files/port.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import { requireManifest, type RunManifest } from '../../stored/manifest.ts';
import { summaryIfReadable } from '../../stored/summaries.ts';

/** More cells than this are not ranked for the terminal: their summaries are in grid_summary.csv. */
export const MOST_CELLS = 5_000;

export interface ReportedCells {
  readonly cells: readonly ReportedCell[];
  /** As the model says it; undefined where it does not say which way is good. */
  readonly ranking: Ranking | undefined;
  /** Those that are stored, in the order of their columns. */
  readonly metrics: MetricSpecs;
  readonly fixed: RunManifest['fixed'];
}

/** The complete cells of a run for its closing table, and what ranks them. */
export function reportedCells(port: FilePort, output: string): ReportedCells {
  const manifest = requireManifest(port, output);
  const layout = layoutOf(output);
  const cells: ReportedCell[] = [];
  for (const cell_id of Object.keys(manifest.identity.cells)) {
    const summary = summaryIfReadable(port, layout.cell(cell_id).folder);
    if (summary === undefined) continue;
    const { params, n_perms_done, statistics, precision = [] } = summary;
    cells.push({ cell_id, parameters: params, n: n_perms_done, statistics, precision: [precision].flat() });
  }
  const { metrics, fixed, ranking } = manifest;
  return { cells, ranking, metrics, fixed };
}
