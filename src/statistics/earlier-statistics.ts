import { errorOfInterval } from './quantile-interval.ts';
import type { CellStatistics, MetricStatistics } from './summarise.ts';

/** Statistics as a summary of an earlier version may have them. */
type Stored = Readonly<Record<string, Partial<MetricStatistics>>>;

/** Those of an earlier version with what they lack as unknown, and marked; those of this one as they are. */
export function completed(statistics: Stored): CellStatistics {
  return Object.fromEntries(
    Object.entries(statistics).map(([metric, found]) => [
      metric,
      (Array.isArray(found.diagnostics) ? found : withUnknowns(found)) as MetricStatistics,
    ]),
  );
}

function withUnknowns(found: Partial<MetricStatistics>): Partial<MetricStatistics> {
  return {
    ...found,
    diagnostics: ['earlier_version'],
    largest_share: NaN,
    cvar05: NaN,
    cvar05_se: NaN,
    cvar95: NaN,
    cvar95_se: NaN,
    ...(found.thresholds !== undefined && {
      thresholds: found.thresholds.map((threshold) => ({ ...threshold, se: errorOfInterval(threshold.ci) })),
    }),
  };
}

/** Whether none of the statistics is of an earlier version. */
export function areCurrent(statistics: CellStatistics): boolean {
  return Object.values(statistics).every(({ diagnostics }) => !diagnostics.includes('earlier_version'));
}

/** Whether they say where the baseline lies: those of an earlier version, of a model that has one, do not. */
export function areRanked(statistics: CellStatistics): boolean {
  return Object.values(statistics).every(({ baseline }) => baseline !== undefined);
}
