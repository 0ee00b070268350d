import { isDeclaredConstant } from '../model/condition.ts';
import type { MetricSpec, Ranking } from '../model/model.ts';
import type { AnalysedCell, Quantity } from './quantity.ts';

/** A quantity with a good direction. */
export interface Aim {
  readonly quantity: Quantity;
  readonly better: 'highest' | 'lowest';
}

/** What an analysis takes from the declaration of a metric. */
export type AnalysedMetric = Pick<MetricSpec, 'cap' | 'constant' | 'headline'> & {
  readonly good?: 'high' | 'low';
  readonly goals?: readonly { readonly at: number }[];
};

/** What is declared of the metrics of a run. */
export interface DeclaredAims {
  readonly metrics: Readonly<Record<string, AnalysedMetric>>;
  readonly ranking?: Ranking | undefined;
  /** The thresholds of the study: values that decide, too. */
  readonly thresholds?: Readonly<Record<string, readonly number[]>> | undefined;
  /** What a report is about, first things first. */
  readonly lead?: readonly string[] | undefined;
}

/** Metrics that are analysed where nobody names any. */
const MOST_METRICS = 4;

/**
 * The metrics that are analysed: those that a report leads with, the one that ranks, the headline, those with a value that decides; where nothing is said,
 * the first ones. One that is the same in every row of every cell has nothing to analyse.
 */
export function analysedMetrics(cells: readonly AnalysedCell[], declared: DeclaredAims): string[] {
  const { metrics, ranking, lead = [] } = declared;
  const names = Object.keys(metrics);
  const said = [
    ...lead,
    ...(ranking === undefined ? [] : [ranking.metric]),
    ...names.filter((name) => metrics[name]!.headline === true),
    ...names.filter((name) => levelsOf(declared, name).length > 0),
  ].filter((name) => varies(cells, name, metrics[name]));
  const all = said.length > 0 ? said : names.filter((name) => varies(cells, name, metrics[name]));
  return [...new Set(all)].slice(0, MOST_METRICS);
}

function varies(cells: readonly AnalysedCell[], metric: string, spec: AnalysedMetric | undefined): boolean {
  if (spec === undefined) return false;
  const all = cells.flatMap(({ statistics }) => statistics[metric] ?? []);
  const [first] = all;
  if (first === undefined || all.every(({ n }) => n === 0)) return false;
  // That an event was never seen is a result; that a constant is one is none.
  if (first.n_ones !== undefined) return !cells.every(({ parameters }) => isDeclaredConstant(spec, parameters));
  return !all.every(({ min, max }) => min === first.min && max === first.min);
}

/** What a metric is analysed by: its mean, or the median where a cell has a mean that is infinite or not to be trusted. */
export function quantityOf(cells: readonly AnalysedCell[], metric: string): Quantity {
  const doubtful = cells.some(({ statistics }) => {
    const found = statistics[metric];
    return (
      found !== undefined &&
      (!Number.isFinite(found.mean) || found.diagnostics.includes('heavy_tail')) &&
      Number.isFinite(found.p50)
    );
  });
  return { metric, statistic: doubtful ? 'p50' : 'mean' };
}

/** The values of a metric that decide: those of the study, then those of the model. */
export function levelsOf({ metrics, thresholds = {} }: DeclaredAims, metric: string): number[] {
  const goals = (metrics[metric]?.goals ?? []).map(({ at }) => at);
  return [...new Set([...(thresholds[metric] ?? []), ...goals])];
}

/** Which way is good, where that is said. */
export function betterOf({ metrics, ranking }: DeclaredAims, metric: string): Aim['better'] | undefined {
  const good = metrics[metric]?.good;
  if (good !== undefined) return good === 'high' ? 'highest' : 'lowest';
  return ranking?.metric === metric ? ranking.best : undefined;
}

/**
 * What is held against a level that decides: the quantity itself, and the value that 95 % of the permutations reach: the tail on the bad side, or both where
 * nothing says which side is bad. Of values 0 and 1 the tails say nothing.
 */
export function heldAgainstLevels(
  cells: readonly AnalysedCell[],
  quantity: Quantity,
  better: Aim['better'] | undefined,
): Quantity[] {
  const { metric } = quantity;
  if (cells.every(({ statistics }) => statistics[metric]?.n_ones !== undefined)) return [quantity];
  const tails =
    better === 'highest' ? (['p05'] as const) : better === 'lowest' ? (['p95'] as const) : (['p05', 'p95'] as const);
  return [quantity, ...tails.map((statistic): Quantity => ({ metric, statistic }))];
}
