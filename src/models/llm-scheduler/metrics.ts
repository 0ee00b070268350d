import { tokenTime } from './latency-model.ts';
import type { RunMetrics } from './outputs.ts';
import { percentiles, weightedPercentiles } from './percentiles.ts';
import type { Settings } from './settings.ts';
import type { Run } from './simulate.ts';
import type { Workload } from './workload.ts';

/** All outputs of a run but for its capacity, which takes more runs. Overwrites `scratch`, which has room for one value per request. */
export function computeMetrics(workload: Workload, run: Run, settings: Settings, scratch: Float64Array): RunMetrics {
  const tally = tallyRequests(workload, run, settings);
  const { completed, span } = tally;
  const per = (value: number, by: number): number => (by === 0 ? 0 : value / by);
  const tokenViolations = tally.token_violations;
  const throughput = per(completed, span);
  const tokenRate = per(tally.tokens, span);
  const violationRate = per(tokenViolations, completed);
  const meanLatency = per(tally.latency, completed);
  const offered = offeredRate(workload);
  return {
    num_requests_actual: workload.count,
    synthetic: workload.synthetic === true ? 1 : 0,
    num_completed: completed,
    num_unserved: run.num_unserved,
    num_rejected: run.num_rejected,
    num_events: run.num_events,
    total_time: span,
    throughput_requests_per_sec: throughput,
    requests_per_second: throughput,
    request_rate_qps: throughput,
    throughput_tokens_per_sec: tokenRate,
    tokens_per_second: tokenRate,
    total_tokens: tally.tokens,
    total_output_tokens: tally.outputs,
    avg_output_tokens_per_request: per(tally.outputs, completed),
    avg_latency: meanLatency,
    average_latency_seconds: meanLatency,
    ...latencyPercentiles(workload, run, scratch),
    avg_queueing_delay: per(tally.queueing, completed),
    avg_service_time: per(tally.service, completed),
    sla_violation_rate: violationRate,
    sla_violation_rate_token: violationRate,
    sla_violations_token: tokenViolations,
    sla_violation_rate_request: per(tally.request_violations, completed),
    sla_violations_request: tally.request_violations,
    capacity_qps_under_sla: per(completed - tokenViolations, span),
    goodput_request_qps: per(completed - tally.request_violations, span),
    capacity_threshold_lambda: throughput * (1 + Math.max(0.05 - violationRate, 0) / 0.05),
    ...decodeTimes(run, settings, completed),
    ...firstTokenTimes(workload, run, settings, scratch, tally),
    ...tokenTimes(run, tally.largest_outputs, scratch, completed),
    seconds_per_generated_token: per(span, tally.outputs),
    decode_step_time_ms: tally.outputs === 0 ? 0 : (1000 * (tally.service / completed)) / (tally.outputs / completed),
    ...batchSizes(run, completed),
    ...utilization(run),
    memory_estimate_gb:
      completed === 0
        ? 0
        : settings.model_memory +
          Math.trunc(completed / run.num_batches) * Math.trunc(tally.tokens / completed) * settings.kv_per_token,
    offered_rps: offered,
    load_factor: settings.saturated_rps === undefined ? NaN : offered / settings.saturated_rps,
    prediction_correlation: correlation(workload, (i) => workload.output[i]!),
    prediction_correlation_total: correlation(workload, (i) => workload.prompt[i]! + workload.output[i]!),
  };
}

interface Tally {
  readonly completed: number;
  readonly span: number;
  readonly tokens: number;
  readonly outputs: number;
  readonly latency: number;
  readonly queueing: number;
  readonly service: number;
  readonly token_violations: number;
  readonly request_violations: number;
  /** Largest output of each batch. */
  readonly largest_outputs: Int32Array;
}

/** Sums over the completed requests. */
function tallyRequests(workload: Workload, run: Run, settings: Settings): Tally {
  const { arrival, prompt, output } = workload;
  const largest_outputs = new Int32Array(run.num_batches);
  let completed = 0;
  let first = Infinity;
  let last = -Infinity;
  let tokens = 0;
  let outputs = 0;
  let latency = 0;
  let queueing = 0;
  let service = 0;
  let token_violations = 0;
  let request_violations = 0;
  for (let batch = 0; batch < run.num_batches; batch++) {
    const start = run.start[batch]!;
    const end = run.end[batch]!;
    const size = run.size[batch]!;
    const from = run.first[batch]!;
    let largest = 0;
    for (let at = from; at < from + size; at++) {
      const request = run.order[at]!;
      const arrived = arrival[request]!;
      const generated = output[request]!;
      if (arrived < first) first = arrived;
      if (generated > largest) largest = generated;
      tokens += prompt[request]! + generated;
      outputs += generated;
      latency += end - arrived;
      queueing += start - arrived;
      if (end - arrived > settings.d_sla_request) request_violations++;
    }
    if (end > last) last = end;
    completed += size;
    service += size * (end - start);
    if (tokenTime(settings.latency, size) > settings.d_sla_token) token_violations += size;
    largest_outputs[batch] = largest;
  }
  const span = completed === 0 ? 0 : last - first;
  return {
    completed,
    span,
    tokens,
    outputs,
    latency,
    queueing,
    service,
    token_violations,
    request_violations,
    largest_outputs,
  };
}

function latencyPercentiles(workload: Workload, run: Run, scratch: Float64Array) {
  let count = 0;
  let max_latency = 0;
  for (let batch = 0; batch < run.num_batches; batch++) {
    const from = run.first[batch]!;
    const end = run.end[batch]!;
    for (let at = from; at < from + run.size[batch]!; at++) {
      const latency = end - workload.arrival[run.order[at]!]!;
      if (latency > max_latency) max_latency = latency;
      scratch[count++] = latency;
    }
  }
  const [p50, p90, p95, p99] = percentiles(scratch, count, [50, 90, 95, 99]);
  return { p50_latency: p50!, p90_latency: p90!, p95_latency: p95!, p99_latency: p99!, max_latency };
}

/** Decode time per token depends on the batch size alone: percentiles come from its histogram. */
function decodeTimes(run: Run, settings: Settings, completed: number) {
  const times: number[] = [];
  const counts: number[] = [];
  let total = 0;
  batchSizeHistogram(run).forEach((batches, size) => {
    if (batches === 0) return;
    const time = tokenTime(settings.latency, size);
    times.push(time);
    counts.push(batches * size);
    total += batches * size * time;
  });
  const [p50, p99] = weightedPercentiles(times, counts, [50, 99]);
  return { avg_decode_tbt: completed === 0 ? 0 : total / completed, p50_decode_tbt: p50!, p99_decode_tbt: p99! };
}

/** Batches of each size, from size 0. */
export function batchSizeHistogram(run: Run): number[] {
  let largest = 0;
  for (let batch = 0; batch < run.num_batches; batch++) if (run.size[batch]! > largest) largest = run.size[batch]!;
  const histogram = new Array<number>(largest + 1).fill(0);
  for (let batch = 0; batch < run.num_batches; batch++) histogram[run.size[batch]!]!++;
  return histogram;
}

function firstTokenTimes(workload: Workload, run: Run, settings: Settings, scratch: Float64Array, tally: Tally) {
  const { ttft } = settings.latency;
  const { completed } = tally;
  if (completed === 0) return { avg_ttft: 0, p50_ttft: 0, p99_ttft: 0 };
  if (settings.ttft_rule === 'constant') return { avg_ttft: ttft, p50_ttft: ttft, p99_ttft: ttft };
  let count = 0;
  for (let batch = 0; batch < run.num_batches; batch++) {
    const from = run.first[batch]!;
    const start = run.start[batch]!;
    for (let at = from; at < from + run.size[batch]!; at++) {
      scratch[count++] = start - workload.arrival[run.order[at]!]! + ttft;
    }
  }
  const [p50, p99] = percentiles(scratch, count, [50, 99]);
  return { avg_ttft: tally.queueing / completed + ttft, p50_ttft: p50!, p99_ttft: p99! };
}

/** Time between tokens as seen from the batch: its service time over its largest output, 0 without output. */
function tokenTimes(run: Run, largest: Int32Array, scratch: Float64Array, completed: number) {
  let count = 0;
  let total = 0;
  let max_tbt = 0;
  for (let batch = 0; batch < run.num_batches; batch++) {
    const size = run.size[batch]!;
    const time = largest[batch] === 0 ? 0 : (run.end[batch]! - run.start[batch]!) / largest[batch]!;
    scratch.fill(time, count, count + size);
    count += size;
    total += size * time;
    if (time > max_tbt) max_tbt = time;
  }
  const [p50, p95, p99] = percentiles(scratch, count, [50, 95, 99]);
  return { avg_tbt: completed === 0 ? 0 : total / completed, p50_tbt: p50!, p95_tbt: p95!, p99_tbt: p99!, max_tbt };
}

function batchSizes(run: Run, completed: number) {
  const { num_batches, size } = run;
  if (num_batches === 0)
    return {
      num_batches,
      batch_avg_batch_size: 0,
      batch_min_batch_size: 0,
      batch_max_batch_size: 0,
      batch_std_batch_size: 0,
    };
  const mean = completed / num_batches;
  let squares = 0;
  let min = Infinity;
  let max = 0;
  for (let batch = 0; batch < num_batches; batch++) {
    const own = size[batch]!;
    squares += (own - mean) * (own - mean);
    if (own < min) min = own;
    if (own > max) max = own;
  }
  return {
    num_batches,
    batch_avg_batch_size: mean,
    batch_min_batch_size: min,
    batch_max_batch_size: max,
    batch_std_batch_size: Math.sqrt(squares / num_batches),
  };
}

/** Busy time over the time the last GPU was free again (time 0: first arrival). */
function utilization(run: Run) {
  let last = 0;
  for (let batch = 0; batch < run.num_batches; batch++) if (run.end[batch]! > last) last = run.end[batch]!;
  if (last === 0) return { gpu_avg_utilization: 0, gpu_min_utilization: 0, gpu_max_utilization: 0 };
  let total = 0;
  let min = Infinity;
  let max = 0;
  for (const busy of run.busy) {
    total += busy;
    if (busy < min) min = busy;
    if (busy > max) max = busy;
  }
  return {
    gpu_avg_utilization: total / last / run.busy.length,
    gpu_min_utilization: min / last,
    gpu_max_utilization: max / last,
  };
}

/** (n - 1) / (last - first arrival); 0 where that is undefined. */
function offeredRate(workload: Workload): number {
  const { count, arrival } = workload;
  if (count < 2) return 0;
  const span = arrival[count - 1]! - arrival[0]!;
  return span > 0 ? (count - 1) / span : 0;
}

/** Pearson correlation of the predictions with another length; NaN if one of the two is constant. */
function correlation(workload: Workload, other: (request: number) => number): number {
  const { count, predicted } = workload;
  let x = 0;
  let y = 0;
  for (let i = 0; i < count; i++) {
    x += predicted[i]!;
    y += other(i);
  }
  const meanX = x / count;
  const meanY = y / count;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < count; i++) {
    const dx = predicted[i]! - meanX;
    const dy = other(i) - meanY;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx > 0 && yy > 0 ? xy / (Math.sqrt(xx) * Math.sqrt(yy)) : NaN;
}
