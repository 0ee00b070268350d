import { QUANTILES, type MetricStatistics, type QuantileName } from './summarise.ts';

/**
 * One metric's statistics as named numbers in a fixed order: the `<statistic>` of a `<metric>_<statistic>` column in
 * grid_summary.csv. A threshold t gives `p_gt_<t>`, `p_gt_<t>_lower` and `p_gt_<t>_upper`.
 */
export function flatStatistics(statistics: MetricStatistics): [name: string, value: number][] {
  const { n, n_nan, n_infinite = 0, mean, sd, mcse, min, max, sd_se, quantile_mcse, thresholds = [] } = statistics;
  const names = Object.keys(QUANTILES) as QuantileName[];
  return [
    ...Object.entries({ n, n_nan, n_infinite, mean, sd, mcse, min, max }),
    ...names.map((name): [string, number] => [name, statistics[name]]),
    ['sd_se', sd_se],
    ...names.map((name): [string, number] => [`${name}_mcse`, quantile_mcse[name]]),
    ...thresholds.flatMap(({ threshold, probability, ci }): [string, number][] => [
      [`p_gt_${threshold}`, probability],
      [`p_gt_${threshold}_lower`, ci[0]],
      [`p_gt_${threshold}_upper`, ci[1]],
    ]),
  ];
}
