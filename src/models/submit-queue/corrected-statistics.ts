import type { MetricSpec } from '../../model/model.ts';
import { rejectedOf } from './counters.ts';
import type { Settings } from './parameters.ts';
import { ratio } from './ratio.ts';
import type { Outcome } from './run-replicate.ts';
import { waitPercentile, type WaitHistogram } from './wait-histogram.ts';

/**
 * The corrected statistics: every rate has the denominator that its name promises, decisions are counted in the tick in
 * which they fall, in the measured ticks that were really simulated, arrivals and replacements alike. NaN is undefined.
 *
 * Truth by effects: culprit (breaks a test for certain), soft (makes one flaky), innocent. Truth by label: `is_bad` of the history.
 */
export const CORRECTED_METRICS = {
  tp: { unit: 'changes', description: 'culprits rejected' },
  fn: { unit: 'changes', description: 'culprits landed: escapes', label: 'escaped culprits', good: 'low' },
  fp: { unit: 'changes', description: 'changes rejected that are not culprits' },
  tn: { unit: 'changes', description: 'changes landed that are not culprits' },
  recall: {
    description: 'true positive rate, sensitivity: tp / (tp + fn)',
    label: 'share of culprits caught',
    good: 'high',
    missing: true,
    rate_of: { cases: ['tp'], of: ['tp', 'fn'] },
  },
  miss_rate: {
    description: 'false negative rate, escape rate: fn / (tp + fn)',
    missing: true,
    rate_of: { cases: ['fn'], of: ['tp', 'fn'] },
  },
  precision: {
    description: 'positive predictive value: tp / (tp + fp)',
    missing: true,
    rate_of: { cases: ['tp'], of: ['tp', 'fp'] },
  },
  false_positive_rate: { description: 'fp / (fp + tn)', missing: true, rate_of: { cases: ['fp'], of: ['fp', 'tn'] } },
  label_tp: { unit: 'changes', description: 'changes labelled is_bad rejected (csv mode)', missing: true },
  label_fn: { unit: 'changes', description: 'changes labelled is_bad landed (csv mode)', missing: true },
  label_fp: { unit: 'changes', description: 'changes not labelled is_bad rejected (csv mode)', missing: true },
  label_tn: { unit: 'changes', description: 'changes not labelled is_bad landed (csv mode)', missing: true },
  label_recall: {
    description: 'label_tp / (label_tp + label_fn)',
    missing: true,
    rate_of: { cases: ['label_tp'], of: ['label_tp', 'label_fn'] },
  },
  label_miss_rate: {
    description: 'label_fn / (label_tp + label_fn)',
    missing: true,
    rate_of: { cases: ['label_fn'], of: ['label_tp', 'label_fn'] },
  },
  label_precision: {
    description: 'label_tp / (label_tp + label_fp)',
    missing: true,
    rate_of: { cases: ['label_tp'], of: ['label_tp', 'label_fp'] },
  },
  label_false_positive_rate: {
    description: 'label_fp / (label_fp + label_tn)',
    missing: true,
    rate_of: { cases: ['label_fp'], of: ['label_fp', 'label_tn'] },
  },
  screen_recall: { description: 'group testing alone: culprits suspected / culprits decided', missing: true },
  screen_precision: { description: 'group testing alone: culprits suspected / changes suspected', missing: true },
  screen_fpr: { description: 'group testing alone: other changes suspected / other changes decided', missing: true },
  innocents_delayed: {
    unit: 'changes',
    description: 'changes suspected that are not culprits: they pay the verification latency',
  },
  innocents_rejected: { unit: 'changes', description: 'changes rejected that are not culprits' },
  culprits_created: { unit: 'changes', description: 'arrivals and replacements that break a test' },

  throughput: { unit: 'changes per tick', description: 'landings / measured ticks', missing: true },
  slowdown: {
    description: 'changes offered (before back-pressure) / landings',
    missing: true,
    good: 'low',
    goals: [{ at: 1.1, means: 'the queue lands what arrives, but for a tenth at most' }],
  },
  latency_hours_mean: { unit: 'hours', description: 'from creation to landing: tick_hours (wait + 1)', missing: true },
  latency_hours_p50: { unit: 'hours', description: 'median latency', missing: true },
  latency_hours_p95: {
    unit: 'hours',
    description: '95th percentile of the latency',
    label: '95th percentile of the time to land',
    good: 'low',
    missing: true,
  },
  latency_hours_p99: { unit: 'hours', description: '99th percentile of the latency', missing: true },
  latency_total_hours_mean: {
    unit: 'hours',
    description: 'latency from the creation of the first change in the chain of replacements: with the rework',
    missing: true,
  },
  latency_total_hours_p50: { unit: 'hours', description: 'median of the latency with rework', missing: true },
  latency_total_hours_p95: { unit: 'hours', description: '95th percentile of the latency with rework', missing: true },
  latency_total_hours_p99: { unit: 'hours', description: '99th percentile of the latency with rework', missing: true },
  mean_queue: { unit: 'changes', description: 'pending changes after a step, time average', missing: true },
  mean_verify_queue: {
    unit: 'changes',
    description: 'suspects waiting for or in verification, time average',
    missing: true,
  },
  mean_fix_queue: {
    unit: 'changes',
    description: 'rejected changes whose replacement is due, time average',
    missing: true,
  },
  runs_per_landed: {
    unit: 'batch runs',
    label: 'batch runs per landed change',
    good: 'low',
    description: '(batch runs + verify_cost verifications started) / landings',
    missing: true,
  },
  slot_demand_mean: {
    label: 'batches per slot',
    good: 'low',
    goals: [{ at: 1, means: 'the batches fit into the slots' }],
    description: 'batches planned / resources, mean over ticks with batches; above 1: more batches than slots',
    missing: true,
  },
  slot_demand_max: { description: 'batches planned / resources, maximum', missing: true },
  suppressed_arrivals: { unit: 'changes', description: 'arrivals lost to back-pressure' },
  in_flight: {
    unit: 'changes',
    description: 'changes without a landing at the end: pending, in verification or being fixed',
  },
  in_flight_pending: { unit: 'changes', description: 'pending at the end' },
  in_flight_verifying: { unit: 'changes', description: 'waiting for or in verification at the end' },
  in_flight_fixing: { unit: 'changes', description: 'rejected, replacement not yet due at the end' },

  mean_active_tests: { unit: 'tests', description: 'tests that gate, time average', missing: true },
  demotions: { unit: 'tests', description: 'tests leaving the active set' },
  promotions: { unit: 'tests', description: 'tests entering the active set' },
  mean_impaired_tests: {
    unit: 'tests',
    description: 'tests that do not always pass on the main branch, time average',
    missing: true,
  },
  mean_broken_tests: {
    unit: 'tests',
    description: 'tests that never pass on the main branch, time average',
    missing: true,
  },

  measured_ticks: { unit: 'ticks', description: 'ticks simulated after the warm-up' },
  arrived: { unit: 'changes', description: 'changes that arrived, without replacements' },
  replacements: { unit: 'changes', description: 'replacements of rejected changes' },
  landings: { unit: 'changes', description: 'changes landed' },
  rejections: { unit: 'changes', description: 'changes rejected' },
  batch_runs: { unit: 'batch runs', description: 'batches run' },
  verifications_started: { unit: 'changes', description: 'suspects that entered verification' },
} as const satisfies Record<string, MetricSpec>;

export type CorrectedStatistics = Record<keyof typeof CORRECTED_METRICS, number>;

export function correctedStatistics({ corrected, queue }: Outcome, settings: Settings): CorrectedStatistics {
  const { counters: c, waits, total_waits } = corrected;
  const { pending, verification, fixing, peaks } = queue;
  const rejections = rejectedOf(c);

  const tp = c.rejected_culprit;
  const fn = c.cleared_culprit + c.verified_culprit;
  const fp = rejections - tp;
  const tn = c.landings - fn;
  const innocents_delayed = c.suspected_innocent + c.suspected_soft;

  return {
    tp,
    fn,
    fp,
    tn,
    recall: ratio(tp, tp + fn),
    miss_rate: ratio(fn, tp + fn),
    precision: ratio(tp, tp + fp),
    false_positive_rate: ratio(fp, fp + tn),
    ...labelStatistics(c, rejections, settings),
    screen_recall: ratio(c.suspected_culprit, c.suspected_culprit + c.cleared_culprit),
    screen_precision: ratio(c.suspected_culprit, c.suspected_culprit + innocents_delayed),
    screen_fpr: ratio(innocents_delayed, innocents_delayed + c.cleared_innocent + c.cleared_soft),
    innocents_delayed,
    innocents_rejected: fp,
    culprits_created: c.arrivals_culprit + c.replacements_culprit,

    throughput: ratio(c.landings, c.ticks),
    slowdown: ratio(c.offered, c.landings),
    ...latencies('latency_hours', waits, c.landings, c.wait_ticks, settings.tick_hours),
    ...latencies('latency_total_hours', total_waits, c.landings, c.total_wait_ticks, settings.tick_hours),
    mean_queue: ratio(c.pending_sum, c.ticks),
    mean_verify_queue: ratio(c.verification_sum, c.ticks),
    mean_fix_queue: ratio(c.fixing_sum, c.ticks),
    runs_per_landed: ratio(c.batch_runs + settings.verify_cost * c.verifications_started, c.landings),
    slot_demand_mean: ratio(c.batch_slots, c.busy_ticks * settings.resources),
    slot_demand_max: c.busy_ticks === 0 ? Number.NaN : peaks.batches / settings.resources,
    suppressed_arrivals: c.suppressed_arrivals,
    in_flight: pending.length + verification.length + fixing.length,
    in_flight_pending: pending.length,
    in_flight_verifying: verification.length,
    in_flight_fixing: fixing.length,

    mean_active_tests: ratio(c.active_tests_sum, c.ticks),
    demotions: c.demotions,
    promotions: c.promotions,
    mean_impaired_tests: ratio(c.impaired_tests_sum, c.ticks),
    mean_broken_tests: ratio(c.broken_tests_sum, c.ticks),

    measured_ticks: c.ticks,
    arrived: c.arrivals,
    replacements: c.replacements,
    landings: c.landings,
    rejections,
    batch_runs: c.batch_runs,
    verifications_started: c.verifications_started,
  };
}

type LabelName = Extract<keyof CorrectedStatistics, `label_${string}`>;

/** The confusion matrix against `is_bad`, a truth of its own. Generated changes, replacements included, have no label. */
function labelStatistics(
  c: Outcome['corrected']['counters'],
  rejections: number,
  settings: Settings,
): Record<LabelName, number> {
  const labelled = settings.mode === 'csv';
  const tp = labelled ? c.rejected_labelled : Number.NaN;
  const fn = labelled ? c.cleared_labelled + c.verified_labelled : Number.NaN;
  const fp = rejections - tp;
  const tn = c.landings - fn;
  return {
    label_tp: tp,
    label_fn: fn,
    label_fp: fp,
    label_tn: tn,
    label_recall: ratio(tp, tp + fn),
    label_miss_rate: ratio(fn, tp + fn),
    label_precision: ratio(tp, tp + fp),
    label_false_positive_rate: ratio(fp, fp + tn),
  };
}

type Latencies<Name extends string> = Record<`${Name}_${'mean' | 'p50' | 'p95' | 'p99'}`, number>;

/** A wait of 0 ticks takes one tick: the one in which the change is tested. */
function latencies<Name extends string>(
  name: Name,
  waits: WaitHistogram,
  landings: number,
  wait_ticks: number,
  tick_hours: number,
): Latencies<Name> {
  const statistics = {
    [`${name}_mean`]: tick_hours * (ratio(wait_ticks, landings) + 1),
    [`${name}_p50`]: tick_hours * (waitPercentile(waits, landings, 0.5) + 1),
    [`${name}_p95`]: tick_hours * (waitPercentile(waits, landings, 0.95) + 1),
    [`${name}_p99`]: tick_hours * (waitPercentile(waits, landings, 0.99) + 1),
  };
  // TypeScript widens computed keys to string; the four above are exactly those of the type.
  return statistics as Latencies<Name>;
}
