import type { LatencyModel } from './latency-model.ts';
import type { Memory } from './memory.ts';

export const SCHEDULERS = ['static_fifo', 'dynamic_no_bins', 'multi_bin_dynamic', 'multi_bin_only'] as const;
export type SchedulerType = (typeof SCHEDULERS)[number];

export const PROFILES = ['reference', 'corrected'] as const;
export type Profile = (typeof PROFILES)[number];

/** The switches in which the two profiles differ. */
export interface Switches {
  /** `cluster`: batch sizes are floored by the requests in service on other GPUs too. */
  readonly decode_floor: 'cluster' | 'none';
  /** Where the cap of a bin comes from; only bins computed by equal mass have one. */
  readonly bin_cap: 'midpoint4096' | 'observed' | 'none';
  readonly controller_rule: 'ratchet' | 'published';
  /** When the controller's interval moves: at every attempt to form a batch, or once per completed batch. */
  readonly controller_clock: 'attempt' | 'completion';
  readonly safety_rule: 'fraction' | 'clt';
  /** A request that can never pass the hard memory check blocks its queue, or is refused on arrival. */
  readonly oversize: 'block' | 'reject';
  /** The bin of a prediction below every bin. */
  readonly below_first_bin: 'last' | 'first';
  readonly ttft_rule: 'constant' | 'from_arrival';
}

export const PROFILE_SWITCHES: Readonly<Record<Profile, Switches>> = {
  reference: {
    decode_floor: 'cluster',
    bin_cap: 'midpoint4096',
    controller_rule: 'ratchet',
    controller_clock: 'attempt',
    safety_rule: 'fraction',
    oversize: 'block',
    below_first_bin: 'last',
    ttft_rule: 'constant',
  },
  corrected: {
    decode_floor: 'none',
    bin_cap: 'observed',
    controller_rule: 'published',
    controller_clock: 'completion',
    safety_rule: 'clt',
    oversize: 'reject',
    below_first_bin: 'first',
    ttft_rule: 'from_arrival',
  },
};

/** Half-open range of predicted lengths [tokens]. */
export type Bin = readonly [low: number, high: number];

/** Everything that one run depends on besides its workload. Lengths in tokens, times in seconds, memory in GB. */
export interface Settings extends Switches, Memory {
  readonly scheduler_type: SchedulerType;
  readonly num_gpus: number;
  readonly k_bins: number;
  readonly batch_min: number;
  readonly batch_max: number;
  readonly max_candidates: number;
  readonly static_batch: number;
  readonly fixed_batch: number;
  readonly d_sla_token: number;
  readonly latency_epsilon: number;
  readonly d_sla_request: number;
  readonly alpha_step: number;
  readonly delta_step: number;
  readonly ema_weight: number;
  /** Explicit bins; absent: equal mass. */
  readonly bin_boundaries: readonly Bin[] | undefined;
  readonly bin_selection: 'round_robin' | 'longest_queue';
  readonly prompt_estimate: number;
  readonly output_estimate: number;
  /** Rows of the workload that the quantiles are taken from; Infinity: all. */
  readonly sample_for_bins: number;
  readonly dispatch: 'immediate' | 'full_or_timeout';
  /** How long a part batch waits under `full_or_timeout` [s]. */
  readonly max_wait: number;
  readonly latency: LatencyModel;
  /** Spread of the lognormal factor on every service time; 0: none. */
  readonly service_noise: number;
  /** Throughput of the system when saturated, where it is known [1/s]: for `load_factor`. */
  readonly saturated_rps: number | undefined;
}

/** Whether requests queue by predicted length. */
export function usesBins(scheduler: SchedulerType): boolean {
  return scheduler === 'multi_bin_dynamic' || scheduler === 'multi_bin_only';
}

/** Whether the batch size follows memory and the SLA. */
export function isDynamic(scheduler: SchedulerType): boolean {
  return scheduler === 'dynamic_no_bins' || scheduler === 'multi_bin_dynamic';
}
