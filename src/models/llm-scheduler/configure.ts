import { defaultSettings, profileLatency } from './defaults.ts';
import type { LatencyFit } from './latency-fit.ts';
import { UNCALIBRATED, type LatencyModel } from './latency-model.ts';
import type { SchedulerParameters } from './parameters.ts';
import type { RequestPlan } from './request-plan.ts';
import type { Settings } from './settings.ts';
import type { Trace } from './trace.ts';

/**
 * The settings that parameters mean. Those that are absent (inactive, or a switch left to its profile) take the
 * profile's default. `fit`: of the input `latency_grid`.
 */
export function settingsOf(parameters: SchedulerParameters, fit: LatencyFit | undefined): Settings {
  const defaults = defaultSettings(parameters.profile);
  const given = Object.fromEntries(
    Object.entries(parameters).filter(([name]) => Object.hasOwn(defaults, name) && name !== 'latency'),
  ) as Partial<Settings>;
  const boundaries = parameters.bin_boundaries;
  return {
    ...defaults,
    ...given,
    bin_boundaries: boundaries,
    k_bins: boundaries?.length ?? given.k_bins ?? defaults.k_bins,
    latency: latencyOf(parameters, fit),
  };
}

function latencyOf(parameters: SchedulerParameters, fit: LatencyFit | undefined): LatencyModel {
  const floor = parameters.service_floor;
  if (parameters.latency === 'uncalibrated') return { ...UNCALIBRATED, floor };
  const fitted = fit ?? profileLatency(parameters.profile);
  const alpha = parameters.alpha ?? fitted.alpha;
  const beta = parameters.beta ?? fitted.beta;
  const gamma = parameters.gamma ?? fitted.gamma;
  return { alpha, beta, gamma, floor, ttft: alpha, flat_token_time: undefined };
}

const RATES = { poisson: 50, on_off: 100, gamma_burst: 0.27 } as const;

/** How the requests of a replicate are drawn. */
export function requestPlanOf(parameters: SchedulerParameters, trace: Trace | undefined): RequestPlan {
  const process = parameters.arrival_process;
  const rate = parameters.arrival_rate ?? RATES[process];
  return {
    num_requests: parameters.num_requests,
    trace,
    window: parameters.window,
    window_end: parameters.window_end ?? 'reject',
    drop_unanswered: parameters.drop_unanswered,
    sample_for_bins: parameters.sample_for_bins,
    arrivals: { process, rate, cv: parameters.arrival_cv ?? 13.3 },
    lengths: parameters.lengths,
    rps_scaling: parameters.use_real_timestamps ? 1 : (parameters.rps_scaling ?? 200),
    target_rps: parameters.target_rps,
    prediction: parameters.prediction,
    prediction_column: parameters.prediction_column ?? 'predicted',
    prediction_sigma: parameters.prediction_sigma ?? 0.3,
    seed: parameters.profile === 'reference' ? (parameters.seed ?? 42) : undefined,
  };
}
