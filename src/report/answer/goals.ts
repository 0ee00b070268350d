import type { Goal } from '../../model/model.ts';
import type { ReportData } from '../marks/report-data.ts';
import { labelOf, valueWords } from './words.ts';

/** The value that decides: of the model, unless the study asks about another one; undefined without either, or without a good side. */
export function goalOf({ cells, metrics }: Pick<ReportData, 'cells' | 'metrics'>, metric: string): Goal | undefined {
  const spec = metrics[metric];
  if (spec?.good === undefined) return undefined;
  const asked = (cells[0]?.statistics[metric]?.thresholds ?? []).map(({ threshold }) => threshold);
  const of_model = spec.goals?.find(({ at }) => asked.length === 0 || asked.includes(at));
  if (of_model !== undefined) return of_model;
  // Of several the one in the middle.
  const at = asked[Math.floor((asked.length - 1) / 2)];
  if (at === undefined) return undefined;
  const side = spec.good === 'high' ? 'at least' : 'at most';
  return { at, means: `the ${labelOf(metric, spec)} is ${side} ${valueWords(at, spec)}` };
}
