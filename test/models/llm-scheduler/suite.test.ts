import { describe, expect, test } from 'vitest';
import { capacity } from '../../../src/models/llm-scheduler/capacity.ts';
import { gainsOver } from '../../../src/models/llm-scheduler/comparison.ts';
import { METRICS } from '../../../src/models/llm-scheduler/outputs.ts';
import { PARAMETERS } from '../../../src/models/llm-scheduler/parameters.ts';
import {
  bestGpuCount,
  binSensitivity,
  gpuScaling,
  gridBaselines,
  gridOptimum,
  gridSuite,
  requestScaling,
  STRESS_PARAMETERS,
  SUITE_KEY,
  type ScalingRow,
} from '../../../src/models/llm-scheduler/suite.ts';
import { SUITE_COLUMNS } from '../../../src/models/llm-scheduler/suite-table.ts';

const row = (num_gpus: number, capacity_qps_under_sla: number, sla_violation_rate_request: number): ScalingRow => ({
  num_gpus,
  capacity_qps_under_sla,
  sla_violation_rate_request,
});

describe('the three-step stress suite', () => {
  test('has 25, 8 and 6 tests: 39 rows, 35 distinct simulations when the best GPU count is one of step 2', () => {
    const steps = [requestScaling(), gpuScaling(), binSensitivity(32)];
    expect(steps.map((tests) => tests.length)).toEqual([25, 8, 6]);
    expect(new Set(steps.flat().map((test) => JSON.stringify(test))).size).toBe(35);
    expect(
      new Set([...requestScaling(), ...gpuScaling(), ...binSensitivity(48)].map((t) => JSON.stringify(t))).size,
    ).toBe(36);
  });

  test('step 1 goes by volume, then static, dynamic, and bins on 1, 2 and 4 GPUs', () => {
    expect(
      requestScaling()
        .slice(0, 5)
        .map((t) => [t.num_requests, t.scheduler_type, t.num_gpus, t.k_bins]),
    ).toEqual([
      [100, 'static_fifo', 1, 1],
      [100, 'dynamic_no_bins', 1, 1],
      [100, 'multi_bin_dynamic', 1, 8],
      [100, 'multi_bin_dynamic', 2, 8],
      [100, 'multi_bin_dynamic', 4, 8],
    ]);
    expect(requestScaling().at(-1)).toMatchObject({ num_requests: 1_000_000, num_gpus: 4 });
  });

  test('limits leave out larger volumes and GPU counts', () => {
    expect(requestScaling({ max_requests: 10_000 })).toHaveLength(15);
    expect(gpuScaling({ max_gpus: 32 }).map((t) => t.num_gpus)).toEqual([1, 2, 4, 8, 16, 32]);
    expect(gpuScaling({ max_requests: 5000 })[0]).toMatchObject({ num_requests: 5000 });
    expect(binSensitivity(4, { max_requests: 5000 }).map((t) => t.num_requests)).toEqual(new Array(6).fill(5000));
  });

  test('its parameters and columns are the model own', () => {
    for (const name of [...Object.keys(STRESS_PARAMETERS), ...SUITE_KEY]) expect(PARAMETERS).toHaveProperty(name);
    for (const { column, from, name = column } of SUITE_COLUMNS) {
      if (from === 'parameter') expect(PARAMETERS).toHaveProperty(name);
      if (from === 'metric') expect(METRICS).toHaveProperty(name);
    }
  });
});

describe('the best GPU count', () => {
  const rows = [row(8, 30, 0.02), row(2, 10, 0.4), row(4, 30, 0.04), row(16, 29, 0)];

  test('max_goodput: the largest goodput, fewest GPUs on ties', () => {
    expect(bestGpuCount(rows, 'max_goodput')).toBe(4);
  });

  test('fewest_meeting_sla: fewest GPUs with at most 5 % violations, else the smallest violation rate', () => {
    expect(bestGpuCount(rows, 'fewest_meeting_sla')).toBe(4);
    expect(bestGpuCount([row(4, 1, 0.3), row(2, 9, 0.5), row(8, 1, 0.3)], 'fewest_meeting_sla')).toBe(4);
    expect(bestGpuCount([row(2, 9, 0.05)], 'fewest_meeting_sla')).toBe(2);
  });

  test('no rows: 32', () => {
    expect(bestGpuCount([], 'max_goodput')).toBe(32);
  });
});

describe('the grid suite', () => {
  test('has 192 tests per load level and 3 + 1 comparison rows per volume', () => {
    expect(gridSuite()).toHaveLength(192);
    expect(new Set(gridSuite().map((t) => `${t.num_requests} ${t.num_gpus} ${t.k_bins}`)).size).toBe(192);
    expect(gridBaselines(1000).map((t) => t.scheduler_type)).toEqual([
      'static_fifo',
      'dynamic_no_bins',
      'multi_bin_dynamic',
    ]);
  });

  test('the optimum: fewest GPUs among those meeting the SLA, then the lowest rate, the first of equals', () => {
    const rows = [
      { ...row(4, 1, 0.05), k_bins: 1 },
      { ...row(4, 1, 0.01), k_bins: 2 },
      { ...row(4, 1, 0.01), k_bins: 4 },
      { ...row(8, 1, 0), k_bins: 1 },
      { ...row(2, 1, 0.06), k_bins: 1 },
    ];
    expect(gridOptimum(rows)).toMatchObject({ num_gpus: 4, k_bins: 2 });
    expect(gridOptimum([row(1, 1, 0.9), row(2, 1, 0.5), row(4, 1, 0.5)])).toMatchObject({ num_gpus: 2 });
    const none: ScalingRow[] = [];
    expect(gridOptimum(none)).toBeUndefined();
  });
});

test('gains are percent of the baseline, better is above 0, and over 0 undefined', () => {
  const baseline = {
    throughput_requests_per_sec: 2,
    capacity_qps_under_sla: 0,
    avg_latency: 10,
    sla_violation_rate_request: 0.5,
  };
  const better = {
    throughput_requests_per_sec: 3,
    capacity_qps_under_sla: 1,
    avg_latency: 5,
    sla_violation_rate_request: 0.4,
  };
  const gains = gainsOver(baseline, better);
  expect(gains).toMatchObject({ throughput_gain_pct: 50, capacity_gain_pct: undefined, latency_gain_pct: 50 });
  expect(gains.violation_gain_pct).toBeCloseTo(20, 10);
});

describe('capacity', () => {
  test.each([0.003, 1, 7, 4000])('brackets the rate %d where 5 %% of the requests miss their SLA, to 1 %', (limit) => {
    const { met, missed, evaluations } = capacity((rate) => 0.05 * (rate / limit), 1);
    expect(met).toBeLessThanOrEqual(limit);
    expect(missed).toBeGreaterThan(limit);
    expect((missed - met) / met).toBeLessThanOrEqual(0.01);
    expect(evaluations).toBeLessThan(30);
  });

  test('says so where no rate meets the SLA, or none misses it', () => {
    expect(capacity(() => 1, 1)).toMatchObject({ met: 0 });
    expect(capacity(() => 0, 1)).toMatchObject({ missed: Infinity });
  });
});
