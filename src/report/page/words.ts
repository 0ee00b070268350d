import { formatNumber, formatWithError } from '../../wording/format-number.ts';
import type { PageMetric } from '../page-format.ts';
import type { Statistic, Value } from './surface-data.ts';

/** `12.30 ± 0.45 %`. */
export function valueText({ value, error }: Value, metric: PageMetric, statistic: Statistic): string {
  if (Number.isNaN(value)) return 'undefined';
  if (statistic === 'above') return `${formatWithError(100 * value, 100 * error)} %`;
  const text = Number.isFinite(error) ? formatWithError(value, error) : formatNumber(value);
  return `${text}${unitOf(metric)}`;
}

export function intervalText({ low, high }: Value, metric: PageMetric, statistic: Statistic): string {
  const times = statistic === 'above' ? 100 : 1;
  const ends = [low, high].map((end) => (Number.isFinite(end) ? formatNumber(times * end) : 'unbounded'));
  return `${ends[0]!} to ${ends[1]!}${statistic === 'above' ? ' %' : unitOf(metric)}`;
}

function unitOf({ unit }: PageMetric): string {
  return unit === '' || /^(0|share)/.test(unit) ? '' : ` ${unit}`;
}

/** `total_return_pct [%]`. */
export function axisLabel(name: string, unit: string): string {
  return unit === '' ? name : `${name} [${unit}]`;
}

/** As short as a field of a map wants it. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '?' : value > 0 ? '∞' : '-∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e');
  return String(Number(value.toPrecision(3)));
}
