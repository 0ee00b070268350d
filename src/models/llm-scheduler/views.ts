import type { View } from '../../model/model.ts';

/** Latency against load, throughput against GPUs, sensitivity to bins. */
export const VIEWS: readonly View[] = [
  {
    title: 'Mean latency against the number of requests',
    x: 'num_requests',
    y: 'avg_latency',
    series: 'scheduler_type',
  },
  {
    title: '95th percentile of latency against the number of requests',
    x: 'num_requests',
    y: 'p95_latency',
    series: 'scheduler_type',
  },
  {
    title: 'Mean latency against the speed-up of arrivals',
    x: 'rps_scaling',
    y: 'avg_latency',
    series: 'scheduler_type',
  },
  { title: 'Mean latency against the rate asked for', x: 'target_rps', y: 'avg_latency', series: 'scheduler_type' },
  {
    title: '95th percentile of latency against the rate asked for',
    x: 'target_rps',
    y: 'p95_latency',
    series: 'scheduler_type',
  },
  { title: 'Mean latency against the arrival rate', x: 'arrival_rate', y: 'avg_latency', series: 'scheduler_type' },
  {
    title: '95th percentile of latency against the arrival rate',
    x: 'arrival_rate',
    y: 'p95_latency',
    series: 'scheduler_type',
  },
  { title: 'Throughput against GPUs', x: 'num_gpus', y: 'throughput_requests_per_sec', series: 'scheduler_type' },
  { title: 'Mean latency against GPUs', x: 'num_gpus', y: 'avg_latency', series: 'scheduler_type' },
  {
    title: 'Requests within their SLA per second against GPUs',
    x: 'num_gpus',
    y: 'goodput_request_qps',
    series: 'scheduler_type',
  },
  { title: 'Throughput against the number of bins', x: 'k_bins', y: 'throughput_requests_per_sec', series: 'num_gpus' },
  { title: 'Mean latency against the number of bins', x: 'k_bins', y: 'avg_latency', series: 'num_gpus' },
  {
    title: 'Share of requests over their SLA against the number of bins',
    x: 'k_bins',
    y: 'sla_violation_rate_request',
    series: 'num_gpus',
  },
];

export const CAVEATS: readonly string[] = [
  'The error of a cell is that of its mean over permutations (replicates of the workload), not the spread of latency between requests: ' +
    'that is in the percentiles, which are metrics of their own (p50_latency ... p99_latency) and are themselves averaged over replicates.',
  'Requests are served in run-to-completion batches on identical GPUs, without continuous batching. Under a load past capacity, latency ' +
    'grows with the number of requests served: it is then a property of the length of the run, not of the system.',
  'The constants of the service time are those of a latency grid that was assumed, not measured: a prompt token costs as much as a generated one, ' +
    'and a large batch hardly more than a small one. Give a measured grid (input latency_grid) before deciding anything by these numbers.',
];
