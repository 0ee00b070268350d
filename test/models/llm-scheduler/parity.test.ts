import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { batchSizeHistogram, computeMetrics } from '../../../src/models/llm-scheduler/metrics.ts';
import { simulateRun, type RunDetail } from './run-detail.ts';
import { ORACLE, oracleRuns, oracleSettings, oracleWorkload, type OracleRun } from './oracle.ts';

/** Keys of `expected` that only repeat the configuration. */
const ECHOES = new Set(['num_requests', 'tbt_sla_threshold', 'd_sla_token', 'd_sla_request']);
const TOLERANCE = 1e-9;

describe.skipIf(ORACLE === undefined)('profile reference repeats the reference simulator (needs ../shared)', () => {
  test.each(oracleRuns())('$id: counts, histogram and batch membership exact, other numbers within 1e-9', (run) => {
    const workload = oracleWorkload(run.config);
    const settings = oracleSettings(run.config);
    const detail = simulateRun(workload, settings);
    const metrics: Readonly<Record<string, number>> = {
      ...computeMetrics(workload, detail, settings, new Float64Array(workload.count)),
      ...checksums(detail),
    };
    const histogram = batchSizeHistogram(detail)
      .map((batches, size) => [String(size), batches] as const)
      .filter(([, batches]) => batches > 0);
    expect(Object.fromEntries(histogram)).toEqual(run.expected.batch_size_histogram);
    expect(membership(detail)).toBe(run.expected.batch_membership_sha256);
    for (const [name, expected] of Object.entries(run.expected)) {
      if (typeof expected !== 'number' || ECHOES.has(name)) continue;
      expect(difference(metrics[name]!, expected), `${name}: ${metrics[name]}, expected ${expected}`).toBeLessThan(
        TOLERANCE,
      );
      if (/^num_|violations|^total_(output_)?tokens|(min|max)_batch_size/.test(name))
        expect(metrics[name], name).toBe(expected);
    }
    expectState(detail, run);
  });
});

/** Bins, caps and what the learners ended with. */
function expectState(detail: RunDetail, run: OracleRun): void {
  const { state } = run;
  if (state.bin_boundaries !== undefined) expect(detail.bins).toEqual(state.bin_boundaries);
  // multi_bin_only has caps in the reference, too, but does not use them.
  if (state.bin_b_max !== undefined && state.bin_b_max !== null && detail.learners.length > 0)
    expect(detail.caps).toEqual(state.bin_b_max);
  for (const [i, controller] of (state.controllers ?? []).entries()) {
    const learner: Readonly<Record<string, number>> = { ...detail.learners[i]! };
    for (const [name, expected] of Object.entries(controller)) {
      expect(difference(learner[name]!, expected), `controller ${i} ${name}`).toBeLessThan(TOLERANCE);
    }
  }
  for (const [i, batch] of state.first_batches.entries()) {
    expect([detail.gpu[i], detail.size[i]]).toEqual([batch.gpu, batch.size]);
    expect(difference(detail.start[i]!, batch.start)).toBeLessThan(TOLERANCE);
    expect(difference(detail.end[i]!, batch.end)).toBeLessThan(TOLERANCE);
  }
}

function difference(actual: number, expected: number): number {
  return actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);
}

/** SHA-256 over the batches in order of start: ids joined by commas, each batch ended by a semicolon. */
function membership(detail: RunDetail): string {
  const hash = createHash('sha256');
  for (let batch = 0; batch < detail.num_batches; batch++) {
    const first = detail.first[batch]!;
    hash.update(`${detail.order.subarray(first, first + detail.size[batch]!).join(',')};`);
  }
  return hash.digest('hex');
}

function checksums(detail: RunDetail): Readonly<Record<string, number>> {
  let sum_start = 0;
  let sum_completion = 0;
  let checksum_id_completion = 0;
  detail.request_batch.forEach((batch, id) => {
    if (batch < 0) return;
    sum_start += detail.request_start[id]!;
    sum_completion += detail.request_completion[id]!;
    checksum_id_completion += (id + 1) * detail.request_completion[id]!;
  });
  return { sum_start, sum_completion, checksum_id_completion };
}
