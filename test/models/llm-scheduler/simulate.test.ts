import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../src/models/llm-scheduler/defaults.ts';
import { computeMetrics } from '../../../src/models/llm-scheduler/metrics.ts';
import { simulateRun, type RunDetail } from './run-detail.ts';
import type { Settings } from '../../../src/models/llm-scheduler/settings.ts';
import type { Workload } from '../../../src/models/llm-scheduler/workload.ts';

/** A second for every 100 tokens, whatever the batch. */
const base: Settings = {
  ...defaultSettings('reference'),
  num_gpus: 1,
  latency: { alpha: 0, beta: 0.01, gamma: 0, floor: 0.001, ttft: 0.5, flat_token_time: undefined },
};

/** Requests as [arrival, total] or [arrival, total, predicted]; half of the tokens are output. */
function workload(...requests: readonly (readonly [number, number, number?])[]): Workload {
  return {
    count: requests.length,
    arrival: Float64Array.from(requests, ([arrival]) => arrival),
    prompt: Int32Array.from(requests, ([, total]) => total / 2),
    output: Int32Array.from(requests, ([, total]) => total / 2),
    predicted: Int32Array.from(requests, ([, , predicted]) => predicted ?? 1),
  };
}

/** The batches as lists of request numbers. */
function batches(detail: RunDetail): number[][] {
  return Array.from({ length: detail.num_batches }, (_, batch) => {
    const first = detail.first[batch]!;
    return [...detail.order.subarray(first, first + detail.size[batch]!)];
  });
}

describe('events at the same time', () => {
  test('arrivals come before completions: who arrives at a completion is in the batch it starts', () => {
    const detail = simulateRun(workload([0, 100], [0.5, 100], [1, 100]), { ...base, scheduler_type: 'static_fifo' });
    expect(batches(detail)).toEqual([[0], [1, 2]]);
  });

  test('completions come in the order their batches started, and each frees its own GPU only', () => {
    const settings: Settings = { ...base, scheduler_type: 'static_fifo', static_batch: 1, num_gpus: 2 };
    // GPU 0 runs 0 to 2, GPU 1 from 1 to 2: GPU 0 takes the next one.
    const detail = simulateRun(workload([0, 200], [1, 100], [1.5, 100], [1.5, 100]), settings);
    expect([...detail.request_gpu]).toEqual([0, 1, 0, 1]);
  });

  test('idle GPUs try in ascending number', () => {
    const settings: Settings = { ...base, scheduler_type: 'static_fifo', num_gpus: 70 };
    const detail = simulateRun(workload(...Array.from({ length: 70 }, () => [0, 100] as const)), settings);
    expect([...detail.request_gpu]).toEqual(Array.from({ length: 70 }, (_, gpu) => gpu));
  });
});

describe('choice of the bin', () => {
  const settings: Settings = {
    ...base,
    scheduler_type: 'multi_bin_only',
    fixed_batch: 2,
    k_bins: 3,
    bin_boundaries: [
      [0, 10],
      [10, 20],
      [20, 10_000],
    ],
  };
  const requests = workload(
    [0, 100, 5],
    [0.1, 100, 25],
    [0.2, 100, 5],
    [0.3, 100, 25],
    [0.4, 100, 25],
    [0.5, 100, 5],
    [0.6, 100, 15],
  );

  test('round robin: from the bin after the last one, empty bins passed over', () => {
    // Bin 0 is served first, so bin 1 is next, then bin 2, then bin 0 again.
    expect(batches(simulateRun(requests, settings))).toEqual([[0], [6], [1, 3], [2, 5], [4]]);
  });

  test('longest queue: most requests, the lowest bin of equals', () => {
    const detail = simulateRun(requests, { ...settings, bin_selection: 'longest_queue' });
    expect(batches(detail)).toEqual([[0], [1, 3], [2, 5], [6], [4]]);
  });
});

test('decode_floor cluster: what all GPUs serve is a floor under the memory limit, until it is served', () => {
  // The soft limit alone allows one request: estimates are huge.
  const settings: Settings = {
    ...base,
    scheduler_type: 'dynamic_no_bins',
    num_gpus: 4,
    prompt_estimate: 40_000,
    ema_weight: 1e-9,
  };
  const wide = workload(
    ...Array.from({ length: 3 }, () => [0, 800] as const),
    [1, 100],
    [2, 100],
    [2, 100],
    [2, 100],
    [2, 100],
  );
  // On 4 GPUs, 4 are busy at 1 s; the last finishes at 2 s and finds 3 in service: a batch of 3.
  expect(batches(simulateRun(wide, settings)).slice(4)).toEqual([[4, 5, 6], [7]]);
});

test('full_or_timeout by hand: full batches leave at once, a part batch after its wait', () => {
  const settings: Settings = {
    ...base,
    scheduler_type: 'static_fifo',
    static_batch: 2,
    num_gpus: 9,
    dispatch: 'full_or_timeout',
    max_wait: 3,
  };
  // 0 and 1 fill a batch at 1; 2 waits until 2 + 3 although a timer was set at 0; 3 and 4 fill one at 10.
  const detail = simulateRun(workload([0, 100], [1, 100], [2, 100], [9, 100], [10, 100]), settings);
  expect(batches(detail)).toEqual([[0, 1], [2], [3, 4]]);
  expect([...detail.start]).toEqual([1, 5, 10]);
});

test('the metrics of the hand case', () => {
  const requests = workload([0, 100], [0.5, 300], [1, 100], [1.5, 200]);
  const latency = { ...base.latency, alpha: 1, ttft: 1 };
  const settings: Settings = {
    ...base,
    scheduler_type: 'static_fifo',
    static_batch: 2,
    latency,
    d_sla_request: 5,
    d_sla_token: 0.01,
  };
  const detail = simulateRun(requests, settings);
  expect(computeMetrics(requests, detail, settings, new Float64Array(4))).toMatchObject({
    total_time: 9,
    throughput_requests_per_sec: 4 / 9,
    throughput_tokens_per_sec: 700 / 9,
    avg_latency: 5,
    p50_latency: 5.25,
    max_latency: 7.5,
    avg_queueing_delay: (0 + 1.5 + 1 + 4.5) / 4,
    avg_service_time: (2 + 4 + 4 + 3) / 4,
    // Latencies 2, 5.5, 5, 7.5: a latency of exactly 5 s is within the SLA, and so is a token time of exactly 10 ms.
    sla_violations_request: 2,
    goodput_request_qps: 2 / 9,
    sla_violations_token: 0,
    num_batches: 3,
    batch_avg_batch_size: 4 / 3,
    gpu_avg_utilization: 1,
    num_events: 7,
    total_output_tokens: 350,
    max_tbt: 0.04,
    memory_estimate_gb: 4 + 1 * 175 * 1.875e-4,
    offered_rps: 2,
  });
});

test('time to first token: alpha by the constant rule, from arrival by the other', () => {
  const requests = workload([0, 100], [0, 100]);
  const settings: Settings = { ...base, scheduler_type: 'static_fifo', static_batch: 1 };
  const detail = simulateRun(requests, settings);
  const ttft = (ttft_rule: Settings['ttft_rule']): number =>
    computeMetrics(requests, detail, { ...settings, ttft_rule }, new Float64Array(2)).avg_ttft;
  expect(ttft('constant')).toBe(0.5);
  expect(ttft('from_arrival')).toBe(1);
});

test('nothing to do: all zero, with the counts', () => {
  const settings: Settings = { ...base, scheduler_type: 'dynamic_no_bins', oversize: 'reject' };
  const requests = workload([0, 100_000], [1, 100_000]);
  const metrics = computeMetrics(requests, simulateRun(requests, settings), settings, new Float64Array(2));
  expect(metrics).toMatchObject({
    num_requests_actual: 2,
    num_rejected: 2,
    num_completed: 0,
    num_batches: 0,
    avg_latency: 0,
    total_time: 0,
    gpu_max_utilization: 0,
    p99_ttft: 0,
  });
});

test('the total time starts with the first request that is served', () => {
  const settings: Settings = { ...base, scheduler_type: 'dynamic_no_bins', oversize: 'reject' };
  const requests = workload([0, 100_000], [2, 100]);
  const metrics = computeMetrics(requests, simulateRun(requests, settings), settings, new Float64Array(2));
  expect(metrics).toMatchObject({ total_time: 1, num_completed: 1, gpu_avg_utilization: 1 / 3 });
});
