import type { MetricSpec, MetricSpecs } from '../../model/model.ts';
import { formatNumber, formatWithError, inFull } from '../../wording/format-number.ts';
import type { Axis } from '../marks/axes.ts';
import { levelOf } from '../marks/axes.ts';
import type { Estimate } from '../marks/estimate.ts';
import type { ReportedCell } from '../marks/reported-cell.ts';

/** What a sentence calls a metric. */
export function labelOf(metric: string, spec: Pick<MetricSpec, 'label'> | undefined): string {
  return spec?.label ?? metric.replaceAll('_', ' ');
}

/** `12.5 %`, `40 1/s`, and of a share from 0 to 1 the number alone. */
export function quantity(text: string, spec: Pick<MetricSpec, 'unit'> | undefined): string {
  const unit = spec?.unit;
  return unit === undefined || /^(0|share|count)/.test(unit) ? text : `${text} ${unit}`;
}

/** A value with its standard error, with unit; without one that can be given, the value alone. */
export function estimateWords(
  { value, error }: Pick<Estimate, 'value' | 'error'>,
  spec: MetricSpec | undefined,
): string {
  if (Number.isNaN(value)) return 'undefined';
  return quantity(Number.isFinite(error) ? formatWithError(value, error) : formatNumber(value), spec);
}

/** A value as short as a sentence wants it. */
export function valueWords(value: number, spec: MetricSpec | undefined): string {
  return quantity(plain(value), spec);
}

export function plain(value: number, digits = 3): string {
  if (value === 0) return '0';
  const text = formatNumber(value, digits);
  return text.includes('.') && !text.includes('e') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}

/** The setting of a cell in words: `p_skip 0, slip_dollars 50`. Names of its axes, since a person changes these in the study. */
export function settingWords(cell: ReportedCell, axes: readonly Axis[]): string {
  const parts = axes
    .filter(({ name }) => cell.parameters[name] !== undefined)
    .map(({ name }) => `${name} ${levelOf(cell, name)}`);
  return parts.length === 0 ? 'the only cell' : parts.join(', ');
}

/** `12 of 40 cells`, `all 40 cells`, `no cell`. */
export function someOf(count: number, total: number): string {
  if (count === 0) return 'no cell';
  if (count < total) return `${inFull(count)} of ${inFull(total)} cells`;
  return total === 1 ? 'the only cell' : `all ${inFull(total)} cells`;
}

/** A share as a percentage that does not pretend: `84 %`, `0.4 %`, `less than 0.1 %`. */
export function percentWords(share: number): string {
  if (share === 0 || share === 1) return `${100 * share} %`;
  if (share < 0.001) return 'less than 0.1 %';
  if (share > 0.999) return 'more than 99.9 %';
  return `${plain(100 * share, share < 0.1 ? 1 : 2)} %`;
}

/** Which end of a metric is trouble. Without a word of the model a high value is taken for good. */
export function goodSide(metric: string, metrics: MetricSpecs): 'high' | 'low' {
  return metrics[metric]?.good ?? 'high';
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
