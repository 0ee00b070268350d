import pLimit from 'p-limit';

import { keyMetrics } from '../report/answer/key-metrics.ts';
import { binsFor, binsOfCell } from '../report/gather/count-cells.ts';
import type { CellCounts, ReportData } from '../report/marks/report-data.ts';
import type { Host } from '../readers/host.ts';
import type { CellPlace } from '../store/scan/cell-file.ts';

/** Distributions in the page, over all cells: more would make the file larger than mail and browsers like. */
const MOST_DISTRIBUTIONS = 12_500;
const FEWEST_METRICS = 3;

/** Files read at once, per thread. */
const AT_ONCE = 2;

/** Counts the rows of the complete cells in bins, in threads: the same counts whatever their number. */
export async function countCells(
  host: Host,
  data: Omit<ReportData, 'bins' | 'counts' | 'paths'>,
  placeOf: (cell_id: string) => CellPlace,
  columns: readonly string[],
  most_threads: number,
): Promise<Pick<ReportData, 'bins' | 'counts'>> {
  const { cells, metrics } = data;
  const most = Math.max(FEWEST_METRICS, Math.floor(MOST_DISTRIBUTIONS / Math.max(1, cells.length)));
  const bins = Object.fromEntries(
    keyMetrics(data)
      .slice(0, most)
      .flatMap((metric) => {
        const found = binsFor(cells, metric, metrics);
        return found === undefined ? [] : [[metric, found] as const];
      }),
  );
  if (Object.keys(bins).length === 0) return { bins, counts: {} };
  const threads = Math.min(most_threads, cells.length);
  const readers = host.open(threads);
  const limit = pLimit(AT_ONCE * threads);
  try {
    const counted = await Promise.all(
      cells.map((cell) =>
        limit(async (): Promise<[string, Record<string, CellCounts>]> => {
          const asked = binsOfCell(cell, bins, columns);
          const task = { place: placeOf(cell.cell_id), target: cell.n, bins: asked };
          const found = await readers.read('bins', task);
          return [
            cell.cell_id,
            Object.fromEntries(asked.map(({ metric, halvings }, k) => [metric, { halvings, ...found[k]! }])),
          ];
        }),
      ),
    );
    return { bins, counts: Object.fromEntries(counted) };
  } finally {
    await readers.close();
  }
}
