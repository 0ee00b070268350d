/**
 * Everything that is counted, since tick 0. A window of statistics is a difference of two copies: no counter is ever
 * reset, and two windows (reference and corrected) cost no more than one.
 */
export interface Counters {
  ticks: number;
  /** Ticks with a window, hence with batches. */
  busy_ticks: number;

  /** Changes offered before back-pressure, those of them that back-pressure kept out, and those that arrived. */
  offered: number;
  suppressed_arrivals: number;
  backpressure_ticks: number;
  arrivals: number;
  arrivals_culprit: number;
  arrivals_soft: number;
  arrivals_labelled: number;
  replacements: number;
  replacements_culprit: number;

  /** Batches planned, of which some have no member; runs; passed runs; column weights, summed over busy ticks. */
  batch_slots: number;
  batch_runs: number;
  batches_passed: number;
  column_weights: number;

  cleared_innocent: number;
  cleared_soft: number;
  cleared_culprit: number;
  cleared_labelled: number;
  suspected_innocent: number;
  suspected_soft: number;
  suspected_culprit: number;
  suspected_labelled: number;

  verifications_started: number;
  verified_innocent: number;
  verified_soft: number;
  verified_culprit: number;
  verified_labelled: number;
  rejected_innocent: number;
  rejected_soft: number;
  rejected_culprit: number;
  rejected_labelled: number;

  landings: number;
  /** Sum of the waits of all landings [ticks], from the creation and from the first creation in the chain of replacements. */
  wait_ticks: number;
  total_wait_ticks: number;

  /** Net decreases of the active set; tests leaving it; tests entering it. */
  net_demotions: number;
  demotions: number;
  promotions: number;

  /** Sums over ticks of the state after the step. */
  pending_sum: number;
  verification_sum: number;
  fixing_sum: number;
  active_tests_sum: number;
  impaired_tests_sum: number;
  broken_tests_sum: number;
}

export function zeroCounters(): Counters {
  return {
    ticks: 0,
    busy_ticks: 0,
    offered: 0,
    suppressed_arrivals: 0,
    backpressure_ticks: 0,
    arrivals: 0,
    arrivals_culprit: 0,
    arrivals_soft: 0,
    arrivals_labelled: 0,
    replacements: 0,
    replacements_culprit: 0,
    batch_slots: 0,
    batch_runs: 0,
    batches_passed: 0,
    column_weights: 0,
    cleared_innocent: 0,
    cleared_soft: 0,
    cleared_culprit: 0,
    cleared_labelled: 0,
    suspected_innocent: 0,
    suspected_soft: 0,
    suspected_culprit: 0,
    suspected_labelled: 0,
    verifications_started: 0,
    verified_innocent: 0,
    verified_soft: 0,
    verified_culprit: 0,
    verified_labelled: 0,
    rejected_innocent: 0,
    rejected_soft: 0,
    rejected_culprit: 0,
    rejected_labelled: 0,
    landings: 0,
    wait_ticks: 0,
    total_wait_ticks: 0,
    net_demotions: 0,
    demotions: 0,
    promotions: 0,
    pending_sum: 0,
    verification_sum: 0,
    fixing_sum: 0,
    active_tests_sum: 0,
    impaired_tests_sum: 0,
    broken_tests_sum: 0,
  };
}

const NAMES = Object.keys(zeroCounters()) as (keyof Counters)[];

/** What was counted between two copies. */
export function countersBetween(start: Readonly<Counters>, end: Readonly<Counters>): Counters {
  const between = zeroCounters();
  for (const name of NAMES) between[name] = end[name] - start[name];
  return between;
}

export const verifiedOf = (c: Readonly<Counters>): number => c.verified_innocent + c.verified_soft + c.verified_culprit;
export const rejectedOf = (c: Readonly<Counters>): number => c.rejected_innocent + c.rejected_soft + c.rejected_culprit;
export const suspectedOf = (c: Readonly<Counters>): number =>
  c.suspected_innocent + c.suspected_soft + c.suspected_culprit;
export const clearedOf = (c: Readonly<Counters>): number => c.cleared_innocent + c.cleared_soft + c.cleared_culprit;
