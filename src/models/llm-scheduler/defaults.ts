import { fitLatency, SHIPPED_GRID } from './latency-fit.ts';
import { PARITY_CONSTANTS, type LatencyModel } from './latency-model.ts';
import { PROFILE_SWITCHES, type Profile, type Settings } from './settings.ts';

/** The latency model of a profile unless constants are given: the reference's own fit, or the least squares of the shipped grid. */
export function profileLatency(profile: Profile): LatencyModel {
  const { alpha, beta, gamma } = profile === 'reference' ? PARITY_CONSTANTS : fitLatency(SHIPPED_GRID);
  return { alpha, beta, gamma, floor: 0.001, ttft: alpha, flat_token_time: undefined };
}

/** The settings of a profile with every parameter at its default. */
export function defaultSettings(profile: Profile): Settings {
  return {
    ...PROFILE_SWITCHES[profile],
    scheduler_type: 'multi_bin_dynamic',
    num_gpus: 4,
    k_bins: 4,
    batch_min: 1,
    batch_max: 128,
    max_candidates: 128,
    static_batch: 8,
    fixed_batch: 32,
    d_sla_token: 0.01,
    latency_epsilon: 0.005,
    d_sla_request: 10,
    alpha_step: 4,
    delta_step: 2,
    ema_weight: 0.2,
    gpu_memory: 12,
    model_memory: 4,
    kv_per_token: 1.875e-4,
    memory_margin: 1,
    safety_fraction: 0.1,
    bin_boundaries: undefined,
    bin_selection: 'round_robin',
    prompt_estimate: 300,
    output_estimate: 200,
    sample_for_bins: Infinity,
    dispatch: 'immediate',
    max_wait: 1,
    latency: profileLatency(profile),
    service_noise: 0,
    saturated_rps: undefined,
  };
}
