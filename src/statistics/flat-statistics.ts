import { BASELINE_NAMES, STATISTIC_NAMES } from '../encoding/statistic-names.ts';
import { QUANTILES, type MetricStatistics, type QuantileName } from './summarise.ts';

/**
 * One metric's statistics in the order of `STATISTIC_NAMES`: the `<statistic>` of a `<metric>_<statistic>` column in grid_summary.csv.
 * Numbers, and the codes of `diagnostics` with spaces between them. A threshold t gives `p_gt_<t>`, `p_gt_<t>_lower` and `p_gt_<t>_upper`;
 * a baseline itself, and the shares of rows below it and equal to it with their errors.
 */
export function flatStatistics(statistics: MetricStatistics): [name: string, value: number | string][] {
  const values = statisticValues(statistics);
  const { baseline, thresholds = [] } = statistics;
  const names = [
    ...STATISTIC_NAMES,
    ...(baseline === undefined ? [] : BASELINE_NAMES),
    ...thresholds.flatMap(({ threshold }) => {
      const name = `p_gt_${threshold}`;
      return [name, `${name}_lower`, `${name}_upper`];
    }),
  ];
  return names.map((name, i) => [name, values[i]!]);
}

/** The values of `flatStatistics`, without their names. */
export function statisticValues(statistics: MetricStatistics): (number | string)[] {
  const { n, n_nan, n_infinite = 0, mean, sd, mcse, min, max, sd_se, quantile_mcse, ci } = statistics;
  // Without infinite values the mean is that of the finite ones.
  const { n: n_finite, mean: mean_finite } = statistics.finite ?? { n, mean };
  // In the order of STATISTIC_NAMES, which a test holds: a run writes some fifty of them a metric, for every cell.
  const values: (number | string)[] = [n, n_nan, n_infinite, mean, sd, mcse, min, max];
  for (const name of NAMES) values.push(statistics[name]);
  values.push(sd_se);
  for (const name of NAMES) values.push(quantile_mcse[name]);
  values.push(...ci.mean);
  for (const name of NAMES) values.push(...ci[name]);
  const { largest_share, n_at_max, cvar05, cvar05_se, cvar95, cvar95_se, diagnostics, thresholds, baseline } =
    statistics;
  values.push(
    n_finite,
    mean_finite,
    cvar05,
    cvar05_se,
    cvar95,
    cvar95_se,
    largest_share,
    n_at_max,
    diagnostics.join(' '),
  );
  if (baseline !== undefined) {
    const { value, below, below_se, equal, equal_se } = baseline;
    values.push(value, below, below_se, equal, equal_se);
  }
  for (const threshold of thresholds ?? []) values.push(threshold.probability, ...threshold.ci);
  return values;
}

const NAMES = Object.keys(QUANTILES) as QuantileName[];
