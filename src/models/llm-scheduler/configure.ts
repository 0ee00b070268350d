import type { Parameters } from '../../model/model.ts';
import { defaultSettings, profileLatency } from './defaults.ts';
import type { LatencyFit } from './latency-fit.ts';
import { UNCALIBRATED, type LatencyModel } from './latency-model.ts';
import type { RequestPlan } from './request-plan.ts';
import type { Bin, Profile, Settings } from './settings.ts';
import type { Trace } from './trace.ts';

/**
 * The settings that parameters mean. Those that are absent (inactive, or a switch left to its profile) take the
 * profile's default. `fit`: of the input `latency_grid`.
 */
export function settingsOf(parameters: Parameters, fit: LatencyFit | undefined): Settings {
  const defaults = defaultSettings(profileOf(parameters));
  const given = Object.fromEntries(
    Object.keys(defaults)
      .filter((name) => name in parameters && name !== 'latency')
      .map((name) => [name, parameters[name]]),
  ) as Partial<Settings>;
  const boundaries = parameters['bin_boundaries'] as readonly Bin[] | undefined;
  return {
    ...defaults,
    ...given,
    bin_boundaries: boundaries,
    k_bins: boundaries?.length ?? given.k_bins ?? defaults.k_bins,
    latency: latencyOf(parameters, fit),
  };
}

export function profileOf(parameters: Parameters): Profile {
  return parameters['profile'] === 'reference' ? 'reference' : 'corrected';
}

function latencyOf(parameters: Parameters, fit: LatencyFit | undefined): LatencyModel {
  const floor = (parameters['service_floor'] as number | undefined) ?? 0.001;
  if (parameters['latency'] === 'uncalibrated') return { ...UNCALIBRATED, floor };
  const fitted = fit ?? profileLatency(profileOf(parameters));
  const alpha = (parameters['alpha'] as number | undefined) ?? fitted.alpha;
  const beta = (parameters['beta'] as number | undefined) ?? fitted.beta;
  const gamma = (parameters['gamma'] as number | undefined) ?? fitted.gamma;
  return { alpha, beta, gamma, floor, ttft: alpha, flat_token_time: undefined };
}

const RATES = { poisson: 50, on_off: 100, gamma_burst: 0.27 } as const;

/** How the requests of a replicate are drawn. */
export function requestPlanOf(parameters: Parameters, trace: Trace | undefined): RequestPlan {
  // The study was checked against the declared parameters: types and choices hold.
  const process = (parameters['arrival_process'] ?? 'poisson') as RequestPlan['arrivals']['process'];
  const rate = (parameters['arrival_rate'] as number | undefined) ?? RATES[process];
  return {
    num_requests: (parameters['num_requests'] ?? 10_000) as number,
    trace,
    window: (parameters['window'] ?? 'first') as RequestPlan['window'],
    window_end: (parameters['window_end'] ?? 'reject') as RequestPlan['window_end'],
    drop_unanswered: parameters['drop_unanswered'] === true,
    sample_for_bins: parameters['sample_for_bins'] as number | undefined,
    arrivals: { process, rate, cv: (parameters['arrival_cv'] ?? 13.3) as number },
    lengths: (parameters['lengths'] ?? 'mixture') as RequestPlan['lengths'],
    rps_scaling: parameters['use_real_timestamps'] === true ? 1 : ((parameters['rps_scaling'] ?? 200) as number),
    target_rps: parameters['target_rps'] as number | undefined,
    prediction: (parameters['prediction'] ?? 'power_law') as RequestPlan['prediction'],
    prediction_column: (parameters['prediction_column'] ?? 'predicted') as string,
    prediction_sigma: (parameters['prediction_sigma'] ?? 0.3) as number,
    seed: profileOf(parameters) === 'reference' ? ((parameters['seed'] ?? 42) as number) : undefined,
  };
}
