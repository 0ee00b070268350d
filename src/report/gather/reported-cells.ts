import type { MetricSpec, Ranking } from '../../model/model.ts';
import { layoutOf } from '../../store/scan/layout.ts';
import type { FilePort } from '../../files/port.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import { requireManifest } from '../../stored/manifest.ts';
import { summaryIfReadable } from '../../stored/summaries.ts';

/** More cells than this are not ranked for the terminal: their summaries are in grid_summary.csv. */
export const MOST_CELLS = 5_000;

/** The complete cells of a run for its closing table, and the metric that it is about: the one that ranks them, else the first. */
export function reportedCells(
  port: FilePort,
  output: string,
): {
  readonly cells: readonly ReportedCell[];
  readonly ranking: Ranking;
  /** Of the metric that ranks. */
  readonly spec: MetricSpec;
} {
  const manifest = requireManifest(port, output);
  const layout = layoutOf(output);
  const cells: ReportedCell[] = [];
  for (const cell_id of Object.keys(manifest.identity.cells)) {
    const summary = summaryIfReadable(port, layout.cell(cell_id).folder);
    if (summary === undefined) continue;
    const { params, n_perms_done, statistics, precision = [] } = summary;
    cells.push({ cell_id, parameters: params, n: n_perms_done, statistics, precision: [precision].flat() });
  }
  const ranking = manifest.ranking ?? { metric: Object.keys(manifest.metrics)[0]!, best: 'highest' };
  return { cells, ranking, spec: manifest.metrics[ranking.metric] ?? {} };
}
