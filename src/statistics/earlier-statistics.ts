import { errorOfInterval } from './quantile-interval.ts';
import type { CellStatistics, MetricStatistics, QuantileName } from './summarise.ts';

/** Statistics as a summary of an earlier version may have them. */
type Stored = Readonly<Record<string, Partial<MetricStatistics>>>;

/** The fields that every summary of this version has. */
type Always = {
  [Name in keyof MetricStatistics]-?: undefined extends MetricStatistics[Name] ? never : Name;
}[keyof MetricStatistics];
/** Those that the first version had. */
type AtFirst = QuantileName | 'n' | 'n_nan' | 'mean' | 'sd' | 'mcse' | 'min' | 'max' | 'sd_se' | 'quantile_mcse' | 'ci';

/** Numbers that came later: a summary without one of them is of an earlier version. A new statistic is added here, or this does not compile. */
const LATER: Readonly<Record<Exclude<Always, AtFirst | 'diagnostics'>, true>> = {
  n_at_max: true,
  largest_share: true,
  cvar05: true,
  cvar05_se: true,
  cvar95: true,
  cvar95_se: true,
};
export const LATER_NAMES = Object.keys(LATER) as (keyof typeof LATER)[];

/** Those of an earlier version with what they lack as unknown, and marked; those of this one as they are. */
export function completed(statistics: Stored): CellStatistics {
  return Object.fromEntries(
    Object.entries(statistics).map(([metric, found]) => {
      const lacking = LATER_NAMES.filter((name) => found[name] === undefined);
      const current = Array.isArray(found.diagnostics) && lacking.length === 0;
      return [metric, (current ? found : withUnknowns(found, lacking)) as MetricStatistics];
    }),
  );
}

function withUnknowns(found: Partial<MetricStatistics>, lacking: readonly string[]): Partial<MetricStatistics> {
  return {
    ...found,
    diagnostics: [...(found.diagnostics ?? []), 'earlier_version'],
    ...Object.fromEntries(lacking.map((name) => [name, NaN])),
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
