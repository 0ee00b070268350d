import type { MetricSpec } from '../../model/model.ts';
import { rejectedOf, verifiedOf } from './counters.ts';
import { MEAN_OFFERED } from './driver-random.ts';
import type { Settings } from './parameters.ts';
import type { Outcome } from './run-replicate.ts';
import { waitPercentile, type WaitHistogram } from './wait-histogram.ts';

/**
 * The statistics as figures published earlier defined them, for comparison only. Counters run from the end of the warm-up to the
 * end of the run; a history that ends before its warm-up is counted as a whole, while its measured sums stay 0.
 */
export const REFERENCE_METRICS = {
  reference_culprits_created: {
    unit: 'changes',
    description: 'random mode: arrivals (no replacements) that break a test; csv mode: arrivals labelled is_bad',
  },
  reference_culprits_caught: { unit: 'changes', description: "failed verifications, whatever the change's truth" },
  reference_innocent_flagged: { unit: 'changes', description: "passed verifications, whatever the change's truth" },
  reference_false_negative_rate: {
    description: '(created - caught) / created; can be negative. Not a false negative rate: see miss_rate',
  },
  reference_true_positive_rate: {
    description: 'caught / (caught + flagged). Not a true positive rate: see recall and precision',
  },
  reference_slowdown: {
    description:
      '25 traffic (csv mode: 25) / (landings in measured ticks / measure_ticks); Infinity where nothing landed',
    infinite: true,
  },
  reference_avg_queue_size: {
    unit: 'changes',
    description: 'sum over measured ticks of the pending changes after the step / measure_ticks',
  },
  reference_mb_pass_rate: { description: 'passed batch runs / batch runs' },
  reference_victim_rate: { description: 'passed verifications / verifications started' },
  reference_avg_submit_time: {
    unit: 'hours',
    description: '2 + 2 times the mean wait in ticks, in csv mode too; 0 if nothing landed',
  },
  reference_avg_runs_per_submitted: {
    unit: 'batch runs',
    description: '(batch runs + verifications started / 16) / landings',
  },
  reference_wait_time_min: { unit: 'ticks', description: 'shortest wait of a landing' },
  reference_wait_time_p50: { unit: 'ticks', description: 'median wait, truncated to an integer' },
  reference_wait_time_p95: { unit: 'ticks', description: '95th percentile of the wait, truncated to an integer' },
  reference_wait_time_p99: { unit: 'ticks', description: '99th percentile of the wait, truncated to an integer' },
  reference_wait_time_max: { unit: 'ticks', description: 'longest wait of a landing' },
  reference_max_queue_depth: { unit: 'changes', description: 'most pending changes' },
  reference_max_verify_queue: { unit: 'changes', description: 'longest verification queue' },
  reference_batch_utilization: { description: 'batches with a member / batches planned' },
  reference_active_tests: { unit: 'tests', description: 'tests that gate at the end' },
  reference_demoted_tests: {
    unit: 'tests',
    description: 'net decreases of the active set, summed over post-submit runs',
  },
} as const satisfies Record<string, MetricSpec>;

export type ReferenceStatistics = Record<keyof typeof REFERENCE_METRICS, number>;

/** The reference cost of a verification; `verify_cost` does not change it. */
const VERIFICATIONS_PER_RUN = 16;

export function referenceStatistics({ reference, queue }: Outcome, settings: Settings): ReferenceStatistics {
  const { counters: c, waits } = reference;
  const random = settings.mode === 'random';
  const created = random ? c.arrivals_culprit : c.arrivals_labelled;
  const caught = rejectedOf(c);
  const innocent = verifiedOf(c);
  // Landings and queue are summed over ticks after the warm-up only; the other counters are just not zeroed before it.
  const measured_landings = reference.opened ? c.landings : 0;
  const measured_queue = reference.opened ? c.pending_sum : 0;
  const offered = MEAN_OFFERED * (random ? settings.traffic : 1);
  return {
    reference_culprits_created: created,
    reference_culprits_caught: caught,
    reference_innocent_flagged: innocent,
    reference_false_negative_rate: ratioOrZero(created - caught, created),
    reference_true_positive_rate: ratioOrZero(caught, caught + innocent),
    reference_slowdown: measured_landings === 0 ? Infinity : offered / (measured_landings / settings.measure_ticks),
    reference_avg_queue_size: measured_queue / settings.measure_ticks,
    reference_mb_pass_rate: ratioOrZero(c.batches_passed, c.batch_runs),
    reference_victim_rate: ratioOrZero(innocent, c.verifications_started),
    reference_avg_submit_time: c.landings === 0 ? 0 : 2 + (2 * c.wait_ticks) / c.landings,
    reference_avg_runs_per_submitted: ratioOrZero(
      c.batch_runs + c.verifications_started / VERIFICATIONS_PER_RUN,
      c.landings,
    ),
    reference_wait_time_min: truncatedPercentile(waits, c.landings, 0),
    reference_wait_time_p50: truncatedPercentile(waits, c.landings, 0.5),
    reference_wait_time_p95: truncatedPercentile(waits, c.landings, 0.95),
    reference_wait_time_p99: truncatedPercentile(waits, c.landings, 0.99),
    reference_wait_time_max: truncatedPercentile(waits, c.landings, 1),
    reference_max_queue_depth: queue.peaks.pending,
    reference_max_verify_queue: queue.peaks.verification,
    reference_batch_utilization: ratioOrZero(c.batch_runs, c.batch_slots),
    reference_active_tests: queue.suite.active_count,
    reference_demoted_tests: c.net_demotions,
  };
}

function ratioOrZero(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

function truncatedPercentile(waits: WaitHistogram, count: number, p: number): number {
  return count === 0 ? 0 : Math.floor(waitPercentile(waits, count, p));
}
