import type { Ranking } from '../../model/model.ts';
import type { RankedCell, RankedCells } from '../marks/report-data.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import { bestOfManyTail } from '../../statistics/best-of-many.ts';
import { independentDifference, pairedDifference, sideOf, type Difference } from '../../statistics/difference.ts';
import type { CellPlace } from '../../store/scan/cell-file.ts';
import type { FilePort } from '../../files/port.ts';
import { readRows } from '../../store/read-rows.ts';

/** Cells that are held against the best: with common random numbers the rows of each are read. */
const MOST_RANKED = 50;

/**
 * The best of the complete cells by the mean of a metric, each with its difference to the best one: paired by perm_index where the cells share
 * their random numbers. An infinite mean has the place of its sign; where the mean is undefined (no value, or infinities of both signs) the
 * cell has none. Undefined where the metric has a mean in fewer than two cells.
 */
export function rankCells(
  port: FilePort,
  cells: readonly ReportedCell[],
  placeOf: (cell_id: string) => CellPlace,
  { metric, best }: Ranking,
  paired: boolean,
): RankedCells | undefined {
  const sign = best === 'highest' ? 1 : -1;
  const meanOf = (cell: ReportedCell): number => cell.statistics[metric]!.mean;
  const ordered = cells
    .filter((cell) => !Number.isNaN(meanOf(cell)))
    // Cells with equal means stay in study order; the difference of two infinite ones gives no order.
    .sort((a, b) => (meanOf(a) === meanOf(b) ? 0 : sign * (meanOf(b) - meanOf(a))));
  const [first, ...others] = ordered.slice(0, MOST_RANKED);
  if (first === undefined || others.length === 0) return undefined;

  const valuesOf = ({ cell_id, n }: ReportedCell): Float64Array => columnOf(port, placeOf(cell_id), n, metric);
  // Of an infinite mean there is nothing to be paired.
  const best_values = paired && Number.isFinite(meanOf(first)) ? valuesOf(first) : undefined;
  const tail = bestOfManyTail(ordered.length);
  const compared = others.map((cell): RankedCell => {
    const found =
      best_values === undefined || !Number.isFinite(meanOf(cell))
        ? independentDifference(cell.statistics[metric]!, first.statistics[metric]!)
        : pairedPrefix(valuesOf(cell), best_values);
    const { n, difference, se, ci, diagnostics } = found;
    return { cell, difference: { n, difference, se, ci, diagnostics }, told_apart: sideOf(found, tail) === -sign };
  });
  const winner: RankedCell = { cell: first, difference: undefined, told_apart: false };
  const n_undefined = cells.length - ordered.length;
  return { metric, best, paired, compared: ordered.length, n_undefined, cells: [winner, ...compared] };
}

/** The metric of permutations 0 .. n - 1 of a complete cell. */
function columnOf(port: FilePort, place: CellPlace, n: number, metric: string): Float64Array {
  const values = new Float64Array(n).fill(NaN);
  const m = place.schema.metrics.indexOf(metric);
  for (const { perm_index, columns } of readRows(port, place, n)) {
    for (let i = 0; i < perm_index.length; i++) values[perm_index[i]!] = columns[m]![i]!;
  }
  return values;
}

/** Cells that a precision rule stopped at different numbers of permutations have their first ones in common. */
function pairedPrefix(a: Float64Array, b: Float64Array): Difference {
  const n = Math.min(a.length, b.length);
  return pairedDifference(a.subarray(0, n), b.subarray(0, n));
}
