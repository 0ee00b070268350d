import type { MetricSpec, Model, Ranking, View } from '../model/model.ts';
import type { Path, Problems } from './problem.ts';

type Metrics = Pick<Model, 'name' | 'metrics'>;

/** The metrics that are stored where a study does not say (`metrics:`): those of the model but for the ones on request. */
export function defaultMetrics({ metrics }: Pick<Model, 'metrics'>): string[] {
  return Object.entries(metrics).flatMap(([name, { stored }]) => (stored === false ? [] : [name]));
}

/** The metrics that a study stores, in the order of its columns. What is wrong with what it asks for goes to `problems`. */
export function storedMetrics(asked: readonly string[] | undefined, model: Metrics, problems: Problems): string[] {
  if (asked === undefined) return defaultMetrics(model);
  const known = Object.keys(model.metrics);
  for (const [i, name] of asked.entries()) {
    if (!known.includes(name)) problems.unknown(['metrics', i], `metric of model ${model.name}`, name, known);
    else if (asked.indexOf(name) < i) problems.add(['metrics', i], `${name} appears twice; keep one`, { value: name });
  }
  return [...asked];
}

/** A rule of the study is about this metric: it must be one of the model, and stored. */
export function mustBeStored(
  path: Path,
  name: string,
  stored: readonly string[],
  model: Metrics,
  problems: Problems,
): void {
  const known = Object.keys(model.metrics);
  if (!known.includes(name)) problems.unknown(path, `metric of model ${model.name}`, name, known);
  else if (!stored.includes(name)) {
    problems.add(path, `${name} is not stored by this study; add it: metrics: [${[...stored, name].join(', ')}]`, {
      value: name,
      allowed: stored.join(', '),
    });
  }
}

/** What the model says of the stored metrics, in the order of their columns. */
export function specsOf(stored: readonly string[], { metrics }: Pick<Model, 'metrics'>): Record<string, MetricSpec> {
  return Object.fromEntries(stored.map((name) => [name, metrics[name]!]));
}

/** The pictures that can be drawn of the stored metrics. */
export function viewsOf(stored: readonly string[], { metrics, views = [] }: Pick<Model, 'metrics' | 'views'>): View[] {
  const there = (name: string): boolean => stored.includes(name) || !Object.hasOwn(metrics, name);
  return views.filter(({ x, y }) => there(x) && there(y));
}

/** By what the cells are ranked, where that is stored. */
export function rankingOf(stored: readonly string[], { ranking }: Pick<Model, 'ranking'>): Ranking | undefined {
  return ranking !== undefined && stored.includes(ranking.metric) ? ranking : undefined;
}
