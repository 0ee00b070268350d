import type { MetricSpec } from '../../model/model.ts';

/**
 * The outputs of one run, over completed requests; latency is completion - arrival, percentiles are interpolated
 * linearly, standard deviations are the population's. `sla_violation_rate`, `requests_per_second` and the like are
 * second names of other columns, kept because published tables use them.
 */
export const METRICS = {
  avg_latency: { unit: 's', label: 'mean latency', good: 'low' },
  average_latency_seconds: { unit: 's', description: '= avg_latency' },
  p50_latency: { unit: 's', label: 'median latency', good: 'low' },
  p90_latency: { unit: 's', label: '90th percentile of latency', good: 'low' },
  p95_latency: { unit: 's', label: '95th percentile of latency', good: 'low' },
  p99_latency: { unit: 's', label: '99th percentile of latency', good: 'low' },
  max_latency: { unit: 's' },
  num_requests_actual: {
    unit: 'requests',
    description: 'rows of the workload: fewer than asked if the trace is short',
  },
  synthetic: { unit: '0 or 1', description: '1: the workload is synthetic, not from a trace', constant: true },
  num_completed: { unit: 'requests' },
  num_unserved: { unit: 'requests', description: 'still queued at the end' },
  num_rejected: { unit: 'requests', description: 'refused on arrival: would never fit' },
  num_events: { unit: 'events' },
  total_time: { unit: 's', description: 'last completion - first arrival' },
  throughput_requests_per_sec: { unit: '1/s', label: 'throughput', good: 'high' },
  requests_per_second: { unit: '1/s', description: '= throughput_requests_per_sec' },
  request_rate_qps: { unit: '1/s', description: '= throughput_requests_per_sec' },
  throughput_tokens_per_sec: { unit: 'tokens/s', description: 'prompt and output tokens' },
  tokens_per_second: { unit: 'tokens/s', description: '= throughput_tokens_per_sec' },
  total_tokens: { unit: 'tokens' },
  total_output_tokens: { unit: 'tokens' },
  avg_output_tokens_per_request: { unit: 'tokens' },
  avg_queueing_delay: { unit: 's' },
  avg_service_time: { unit: 's', description: 'mean per request' },
  sla_violation_rate: { unit: 'share', description: '= sla_violation_rate_token' },
  sla_violation_rate_token: {
    unit: 'share',
    description: 'decode time per token over d_sla_token',
    label: 'share of requests over the token SLA',
    good: 'low',
    goals: [{ at: 0.05, means: 'at most 5 % of the requests miss the SLA of a token' }],
  },
  sla_violations_token: { unit: 'requests' },
  sla_violation_rate_request: {
    unit: 'share',
    description: 'latency over d_sla_request',
    label: 'share of requests over their SLA',
    good: 'low',
    goals: [{ at: 0.05, means: 'at most 5 % of the requests miss their SLA' }],
  },
  sla_violations_request: { unit: 'requests' },
  capacity_qps_under_sla: { unit: '1/s', description: 'a goodput: requests within the token SLA per second' },
  goodput_request_qps: {
    unit: '1/s',
    description: 'requests within the request SLA per second',
    label: 'requests within their SLA per second',
    good: 'high',
  },
  capacity_met_rps: {
    unit: '1/s',
    label: 'capacity',
    good: 'high',
    goals: [{ at: 0.01, means: 'the system carries more than one request in 100 seconds within its SLA' }],
    description:
      'with find_capacity: the largest arrival rate found at which at most 5 % of the requests miss their SLA, to 1 %; 0: none does',
    open_above: 'capacity_missed_rps',
    missing: true,
  },
  capacity_missed_rps: {
    unit: '1/s',
    description: 'with find_capacity: the smallest rate found at which more do; Infinity: none does',
    missing: true,
    infinite: true,
  },
  capacity_threshold_lambda: { unit: '1/s', description: 'parity only: no capacity' },
  avg_decode_tbt: { unit: 's/token' },
  p50_decode_tbt: { unit: 's/token' },
  p99_decode_tbt: { unit: 's/token' },
  avg_ttft: { unit: 's' },
  p50_ttft: { unit: 's' },
  p99_ttft: { unit: 's' },
  avg_tbt: { unit: 's/token', description: 'service time / largest output of the batch' },
  p50_tbt: { unit: 's/token' },
  p95_tbt: { unit: 's/token' },
  p99_tbt: { unit: 's/token' },
  max_tbt: { unit: 's/token' },
  seconds_per_generated_token: { unit: 's/token' },
  decode_step_time_ms: { unit: 'ms' },
  num_batches: { unit: 'batches' },
  batch_avg_batch_size: { unit: 'requests' },
  batch_min_batch_size: { unit: 'requests' },
  batch_max_batch_size: { unit: 'requests' },
  batch_std_batch_size: { unit: 'requests' },
  gpu_avg_utilization: { unit: 'share' },
  gpu_min_utilization: { unit: 'share' },
  gpu_max_utilization: { unit: 'share' },
  memory_estimate_gb: { unit: 'GB', description: 'of an average batch' },
  offered_rps: { unit: '1/s', description: 'arrival rate' },
  load_factor: {
    unit: 'share',
    description: 'offered_rps / saturated_rps where that is given; 1 or more: overloaded',
    missing: true,
  },
  prediction_correlation: {
    unit: 'share',
    description: 'of predicted and real output; missing if one is constant',
    missing: true,
  },
  prediction_correlation_total: {
    unit: 'share',
    description: 'of predicted output and prompt + output',
    missing: true,
  },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;
export type Metrics = Record<MetricName, number>;
export type CapacityMetrics = Pick<Metrics, 'capacity_met_rps' | 'capacity_missed_rps'>;
export type RunMetrics = Omit<Metrics, keyof CapacityMetrics>;
