import { BASELINE_NAMES, STATISTIC_NAMES, type StatisticName } from '../encoding/statistic-names.ts';
import type { BaselineRank } from './baseline-rank.ts';
import { QUANTILES, type MetricStatistics, type QuantileName } from './summarise.ts';

/**
 * One metric's statistics in the order of `STATISTIC_NAMES`: the `<statistic>` of a `<metric>_<statistic>` column in grid_summary.csv.
 * Numbers, and the codes of `diagnostics` with spaces between them. A threshold t gives `p_gt_<t>`, `p_gt_<t>_lower` and `p_gt_<t>_upper`;
 * a baseline itself, and the shares of rows below it and equal to it with their errors.
 */
export function flatStatistics(statistics: MetricStatistics): [name: string, value: number | string][] {
  const {
    n,
    n_nan,
    n_infinite = 0,
    mean,
    sd,
    mcse,
    min,
    max,
    sd_se,
    quantile_mcse,
    ci,
    thresholds = [],
    baseline,
  } = statistics;
  const { largest_share, cvar05, cvar05_se, cvar95, cvar95_se, diagnostics } = statistics;
  // Without infinite values the mean is that of the finite ones.
  const { n: n_finite, mean: mean_finite } = statistics.finite ?? { n, mean };
  const flat: Readonly<Record<StatisticName, number | string>> = {
    ...{ n, n_nan, n_infinite, mean, sd, mcse, min, max, sd_se },
    ...ofQuantiles((name) => statistics[name]),
    ...withSuffix(
      '_mcse',
      ofQuantiles((name) => quantile_mcse[name]),
    ),
    mean_lower: ci.mean[0],
    mean_upper: ci.mean[1],
    ...withSuffix(
      '_lower',
      ofQuantiles((name) => ci[name][0]),
    ),
    ...withSuffix(
      '_upper',
      ofQuantiles((name) => ci[name][1]),
    ),
    ...{ n_finite, mean_finite, cvar05, cvar05_se, cvar95, cvar95_se, largest_share },
    diagnostics: diagnostics.join(' '),
  };
  return [
    ...STATISTIC_NAMES.map((name): [string, number | string] => [name, flat[name]]),
    ...(baseline === undefined ? [] : withBaseline(baseline)),
    ...thresholds.flatMap(({ threshold, probability, ci: [lower, upper] }): [string, number][] => [
      [`p_gt_${threshold}`, probability],
      [`p_gt_${threshold}_lower`, lower],
      [`p_gt_${threshold}_upper`, upper],
    ]),
  ];
}

function withBaseline({ value, below, below_se, equal, equal_se }: BaselineRank): [name: string, value: number][] {
  const values = [value, below, below_se, equal, equal_se];
  return BASELINE_NAMES.map((name, i) => [name, values[i]!]);
}

function ofQuantiles(value: (name: QuantileName) => number): Record<QuantileName, number> {
  const names = Object.keys(QUANTILES) as QuantileName[];
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<QuantileName, number>;
}

function withSuffix<Suffix extends string>(
  suffix: Suffix,
  values: Record<QuantileName, number>,
): Record<`${QuantileName}${Suffix}`, number> {
  const entries = Object.entries(values).map(([name, value]) => [`${name}${suffix}`, value]);
  return Object.fromEntries(entries) as Record<`${QuantileName}${Suffix}`, number>;
}
