import type { MetricSpec, ViewStatistic } from '../../model/model.ts';
import type { MetricStatistics, ThresholdStatistics } from '../../statistics/summarise.ts';
import { formatCount, formatWithError } from '../../wording/format-number.ts';

/**
 * One number with its Monte Carlo error: unit of the metric. NaN where undefined. What is printed as `±`, on the terminal, in reports and
 * their tables, is the `error` of this and of nothing else: one standard error.
 */
export interface Estimate {
  readonly value: number;
  /** Monte Carlo standard error; NaN where there are too few permutations. */
  readonly error: number;
  /** 95 % Monte Carlo interval; an end that is not finite is unbounded. */
  readonly low: number;
  readonly high: number;
}

export function estimateOf(statistics: MetricStatistics, statistic: ViewStatistic): Estimate {
  const value = statistics[statistic];
  const error = statistic === 'mean' ? statistics.mcse : statistics.quantile_mcse[statistic];
  const [low, high] = statistics.ci[statistic];
  return { value, error, low, high };
}

export function estimateOfProbability({ probability, se, ci }: ThresholdStatistics): Estimate {
  return { value: probability, error: se, low: ci[0], high: ci[1] };
}

/** `1.3630 ± 0.0042`; `undefined` for NaN. */
export function estimateText({ value, error }: Pick<Estimate, 'value' | 'error'>): string {
  return Number.isNaN(value) ? 'undefined' : formatWithError(value, error);
}

/** Stands behind a mean whose interval is not to be trusted. */
const MARK = ' !';

/** What the mark says. */
export const MARK_NOTE =
  '!: do not trust the interval of this mean: a few permutations decide it (heavy tail). See the median.';

/** A statistic as a table shows it: a mean that is infinite, or not to be trusted, says so. */
export function statisticText(statistics: MetricStatistics, statistic: ViewStatistic): string {
  const text = estimateText(estimateOf(statistics, statistic));
  if (statistic !== 'mean') return text;
  const { finite, diagnostics } = statistics;
  if (finite !== undefined && finite.n > 0)
    return `${text} (${formatCount(finite.n)} finite: ${estimateText({ value: finite.mean, error: finite.mcse })})`;
  return diagnostics.includes('heavy_tail') ? `${text}${MARK}` : text;
}

/** Whether a text of a table has the mark. */
export function isMarked(text: string): boolean {
  return text.endsWith(MARK);
}

/** With few permutations percentiles say nothing: the mean is drawn then. */
const ENOUGH_FOR_QUANTILES = 100;

export function headlineStatistic(permutations: number): ViewStatistic {
  return permutations >= ENOUGH_FOR_QUANTILES ? 'p50' : 'mean';
}

const NAMES: Readonly<Record<ViewStatistic, string>> = {
  mean: 'mean',
  p50: 'median',
  p01: 'P1',
  p05: 'P5',
  p25: 'P25',
  p75: 'P75',
  p95: 'P95',
  p99: 'P99',
};

export function statisticName(statistic: ViewStatistic): string {
  return NAMES[statistic];
}

/** `max_drawdown_pct [%]`. */
export function withUnit(name: string, spec: Pick<MetricSpec, 'unit'> | undefined): string {
  return spec?.unit === undefined ? name : `${name} [${spec.unit}]`;
}
