import { describe, expect, test } from 'vitest';

import type { Model, Parameters } from '../../../src/model/model.ts';
import submitQueue, { type SubmitQueueInputs } from '../../../src/models/submit-queue/model.ts';
import { settingsOf } from '../../../src/models/submit-queue/parameters.ts';
import { createReplicate } from '../../../src/models/submit-queue/replicate.ts';
import { runReplicate } from '../../../src/models/submit-queue/run-replicate.ts';
import type { SubmitQueueRow } from '../../../src/models/submit-queue/single-run.ts';
import { checkModel } from '../../../src/study/check-model.ts';
import { shared_folder, sharedFile, WITHOUT_SHARED } from './shared-data.ts';
import { streamOf } from './streams-of.ts';

/** As the engine has it: any parameters, any row. */
const model: Model<SubmitQueueInputs> = submitQueue;

function cell(parameters: Parameters, csv?: Uint8Array): (perm: number) => SubmitQueueRow {
  const inputs = csv ? model.load!({ history: { path: 'history.csv', bytes: csv } }) : {};
  if (inputs instanceof Promise) throw new Error('the history is read synchronously');
  const mode = csv ? 'csv' : 'random';
  const all = { mode, ...model.defaultsFrom!(inputs), ...parameters };
  const state = model.prepare!({ parameters: all, inputs, streams: 'independent', shared: undefined, metrics: [] });
  if (state instanceof Promise) throw new Error('a cell is prepared synchronously');
  return (perm) => {
    const row: Record<string, number> = {};
    void model.simulate!(state, streamOf(99, perm), row);
    return row as SubmitQueueRow;
  };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const HEADER = 'change_number,target,creation_time_millis,success,flake,timestamp,hour,is_bad';
const SAMPLE = sampleHistory();

/** Ten changes on two targets in three hours, made by hand after the description of the specification. */
function sampleHistory(): Uint8Array {
  const failing = new Set([3, 7]);
  const rows = Array.from({ length: 10 }, (_, i) => i + 1).flatMap((change) =>
    ['a', 'b'].map((target) => {
      const fails = failing.has(change) && (target === 'a' || change === 3);
      const flaky = (target === 'a' && (change === 4 || change === 8)) || (target === 'b' && change === 10);
      return [change, target, change * 1_000_000, !fails, flaky, 0, 0, failing.has(change)].join(',');
    }),
  );
  return bytes([HEADER, ...rows].join('\n'));
}

describe('the submit queue, exactly', () => {
  test('the model follows the interface', () => {
    expect(checkModel(model, 'submit-queue')).toBe(model);
  });

  test('without culprits every change waits one tick, all tests gate and nothing fails', () => {
    const row = cell({ culprit_prob: 0 })(0);
    expect(row).toMatchObject({
      landings: 1_008_000,
      rejections: 0,
      reference_wait_time_min: 1,
      reference_wait_time_max: 1,
      reference_slowdown: 1,
      reference_active_tests: 32,
      reference_mb_pass_rate: 1,
      slowdown: 1,
      latency_hours_mean: 4,
      latency_hours_p99: 4,
      innocents_delayed: 0,
      mean_active_tests: 32,
    });
  });

  test('a history of successes lands every change at once', () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i},t${i % 3},${i * 1_000_000},true,false,0,0,false`);
    const row = cell({}, bytes(rows.join('\n')))(0);
    expect(row).toMatchObject({ reference_culprits_caught: 0, reference_innocent_flagged: 0, innocents_delayed: 0 });
    expect(row.landings).toBe(row.arrived);
    expect(row.in_flight).toBe(0);
    expect(row.latency_hours_mean).toBe(1);
  });

  const sample_of = (csv: Uint8Array): void => {
    const replicate = cell({}, csv);
    let three_landed = 0;
    for (let perm = 0; perm < 2000; perm++) {
      const row = replicate(perm);
      expect(row).toMatchObject({
        reference_culprits_created: 2,
        reference_culprits_caught: 0,
        reference_innocent_flagged: 0,
        verifications_started: 7,
        batch_runs: 4,
        reference_max_queue_depth: 4,
        reference_active_tests: 2,
        reference_slowdown: Infinity,
      });
      if (row.landings > 0) three_landed++;
      expect([row.landings, row.reference_max_verify_queue]).toEqual(row.landings > 0 ? [3, 7] : [0, 10]);
      expect(row.slowdown).toSatisfy((slowdown: number) =>
        row.landings > 0 ? slowdown === 10 / 3 : Number.isNaN(slowdown),
      );
    }
    // 1/4, within 4 standard errors.
    expect(Math.abs(three_landed / 2000 - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / 2000));
  };
  test('ten changes in three hours: three land if two flaky ones pass together, else none', () => {
    sample_of(SAMPLE);
  });
  test.skipIf(shared_folder === undefined)(`the same for the published sample (${WITHOUT_SHARED})`, () => {
    sample_of(sharedFile('data', 'submit-queue', 'test_data.csv'));
  });

  const short = { priming_ticks: 24, measure_ticks: 96, traffic: 3 };

  test('generates culprits and soft changes as often as their probabilities say, for any suite and traffic', () => {
    const expected = (ntests: number): { culprit: number; soft: number } => {
      const power = (p: number): number => Array.from({ length: ntests }).reduce<number>((product) => product * p, 1);
      return {
        culprit: 0.1 * (1 - power(1 - 0.32 * 0.05)),
        soft: 0.1 * (power(1 - 0.32 * 0.05) - power(1 - 0.5 * 0.05)),
      };
    };
    for (const [ntests, traffic] of [
      [8, 16],
      [32, 4],
      [128, 8],
    ] as const) {
      const settings = settingsOf({
        mode: 'random',
        culprit_prob: 0.1,
        ntests,
        traffic,
        priming_ticks: 0,
        measure_ticks: 600,
      });
      const { counters } = runReplicate(createReplicate(settings, undefined), streamOf(31, ntests)).queue;
      const within = (count: number, p: number): void => {
        const { arrivals } = counters;
        expect(Math.abs(count / arrivals - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / arrivals));
      };
      within(counters.arrivals_culprit, expected(ntests).culprit);
      within(counters.arrivals_soft, expected(ntests).soft);
    }
  });

  test('a replicate does not depend on what ran before it on the same state', () => {
    const forwards = cell(short);
    const backwards = cell(short);
    const first = [0, 1, 2, 3].map((perm) => forwards(perm));
    const second = [3, 2, 1, 0].map((perm) => backwards(perm)).reverse();
    expect(second).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
  });

  test('every declared metric is set, and undefined only where it may be missing', () => {
    for (const row of [cell(short)(0), cell({ ...short, culprit_prob: 0, traffic: 0 })(0), cell({}, SAMPLE)(1)]) {
      expect(Object.keys(row).sort()).toEqual(Object.keys(model.metrics).sort());
      for (const [name, value] of Object.entries(row)) {
        const { missing, infinite } = model.metrics[name]!;
        if (!Number.isFinite(value)) expect(Number.isNaN(value) ? missing : infinite, name).toBe(true);
      }
    }
  });

  test('the four cells of the confusion matrix are the landings and rejections', () => {
    const row = cell({ ...short, culprit_prob: 0.1, verify_latency: 2 })(0);
    expect(row.tp + row.fp).toBe(row.rejections);
    expect(row.fn + row.tn).toBe(row.landings);
    expect(row.recall + row.miss_rate).toBeCloseTo(1, 12);
    expect(row.tp).toBeGreaterThan(0);
  });

  test('a history shorter than the warm-up fills the reference counters, but none of its measured sums', () => {
    const row = cell({}, SAMPLE)(0);
    expect(row.reference_avg_queue_size).toBe(0);
    expect(row.reference_slowdown).toBe(Infinity);
    expect(row.measured_ticks).toBe(3);
    expect(row.arrived).toBe(10);
  });
});

describe('the switches of the submit queue', () => {
  const short = { priming_ticks: 24, measure_ticks: 240, traffic: 8 };

  test('cap_batches plans no more batches than there are resources', () => {
    expect(cell({ ...short, cap_batches: true })(0).slot_demand_max).toBeLessThanOrEqual(1);
    expect(cell(short)(0).slot_demand_max).toBeGreaterThan(1);
  });

  test('singleton: once runs a lone change once', () => {
    const lone = bytes(`1,t,0,true,false,0,0,false`);
    expect(cell({ singleton: 'once' }, lone)(0).batch_runs).toBe(1);
    expect(cell({}, lone)(0).batch_runs).toBe(12);
  });

  test('repair: instant leaves no broken test, lagged does', () => {
    expect(cell({ ...short, culprit_prob: 0.1 })(0).mean_broken_tests).toBe(0);
    expect(cell({ ...short, culprit_prob: 0.1, repair: 'lagged' })(0).mean_broken_tests).toBeGreaterThan(0);
  });

  test('replacement: clean sends no second culprit and counts the rework into the wait', () => {
    const failing = bytes(`1,t,0,false,false,0,0,true\n2,t,${40 * 3_600_000},true,false,0,0,false`);
    const quick = { verify_latency: 1, fix_delay: 3, priming_ticks: 0, corrected_priming_ticks: 0 };
    const clean = cell({ ...quick, replacement: 'clean' }, failing)(0);
    expect(clean).toMatchObject({ landings: 2, rejections: 1, culprits_created: 1, label_tp: 1, label_fp: 0 });
    // Suspected at 0, verified from 1 to 2, fixed until 5: the wait of 5 ticks is that of the first creation.
    expect(clean.latency_hours_mean).toBe((5 + 1 + 0 + 1) / 2);
    expect(clean.latency_total_hours_mean).toBe(clean.latency_hours_mean);

    const generated = cell({ ...quick, culprit_prob: 0 }, failing)(0);
    expect(generated.latency_hours_mean).toBe(1);
    expect(generated.latency_total_hours_mean).toBe(clean.latency_total_hours_mean);
  });

  test('arrivals: poisson varies what is offered around the same mean', () => {
    const rows = Array.from({ length: 20 }, (_, perm) =>
      cell({ ...short, culprit_prob: 0, arrivals: 'poisson' })(perm),
    );
    const offered = rows.map((row) => row.arrived + row.suppressed_arrivals);
    const expected = 240 * 25 * 8;
    const mean = offered.reduce((sum, n) => sum + n, 0) / offered.length;
    expect(new Set(offered).size).toBeGreaterThan(10);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(expected / offered.length));
  });

  test('drain_ticks lets what is in flight at the end of a history finish', () => {
    const drained = cell({ drain_ticks: 400, culprit_prob: 0 }, SAMPLE)(0);
    expect(drained.in_flight).toBe(0);
    expect(drained.arrived + drained.replacements).toBe(drained.landings + drained.rejections);
  });

  test('back-pressure divides arrivals by 2, 4 and 8; what is held back is lost', () => {
    const jam = { ...short, maxbatch: 1, culprit_prob: 0, bp_threshold_1: 1, bp_threshold_2: 2, bp_threshold_3: 3 };
    const row = cell(jam)(0);
    expect(row.arrived / (row.arrived + row.suppressed_arrivals)).toBeCloseTo(1 / 8, 2);
  });
});
