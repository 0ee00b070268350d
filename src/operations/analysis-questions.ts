import type { AnalysisQuestions } from '../analysis/analyse.ts';
import { EngineError } from '../errors.ts';
import { nearest } from '../study/problem.ts';
import type { RunManifest } from '../stored/manifest.ts';

/** Throws USAGE where a question is about a metric, or a threshold, that the run does not have. */
export function refuseUnknown(
  { quantities = [], better = {}, levels = {} }: AnalysisQuestions,
  { identity, thresholds }: Pick<RunManifest, 'identity' | 'thresholds'>,
): void {
  const named = [...quantities.map(({ metric }) => metric), ...Object.keys(better), ...Object.keys(levels)];
  for (const metric of named) requireMetric(metric, identity.metrics);
  for (const { metric, statistic } of quantities) {
    if (!statistic.startsWith('p_gt_')) continue;
    const asked = thresholds[metric] ?? [];
    const names = asked.map((t) => `p_gt_${t}`);
    if (names.includes(statistic)) continue;
    const there = names.length === 0 ? 'has none' : `has ${names.join(', ')}`;
    throw new EngineError(
      'USAGE',
      `${metric}:${statistic}: a probability is counted where the study asks for its threshold, and of ${metric} it ${there}. Add it to thresholds in the study, run it again (no row is computed again), then summarize.`,
      { path: 'quantities', value: `${metric}:${statistic}`, allowed: names.join(', ') },
    );
  }
}

/** Throws USAGE where the run has no such metric. */
export function requireMetric(metric: string, metrics: readonly string[], option = 'metric'): void {
  if (metrics.includes(metric)) return;
  const near = nearest(metric, metrics);
  throw new EngineError(
    'USAGE',
    `The run has no metric ${JSON.stringify(metric)}${near === undefined ? '' : `; did you mean ${near}?`} It has ${metrics.join(', ')}.`,
    { path: option, value: metric, allowed: metrics.join(', ') },
  );
}
