import type { Condition, ParametersOf, ParameterSpecs } from '../../model/model.ts';
import { PREDICTIONS } from './predictions.ts';
import { PROFILES, SCHEDULERS } from './settings.ts';
import { ARRIVALS, LENGTHS } from './synthetic.ts';

const DYNAMIC: readonly Condition[] = [{ scheduler_type: ['dynamic_no_bins', 'multi_bin_dynamic'] }];
const BINS: readonly Condition[] = [{ scheduler_type: ['multi_bin_dynamic', 'multi_bin_only'] }];

/** Switches without a default here take their profile's. */
export const PARAMETERS = {
  profile: {
    type: 'choice',
    values: PROFILES,
    default: 'corrected',
    description:
      'reference: what the public simulator does (for parity); corrected: what is right. Sets the switches that are not given',
  },
  scheduler_type: {
    type: 'choice',
    values: SCHEDULERS,
    aliases: { dynamic_only: 'dynamic_no_bins' },
    default: 'multi_bin_dynamic',
  },
  num_requests: {
    type: 'integer',
    min: 1,
    max: 5_000_000,
    default: 10_000,
    unit: 'requests',
    description: 'rows taken from the workload; a shorter trace gives fewer (num_requests_actual)',
  },
  num_gpus: { type: 'integer', min: 1, max: 1024, default: 4, unit: 'GPUs' },
  k_bins: { type: 'integer', min: 1, max: 256, default: 4, unit: 'bins', active_when: BINS },
  seed: {
    type: 'integer',
    min: 0,
    max: 4_294_967_295,
    default: 42,
    description: 'of the predictions in profile reference; otherwise they come from the permutation',
    active_when: [{ profile: 'reference', prediction: ['power_law', 'noisy_output'] }],
  },

  // The workload.
  use_real_timestamps: { type: 'boolean', default: false, description: 'arrivals as stamped: no scaling' },
  rps_scaling: {
    type: 'number',
    above: 0,
    default: 200,
    description: 'arrival times are divided by it',
    active_when: [{ use_real_timestamps: false }],
  },
  target_rps: {
    type: 'number',
    above: 0,
    optional: true,
    unit: '1/s',
    description: 'scales arrivals to this rate over the rows taken, instead of rps_scaling',
    active_when: [{ use_real_timestamps: false }],
  },
  window: {
    type: 'choice',
    values: ['first', 'random'],
    default: 'first',
    description: 'which rows of the trace: the first ones, or consecutive ones from a random start',
  },
  window_end: {
    type: 'choice',
    values: ['reject', 'wrap'],
    default: 'reject',
    description: 'windows past the end of the trace: not drawn, or continued at its beginning',
    active_when: [{ window: 'random' }],
  },
  drop_unanswered: {
    type: 'boolean',
    default: false,
    description: 'leave out rows without output (failed requests in BurstGPT)',
  },
  arrival_process: { type: 'choice', values: ARRIVALS, default: 'poisson', description: 'without a trace' },
  arrival_rate: {
    type: 'number',
    above: 0,
    optional: true,
    unit: '1/s',
    description:
      'without a trace, before scaling; default 50 for poisson, 100 (while on) for on_off, 0.27 for gamma_burst',
  },
  arrival_cv: {
    type: 'number',
    above: 0,
    default: 13.3,
    description: 'coefficient of variation of the gaps',
    active_when: [{ arrival_process: 'gamma_burst' }],
  },
  lengths: {
    type: 'choice',
    values: LENGTHS,
    default: 'mixture',
    description: 'without a trace; burstgpt: after the published summary of BurstGPT',
  },
  prediction: { type: 'choice', values: PREDICTIONS, default: 'power_law' },
  prediction_column: {
    type: 'string',
    default: 'predicted',
    description: 'column of the trace',
    active_when: [{ prediction: 'column' }],
  },
  prediction_sigma: { type: 'number', min: 0, default: 0.3, active_when: [{ prediction: 'noisy_output' }] },

  // Batches.
  batch_min: { type: 'integer', min: 1, max: 4096, default: 1, unit: 'requests', active_when: DYNAMIC },
  batch_max: { type: 'integer', min: 1, max: 4096, default: 128, unit: 'requests', active_when: DYNAMIC },
  max_candidates: {
    type: 'integer',
    min: 1,
    default: 128,
    unit: 'requests',
    description: 'requests considered when forming one batch',
    active_when: [{ scheduler_type: ['dynamic_no_bins', 'multi_bin_dynamic', 'multi_bin_only'] }],
  },
  static_batch: {
    type: 'integer',
    min: 1,
    default: 8,
    unit: 'requests',
    active_when: [{ scheduler_type: 'static_fifo' }],
  },
  fixed_batch: {
    type: 'integer',
    min: 1,
    default: 32,
    unit: 'requests',
    active_when: [{ scheduler_type: 'multi_bin_only' }],
  },
  dispatch: {
    type: 'choice',
    values: ['immediate', 'full_or_timeout'],
    default: 'immediate',
    description:
      'full_or_timeout: only full batches leave, part batches after max_wait (static_fifo and multi_bin_only)',
  },
  max_wait: {
    type: 'number',
    min: 0,
    default: 1,
    unit: 's',
    active_when: [{ dispatch: 'full_or_timeout' }],
  },
  bin_boundaries: {
    type: 'list',
    items: 'pairs',
    optional: true,
    unit: 'tokens',
    description: 'explicit bins [low, high); absent: equal mass. Explicit bins have no cap',
    active_when: BINS,
  },
  sample_for_bins: {
    type: 'integer',
    min: 1,
    optional: true,
    unit: 'requests',
    description:
      'first rows of the workload, from which the bins of equal mass are taken, be they simulated or not; absent: the requests simulated',
    active_when: BINS,
  },
  bin_selection: {
    type: 'choice',
    values: ['round_robin', 'longest_queue'],
    default: 'round_robin',
    active_when: BINS,
  },

  // The SLA and its controller.
  d_sla_token: { type: 'number', above: 0, default: 0.01, unit: 's/token' },
  d_sla_request: { type: 'number', above: 0, default: 10, unit: 's' },
  latency_epsilon: { type: 'number', min: 0, default: 0.005, unit: 's/token', active_when: DYNAMIC },
  alpha_step: { type: 'integer', min: 1, default: 4, unit: 'requests', active_when: DYNAMIC },
  delta_step: { type: 'integer', min: 1, default: 2, unit: 'requests', active_when: DYNAMIC },
  ema_weight: {
    type: 'number',
    above: 0,
    max: 1,
    default: 0.2,
    description: 'weight of the newest value in every moving average',
    active_when: DYNAMIC,
  },
  prompt_estimate: { type: 'number', above: 0, default: 300, unit: 'tokens', active_when: DYNAMIC },
  output_estimate: { type: 'number', above: 0, default: 200, unit: 'tokens', active_when: DYNAMIC },

  // Memory.
  gpu_memory: { type: 'number', above: 0, default: 12, unit: 'GB', active_when: DYNAMIC },
  model_memory: { type: 'number', min: 0, default: 4, unit: 'GB' },
  kv_per_token: { type: 'number', above: 0, default: 1.875e-4, unit: 'GB/token' },
  memory_margin: { type: 'number', min: 0, default: 1, unit: 'GB', active_when: DYNAMIC },
  safety_fraction: { type: 'number', min: 0, below: 1, default: 0.1, active_when: DYNAMIC },

  // Service times.
  latency: {
    type: 'choice',
    values: ['grid_fit', 'uncalibrated'],
    default: 'grid_fit',
    description: 'constants of the shipped latency grid (or of the input latency_grid), or the uncalibrated ones',
  },
  alpha: { type: 'number', min: 0, optional: true, unit: 's', active_when: [{ latency: 'grid_fit' }] },
  beta: { type: 'number', min: 0, optional: true, unit: 's/token', active_when: [{ latency: 'grid_fit' }] },
  gamma: { type: 'number', min: 0, optional: true, active_when: [{ latency: 'grid_fit' }] },
  service_floor: { type: 'number', above: 0, default: 0.001, unit: 's', description: 'shortest service time' },
  service_noise: { type: 'number', min: 0, default: 0, description: 'sigma of a lognormal factor on service times' },
  find_capacity: {
    type: 'boolean',
    default: false,
    description:
      'also find the largest arrival rate at which at most 5 % of the requests miss their SLA (capacity_met_rps): some 15 simulations more',
  },
  saturated_rps: {
    type: 'number',
    above: 0,
    optional: true,
    unit: '1/s',
    description: 'throughput when saturated, where it is known: for load_factor',
  },

  // The switches in which the profiles differ; reference / corrected in brackets.
  decode_floor: {
    type: 'choice',
    values: ['cluster', 'none'],
    optional: true,
    description: 'floor of batch sizes by requests in service on other GPUs (cluster / none)',
    active_when: DYNAMIC,
  },
  bin_cap: {
    type: 'choice',
    values: ['midpoint4096', 'observed', 'none'],
    optional: true,
    description: 'cap of a bin computed by equal mass (midpoint4096 / observed)',
    active_when: [{ scheduler_type: 'multi_bin_dynamic' }],
  },
  controller_rule: {
    type: 'choice',
    values: ['ratchet', 'published'],
    optional: true,
    description: 'SLA controller (ratchet / published)',
    active_when: DYNAMIC,
  },
  controller_clock: {
    type: 'choice',
    values: ['attempt', 'completion'],
    optional: true,
    description: 'when its interval moves (attempt / completion)',
    active_when: DYNAMIC,
  },
  safety_rule: {
    type: 'choice',
    values: ['fraction', 'clt'],
    optional: true,
    description: 'soft memory limit (fraction / clt)',
    active_when: DYNAMIC,
  },
  oversize: {
    type: 'choice',
    values: ['block', 'reject'],
    optional: true,
    description: 'requests that never fit (block / reject)',
    active_when: DYNAMIC,
  },
  below_first_bin: {
    type: 'choice',
    values: ['last', 'first'],
    optional: true,
    description: 'bin of predictions under the first one (last / first)',
    active_when: BINS,
  },
  ttft_rule: {
    type: 'choice',
    values: ['constant', 'from_arrival'],
    optional: true,
    description: 'time to first token: alpha, or from arrival (constant / from_arrival)',
  },
} as const satisfies ParameterSpecs;
export type SchedulerParameters = ParametersOf<typeof PARAMETERS>;
