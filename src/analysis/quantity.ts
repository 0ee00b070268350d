import type { Parameters } from '../model/model.ts';
import type { Interval } from '../statistics/interval.ts';
import { errorOfInterval } from '../statistics/quantile-interval.ts';
import { Z_95 } from '../statistics/special.ts';
import { QUANTILES, type MetricStatistics, type QuantileName } from '../statistics/summarise.ts';

/** A complete cell, as far as an analysis of the surface looks at it. */
export interface AnalysedCell {
  readonly cell_id: string;
  readonly parameters: Parameters;
  readonly n: number;
  readonly statistics: Readonly<Record<string, MetricStatistics>>;
}

/** A statistic of a metric by its name in the columns of grid_summary.csv; `p_gt_<t>` where the study has the threshold t. */
export type QuantityStatistic = 'mean' | QuantileName | 'cvar05' | 'cvar95' | `p_gt_${number}`;

/** A number that every cell has. */
export interface Quantity {
  readonly metric: string;
  readonly statistic: QuantityStatistic;
}

/** It in one cell. NaN where it is undefined; infinite where it is. */
export interface Measured {
  readonly value: number;
  /** One Monte Carlo standard error; NaN where it is not known. */
  readonly se: number;
  readonly ci: Interval;
}

const UNKNOWN: Measured = { value: NaN, se: NaN, ci: [NaN, NaN] };
const CVAR = { cvar05: 'cvar05_se', cvar95: 'cvar95_se' } as const;
const P_GT = 'p_gt_';

export function isStatistic(name: string): name is QuantityStatistic {
  if (name === 'mean' || Object.hasOwn(QUANTILES, name) || Object.hasOwn(CVAR, name)) return true;
  const t = name.slice(P_GT.length);
  return name.startsWith(P_GT) && t !== '' && Number.isFinite(Number(t));
}

/** `profit_factor:p05`, as it is typed and shown. */
export function quantityText({ metric, statistic }: Quantity): string {
  return `${metric}:${statistic}`;
}

/** A quantity in one cell. The error of a mean of values 0 and 1 is that of Wilson's interval: not 0 because none was seen. */
export function measure({ statistics }: Pick<AnalysedCell, 'statistics'>, { metric, statistic }: Quantity): Measured {
  const found = statistics[metric];
  if (found === undefined) return UNKNOWN;
  if (statistic === 'mean') {
    const se = found.n_ones === undefined ? found.mcse : errorOfInterval(found.ci.mean);
    return { value: found.mean, se, ci: found.ci.mean };
  }
  if (statistic === 'cvar05' || statistic === 'cvar95') {
    const [value, se] = [found[statistic], found[CVAR[statistic]]];
    return { value, se, ci: [value - Z_95 * se, value + Z_95 * se] };
  }
  if (Object.hasOwn(QUANTILES, statistic)) {
    const name = statistic as QuantileName;
    return { value: found[name], se: found.quantile_mcse[name], ci: found.ci[name] };
  }
  const t = Number(statistic.slice(P_GT.length));
  const above = found.thresholds?.find(({ threshold }) => threshold === t);
  return above === undefined ? UNKNOWN : { value: above.probability, se: above.se, ci: above.ci };
}
