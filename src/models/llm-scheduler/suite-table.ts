/**
 * The columns of a stress suite's table, in order, and where each comes from: the step and the row's state, a parameter,
 * or a metric (some under the table's own, older name). Wall-clock columns live in the logs.
 */
export const SUITE_COLUMNS: readonly SuiteColumn[] = [
  { column: 'step', from: 'step' },
  { column: 'scheduler_type', from: 'parameter' },
  { column: 'num_requests', from: 'parameter' },
  { column: 'num_gpus', from: 'parameter' },
  { column: 'use_real_timestamps', from: 'parameter' },
  // Empty with real timestamps, where it is inactive.
  { column: 'rps_scaling', from: 'parameter' },
  { column: 'd_sla', from: 'parameter', name: 'd_sla_token' },
  // 1 where it is inactive: the schedulers without bins.
  { column: 'k_bins', from: 'parameter', inactive: 1 },
  { column: 'sla_violation_rate', from: 'metric' },
  { column: 'capacity_qps_under_sla', from: 'metric' },
  { column: 'throughput_requests_per_sec', from: 'metric' },
  { column: 'throughput_tokens_per_sec', from: 'metric' },
  { column: 'avg_latency', from: 'metric' },
  { column: 'p50_latency', from: 'metric' },
  { column: 'p95_latency', from: 'metric' },
  { column: 'p99_latency', from: 'metric' },
  { column: 'max_latency', from: 'metric' },
  { column: 'avg_queueing_delay', from: 'metric' },
  { column: 'avg_service_time', from: 'metric' },
  { column: 'avg_gpu_utilization', from: 'metric', name: 'gpu_avg_utilization' },
  { column: 'min_gpu_utilization', from: 'metric', name: 'gpu_min_utilization' },
  { column: 'max_gpu_utilization', from: 'metric', name: 'gpu_max_utilization' },
  { column: 'num_batches', from: 'metric' },
  { column: 'avg_batch_size', from: 'metric', name: 'batch_avg_batch_size' },
  { column: 'min_batch_size', from: 'metric', name: 'batch_min_batch_size' },
  { column: 'max_batch_size', from: 'metric', name: 'batch_max_batch_size' },
  { column: 'total_time', from: 'metric' },
  { column: 'total_tokens', from: 'metric' },
  { column: 'num_completed', from: 'metric' },
  { column: 'status', from: 'status' },
  { column: 'error', from: 'status' },
  { column: 'sla_violation_rate_request', from: 'metric' },
  { column: 'goodput_request_qps', from: 'metric' },
  { column: 'num_requests_actual', from: 'metric' },
  { column: 'num_unserved', from: 'metric' },
  { column: 'num_rejected', from: 'metric' },
  { column: 'config_id', from: 'status' },
];

export interface SuiteColumn {
  readonly column: string;
  readonly from: 'step' | 'parameter' | 'metric' | 'status';
  /** Of the parameter or metric, where the column is called otherwise. */
  readonly name?: string;
  /** What stands where the parameter is inactive; absent: nothing. */
  readonly inactive?: number;
}
