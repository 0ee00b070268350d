import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../src/models/llm-scheduler/defaults.ts';
import { computeMetrics } from '../../../src/models/llm-scheduler/metrics.ts';
import type { RunMetrics } from '../../../src/models/llm-scheduler/outputs.ts';
import type { Settings } from '../../../src/models/llm-scheduler/settings.ts';
import { run } from '../../../src/models/llm-scheduler/simulate.ts';
import { arrivals } from '../../../src/models/llm-scheduler/synthetic.ts';
import type { Workload } from '../../../src/models/llm-scheduler/workload.ts';
import { workspaceFor } from './run-detail.ts';
import { permutation } from './streams.ts';

/** Results that queueing theory knows, within four Monte Carlo standard errors of the mean over replicates. */
const REPLICATES = 16;

function replicate(workload: (replicate: number) => Workload, settings: Settings, metric: keyof RunMetrics) {
  const values = Array.from({ length: REPLICATES }, (_, r) => {
    const requests = workload(r);
    const workspace = workspaceFor(requests.count);
    return computeMetrics(requests, run(requests, settings, workspace), settings, workspace.values)[metric];
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / REPLICATES;
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (REPLICATES - 1);
  return { mean, mcse: Math.sqrt(variance / REPLICATES) };
}

/** Poisson arrivals; totals uniform on [low, high], known to the scheduler. */
function requests(r: number, count: number, rate: number, low: number, high: number): Workload {
  const rng = permutation(r);
  const arrival = new Float64Array(count);
  if (rate < Infinity) arrivals({ process: 'poisson', rate, cv: 1 }, rng.substream(1), arrival);
  const lengths = rng.substream(2);
  const output = Int32Array.from(arrival, () => low + Math.floor((high - low + 1) * lengths()));
  return { count, arrival, prompt: new Int32Array(count), output, predicted: output };
}

/** T = total / 1000 seconds, whatever the batch size. */
const plain: Settings = {
  ...defaultSettings('corrected'),
  latency: { alpha: 0, beta: 0.001, gamma: 0, floor: 0.001, ttft: 0, flat_token_time: undefined },
  below_first_bin: 'first',
};

/**
 * Mean wait in M/D/c with service time 1 (Crommelin 1932): numbers in system one service time apart follow a Markov
 * chain, because whoever is served now has left by then. Iterated to its fixed point, then Little's law.
 */
function waitMDc(rate: number, servers: number): number {
  const size = 160;
  const poisson = [Math.exp(-rate)];
  for (let k = 1; k < size; k++) poisson.push((poisson[k - 1]! * rate) / k);
  let states = poisson.slice();
  for (let step = 0; step < 400; step++) {
    const next = new Array<number>(size).fill(0);
    states.forEach((p, i) => {
      const left = Math.max(0, i - servers);
      for (let k = 0; left + k < size; k++) next[left + k]! += p * poisson[k]!;
    });
    states = next;
  }
  const inSystem = states.reduce((sum, p, i) => sum + p * i, 0);
  return inSystem / rate - 1;
}

describe('M/D/c: batches of one, Poisson arrivals, one length', () => {
  test('the recursion gives the closed form of M/D/1', () => {
    const rho = 0.7;
    expect(waitMDc(rho, 1)).toBeCloseTo(rho / (2 * (1 - rho)), 6);
  });

  test.each([
    [1, 0.7],
    [2, 0.8],
    [4, 0.85],
  ])('%d servers at load %d: the mean wait is the known one', (servers, load) => {
    const settings: Settings = { ...plain, scheduler_type: 'dynamic_no_bins', batch_max: 1, num_gpus: servers };
    const rate = load * servers;
    const { mean, mcse } = replicate((r) => requests(r, 40_000, rate, 1000, 1000), settings, 'avg_queueing_delay');
    expect(Math.abs(mean - waitMDc(rate, servers))).toBeLessThan(4 * mcse);
    expect(mcse / mean).toBeLessThan(0.05);
  });
});

/** Mean batch time of B uniform service times in one of k bins: m + (1/k)(B h/(B+1) + l/(B+1) - m). */
function batchTime(k: number, B: number, low: number, high: number): { middle: number; excess: number } {
  const middle = (low + high) / 2;
  return { middle, excess: ((B * high) / (B + 1) + low / (B + 1) - middle) / k };
}

describe('multi-bin batching (arXiv 2412.04504): uniform service times, full batches', () => {
  const B = 8;
  const [low, high] = [0.1, 4];

  function multiBin(k: number, num_gpus: number): Settings {
    return {
      ...plain,
      scheduler_type: 'multi_bin_only',
      k_bins: k,
      num_gpus,
      fixed_batch: B,
      dispatch: 'full_or_timeout',
      max_wait: 1e6,
    };
  }

  test.each([1, 2, 4, 8])('saturated throughput with %d bins is B over the mean batch time', (k) => {
    const { middle, excess } = batchTime(k, B, low, high);
    const workload = (r: number): Workload => requests(r, 16_000, Infinity, 100, 4000);
    // Everyone is there at time 0, and the part batches soon after: the time is the GPU's own.
    const settings = { ...multiBin(k, 1), max_wait: 0.001 };
    const { mean, mcse } = replicate(workload, settings, 'throughput_requests_per_sec');
    const expected = B / (middle + excess);
    // Up to k part batches at the end of 2,000: a bias of at most k/2000.
    expect(Math.abs(mean - expected)).toBeLessThan(4 * mcse + (expected * k) / 2000);
  });

  test.each([1, 4])('unlimited servers with %d bins: the mean latency is service plus filling a batch', (k) => {
    const rate = 40;
    const { middle, excess } = batchTime(k, B, low, high);
    const expected = middle + excess + (k * (B - 1)) / (2 * rate);
    // Only the last part batches wait for their timers.
    const settings = { ...multiBin(k, 1024), max_wait: 10 };
    const { mean, mcse } = replicate((r) => requests(r, 20_000, rate, 100, 4000), settings, 'avg_latency');
    const bias = (k * B * 10) / 20_000;
    expect(mean - expected).toBeGreaterThan(-4 * mcse);
    expect(mean - expected).toBeLessThan(4 * mcse + bias);
  });
});

describe('the corrected profile', () => {
  test('one bin without cap serves exactly as no bins', () => {
    const workload = requests(3, 3000, 2, 100, 4000);
    const one: Settings = { ...defaultSettings('corrected'), k_bins: 1, bin_cap: 'none', num_gpus: 2 };
    const bins = run(workload, one, workspaceFor(workload.count));
    const none = run(workload, { ...one, scheduler_type: 'dynamic_no_bins' }, workspaceFor(workload.count));
    expect([...bins.end]).toEqual([...none.end]);
  });
});
