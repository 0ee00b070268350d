import { describe, expect, test } from 'vitest';
import { bestGpuCount, type ScalingRow } from '../../../src/models/llm-scheduler/best-gpu-count.ts';
import { capacity } from '../../../src/models/llm-scheduler/capacity.ts';

const row = (num_gpus: number, capacity_qps_under_sla: number, sla_violation_rate_request: number): ScalingRow => ({
  num_gpus,
  capacity_qps_under_sla,
  sla_violation_rate_request,
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
