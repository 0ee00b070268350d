import type { MetricSpec } from '../../model/model.ts';
import type { CorrectedStatistics } from './corrected-statistics.ts';
import type { Settings } from './parameters.ts';
import type { Outcome } from './run-replicate.ts';
import { waitPercentile } from './wait-histogram.ts';

export const SCORE_METRICS = {
  score: {
    good: 'high',
    description:
      'higher is better: score_slowdown / max(slowdown, 0.1) - score_innocents innocents_delayed - score_escapes fn - score_resources resources utilisation - score_inactive (tests - mean_active_tests) - (p95 wait / score_wait_scale)^2',
    missing: true,
  },
  score_per_landed: {
    label: 'score per landed change',
    good: 'high',
    description: 'the same with innocents_delayed and fn per landed change: for cells whose traffic or length differs',
    missing: true,
  },
} as const satisfies Record<string, MetricSpec>;

export type Scores = Record<keyof typeof SCORE_METRICS, number>;

const LEAST_SLOWDOWN = 0.1;

/**
 * One number for a grid search. `resources` and `flaketol` improve speed for free otherwise, hence the cost terms. NaN where nothing landed.
 */
export function scores(statistics: CorrectedStatistics, { corrected, queue }: Outcome, settings: Settings): Scores {
  const { counters } = corrected;
  const p95_wait = waitPercentile(corrected.waits, counters.landings, 0.95);
  const utilisation = counters.batch_slots === 0 ? 0 : counters.batch_runs / counters.batch_slots;
  const wait = p95_wait / settings.score_wait_scale;
  const harm = settings.score_innocents * statistics.innocents_delayed + settings.score_escapes * statistics.fn;
  const gain = settings.score_slowdown / Math.max(statistics.slowdown, LEAST_SLOWDOWN);
  const upkeep =
    settings.score_resources * settings.resources * utilisation +
    settings.score_inactive * (queue.suite.count - statistics.mean_active_tests) +
    wait * wait;
  return {
    score: gain - harm - upkeep,
    score_per_landed: counters.landings === 0 ? Number.NaN : gain - harm / counters.landings - upkeep,
  };
}
