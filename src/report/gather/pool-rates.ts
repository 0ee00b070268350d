import type { MetricSpec } from '../../model/model.ts';
import type { PooledCell } from '../marks/report-data.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';
import { RateResiduals, RateSums } from '../../statistics/pooled-rate.ts';
import type { CellPlace } from '../../store/scan/cell-file.ts';
import type { FilePort } from '../../files/port.ts';
import { readRows } from '../../store/read-rows.ts';

/** Cells whose rows are read for it. */
const MOST_POOLED = 100;

/** The pooled rates of complete cells, for the metrics that say of what they are the rate. */
export function poolRates(
  port: FilePort,
  cells: readonly ReportedCell[],
  placeOf: (cell_id: string) => CellPlace,
  specs: Readonly<Record<string, MetricSpec>>,
): PooledCell[] {
  // A rate whose parts are not stored has no sums.
  const rates = Object.entries(specs).flatMap(([metric, { rate_of }]) =>
    [...(rate_of?.cases ?? []), ...(rate_of?.of ?? [])].every((name) => Object.hasOwn(specs, name)) &&
    rate_of !== undefined
      ? [{ metric, ...rate_of }]
      : [],
  );
  if (rates.length === 0) return [];
  return cells.slice(0, MOST_POOLED).map((cell) => {
    const place = placeOf(cell.cell_id);
    const at = (names: readonly string[]): number[] => names.map((name) => place.schema.metrics.indexOf(name));
    const places = rates.map(({ cases, of }) => ({ cases: at(cases), of: at(of) }));
    /** One pass over the rows: numerator and denominator of each rate. */
    const addAll = (passes: readonly Pick<RateSums, 'add'>[]): void => {
      for (const { perm_index, columns } of readRows(port, place, cell.n)) {
        const sumAt = (metrics: readonly number[], i: number): number =>
          metrics.reduce((sum, m) => sum + columns[m]![i]!, 0);
        for (let i = 0; i < perm_index.length; i++)
          for (const [r, { cases, of }] of places.entries()) passes[r]!.add(sumAt(cases, i), sumAt(of, i));
      }
    };
    const sums = rates.map(() => new RateSums());
    addAll(sums);
    const residuals = sums.map((each) => new RateResiduals(each));
    addAll(residuals);
    return { cell, rates: Object.fromEntries(rates.map(({ metric }, r) => [metric, residuals[r]!.finish()])) };
  });
}
