import { existsSync } from 'node:fs';

import type { Ranking } from '../../models/model.ts';
import { layoutOf } from '../../store/layout.ts';
import { disk } from '../../store/disk.ts';
import type { ReportedCell } from '../../report/reported-cell.ts';
import { requireManifest } from '../manifest.ts';
import { readSummary } from './summaries.ts';

/** More cells than this are not ranked for the terminal: their summaries are in grid_summary.csv. */
export const MOST_CELLS = 5_000;

/** The complete cells of a run for its closing table, and the metric that it is about: the one that ranks them, else the first. */
export function reportedCells(output: string): { readonly cells: readonly ReportedCell[]; readonly ranking: Ranking } {
  const manifest = requireManifest(disk, output);
  const layout = layoutOf(output);
  const cells: ReportedCell[] = [];
  for (const cell_id of Object.keys(manifest.identity.cells)) {
    const { folder, summary: path } = layout.cell(cell_id);
    const summary = existsSync(path) ? readSummary(folder) : undefined;
    if (summary === undefined) continue;
    const { params, n_perms_done, statistics, precision = [] } = summary;
    cells.push({ cell_id, parameters: params, n: n_perms_done, statistics, precision: [precision].flat() });
  }
  const ranking = manifest.ranking ?? { metric: Object.keys(manifest.metrics)[0]!, best: 'highest' };
  return { cells, ranking };
}
