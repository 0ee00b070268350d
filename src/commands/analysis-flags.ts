import { isStatistic, type Quantity } from '../analysis/quantity.ts';
import type { WishedPrecision } from '../analysis/needed.ts';
import { SUMMARY_FORMATS, type SummaryFormat } from '../tables/grid-summary-table.ts';
import { notExpected, positiveOption } from '../wording/expected.ts';
import { oneOf } from './option-values.ts';

/** `METRIC`, or `METRIC:STATISTIC`. */
export function quantityFrom(text: string, option = '--of'): Quantity {
  const [metric = '', statistic = 'mean', ...more] = text.split(':');
  if (metric === '' || more.length > 0 || !isStatistic(statistic)) {
    const allowed =
      'METRIC or METRIC:STATISTIC (mean, p01, p05, p25, p50, p75, p95, p99, cvar05, cvar95, or p_gt_T for a threshold T of the study)';
    throw notExpected(option, allowed, text);
  }
  return { metric, statistic };
}

export function gatherFormats(text: string, before: readonly SummaryFormat[] | undefined): SummaryFormat[] {
  return [...(before ?? []), oneOf('--to', SUMMARY_FORMATS)(text)];
}

type Ways = Readonly<Record<string, 'highest' | 'lowest'>>;

/** `METRIC:highest` or `METRIC:lowest`, several times. */
export function gatherBetter(text: string, before: Ways | undefined): Ways {
  const [metric, way] = parts(text);
  if (metric === '' || (way !== 'highest' && way !== 'lowest'))
    throw notExpected('--better', 'METRIC:highest or METRIC:lowest', text);
  return { ...before, [metric]: way };
}

type Levels = Readonly<Record<string, readonly number[]>>;

/** `METRIC:VALUE`, several times, also of one metric. */
export function gatherLevels(text: string, before: Levels | undefined): Levels {
  const [metric, value] = parts(text);
  const level = value.trim() === '' ? NaN : Number(value);
  if (metric === '' || !Number.isFinite(level))
    throw notExpected('--level', 'METRIC:VALUE, as in profit_factor:1', text);
  return { ...before, [metric]: [...(before?.[metric] ?? []), level] };
}

function parts(text: string): [metric: string, value: string] {
  const at = text.lastIndexOf(':');
  return at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** `0.5`, in the unit of the quantity; `1%`, of its value. */
export function wishedPrecision(text: string): WishedPrecision {
  const relative = text.endsWith('%');
  const number = relative ? text.slice(0, -1).trim() : text.trim();
  const value = positiveOption('--half-width', number === '' ? NaN : Number(number), text);
  return { half_width: relative ? value / 100 : value, relative };
}
