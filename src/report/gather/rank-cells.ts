import type { Ranking } from '../../model/model.ts';
import type { RankedCell, RankedCells } from '../report-data.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import { bestOfManyQuantile } from '../../statistics/best-of-many.ts';
import { pairedDifference, type PairedDifference } from '../../statistics/paired-difference.ts';
import { Z_95 } from '../../statistics/special.ts';
import type { CellPlace } from '../../store/scan/cell-file.ts';
import type { FilePort } from '../../files/port.ts';
import { readRows } from '../../store/read-rows.ts';

/** Cells that are held against the best: with common random numbers the rows of each are read. */
const MOST_RANKED = 50;

/**
 * The best of the complete cells by the mean of a metric, each with its difference to the best one: paired by perm_index where the cells share
 * their random numbers. Undefined where the metric is defined in fewer than two cells.
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
    // Cells with equal means stay in study order.
    .sort((a, b) => sign * (meanOf(b) - meanOf(a)));
  const [first, ...others] = ordered.slice(0, MOST_RANKED);
  if (first === undefined || others.length === 0) return undefined;

  const valuesOf = ({ cell_id, n }: ReportedCell): Float64Array => columnOf(port, placeOf(cell_id), n, metric);
  const best_values = paired ? valuesOf(first) : undefined;
  const quantile = bestOfManyQuantile(ordered.length);
  const compared = others.map((cell): RankedCell => {
    const difference =
      best_values === undefined
        ? independentDifference(cell, first, metric)
        : pairedPrefix(valuesOf(cell), best_values);
    return { cell, difference, told_apart: -sign * difference.difference > quantile * difference.se };
  });
  const winner: RankedCell = { cell: first, difference: undefined, told_apart: false };
  return { metric, best, paired, compared: ordered.length, cells: [winner, ...compared] };
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
function pairedPrefix(a: Float64Array, b: Float64Array): PairedDifference {
  const n = Math.min(a.length, b.length);
  return pairedDifference(a.subarray(0, n), b.subarray(0, n));
}

/** Of cells with random numbers of their own: the squares of the errors add up. */
function independentDifference(
  a: ReportedCell,
  b: ReportedCell,
  metric: string,
): NonNullable<RankedCell['difference']> {
  const [x, y] = [a.statistics[metric]!, b.statistics[metric]!];
  const difference = x.mean - y.mean;
  const se = Math.sqrt(x.mcse * x.mcse + y.mcse * y.mcse);
  return { n: Math.min(x.n, y.n), difference, se, ci: [difference - Z_95 * se, difference + Z_95 * se] };
}
