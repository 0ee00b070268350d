import { describe, expect, test } from 'vitest';
import { computeMetrics } from '../../../src/models/llm-scheduler/metrics.ts';
import type { RunMetrics } from '../../../src/models/llm-scheduler/outputs.ts';
import type { Settings } from '../../../src/models/llm-scheduler/settings.ts';
import { run } from '../../../src/models/llm-scheduler/simulate.ts';
import { workspaceFor } from './run-detail.ts';
import { ORACLE, oracleRuns, oracleSettings, oracleWorkload } from './oracle.ts';

/** What is doubtful in the reference, measured: the Azure conversation trace at 1 x, one GPU, 10,000 requests unless said otherwise. */
function measure(changes: Partial<Settings>, num_requests = 10_000): RunMetrics {
  const { config } = oracleRuns().find((known) => known.config.trace === 'azure_conv')!;
  const workload = oracleWorkload({ ...config, num_requests, rps_scaling: 1 });
  const settings = {
    ...oracleSettings({ ...config, num_gpus: 1 }),
    scheduler_type: 'multi_bin_dynamic',
    ...changes,
  } as const;
  const workspace = workspaceFor(workload.count);
  return computeMetrics(workload, run(workload, settings, workspace), settings, workspace.values);
}

const throughput = (changes: Partial<Settings>): string => measure(changes).throughput_requests_per_sec.toFixed(2);

describe.skipIf(ORACLE === undefined)('what is doubtful in the reference (needs ../shared)', () => {
  test('most of its gain from 1 to 2 bins is the cap of the last bin', () => {
    expect(throughput({ k_bins: 1 })).toBe('0.30');
    expect(throughput({ k_bins: 1, bin_cap: 'none' })).toBe('0.75');
    expect([2, 4, 8, 16].map((k_bins) => throughput({ k_bins, bin_cap: 'none' }))).toEqual([
      '0.87',
      '1.06',
      '1.15',
      '1.16',
    ]);
  });

  test('its prediction says nothing of the output and much of the total', () => {
    const { prediction_correlation, prediction_correlation_total } = measure({}, 19_366);
    expect(prediction_correlation.toFixed(2)).toBe('-0.03');
    expect(prediction_correlation_total.toFixed(2)).toBe('0.97');
  });

  test('its controller does nothing with 4 GPUs, whatever the target; without the floor it does', () => {
    const rates = (decode_floor: Settings['decode_floor']): number[] =>
      [0.005, 0.0065, 0.01].map((d_sla_token) => {
        const changes = {
          scheduler_type: 'dynamic_no_bins',
          num_gpus: 4,
          d_sla_token,
          decode_floor,
          k_bins: 1,
        } as const;
        return Number(measure(changes, 3000).throughput_requests_per_sec.toFixed(3));
      });
    for (const rate of rates('cluster')) expect(Math.abs(rate - 3.214)).toBeLessThan(0.0015);
    expect(new Set(rates('none')).size).toBe(3);
  });

  test('an oversize request blocks the queue for ever; refused, the others are served', () => {
    const small = { scheduler_type: 'dynamic_no_bins', gpu_memory: 5.5 } as const;
    expect(measure(small, 3000)).toMatchObject({ num_completed: 23, num_unserved: 2977, num_rejected: 0 });
    const rejecting = measure({ ...small, oversize: 'reject' }, 3000);
    expect(rejecting.num_unserved).toBe(0);
    expect(rejecting.num_completed + rejecting.num_rejected).toBe(3000);
    expect(rejecting.num_completed).toBeGreaterThan(2700);
  });
});
