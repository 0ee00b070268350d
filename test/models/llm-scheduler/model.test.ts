import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { inputNotes, type Inputs } from '../../../src/models/llm-scheduler/input-notes.ts';
import { parseLatencyGrid } from '../../../src/models/llm-scheduler/latency-grid.ts';
import llmScheduler from '../../../src/models/llm-scheduler/model.ts';
import { METRICS, type Metrics } from '../../../src/models/llm-scheduler/outputs.ts';
import { PARAMETERS } from '../../../src/models/llm-scheduler/parameters.ts';
import { parseTrace, type Trace } from '../../../src/models/llm-scheduler/trace.ts';
import type { Model, Parameters, ParameterSpec, Row } from '../../../src/model/model.ts';
import { oracleRuns, sharedPath, type OracleConfig } from './oracle.ts';
import { permutation } from './streams.ts';

/** As the engine has it: any parameters, any row. */
const model: Model<Inputs> = llmScheduler;

/** What the engine would give: every default, then the changes. */
function resolve(changes: Parameters = {}): Parameters {
  const defaults = Object.entries(PARAMETERS as Readonly<Record<string, ParameterSpec>>).flatMap(([name, spec]) =>
    spec.default === undefined ? [] : [[name, spec.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...changes };
}

const csv = (rows: readonly string[]): Uint8Array =>
  new TextEncoder().encode(`timestamp,prompt,output,guess\n${rows.join('\n')}\n`);

/** 1,000 requests, one a second; row i has a prompt of i tokens. */
const ROWS = Array.from({ length: 1000 }, (_, i) => `${i},${i},${i % 7 === 0 ? 0 : 100 + (i % 50)},${i % 90}`);

let inputs: { trace?: Trace };
beforeEach(() => {
  inputs = { trace: parseTrace({ path: 't.csv', bytes: csv(ROWS) }) };
});

async function stateOf(changes: Parameters, given: typeof inputs) {
  const parameters = resolve(changes);
  expect(model.check!(parameters)).toEqual([]);
  expect(model.checkInputs!(parameters, given, [])).toEqual([]);
  return await model.prepare!({ parameters, inputs: given, streams: 'independent', shared: undefined, metrics: [] });
}

async function rows(changes: Parameters, given: typeof inputs, count = 3): Promise<Metrics[]> {
  const state = await stateOf(changes, given);
  return Array.from({ length: count }, (_, i) => {
    const row: Row = {};
    void model.simulate!(state, permutation(i), row);
    return row as Metrics;
  });
}

const small = { num_requests: 500, rps_scaling: 1 } as const;

describe('a permutation', () => {
  test('sets every metric; only those that may be missing are NaN', async () => {
    for (const given of [{}, inputs]) {
      const [row] = await rows(small, given);
      expect(row!.synthetic).toBe(given === inputs ? 0 : 1);
      expect(Object.keys(row!).sort()).toEqual(Object.keys(METRICS).sort());
      for (const [name, value] of Object.entries(row!))
        if (!/^load_factor|^capacity_m/.test(name)) expect(value, name).not.toBeNaN();
    }
  });

  test('is the same whatever ran before it in the thread', async () => {
    const state = await stateOf(small, {});
    const other = await stateOf({ num_requests: 700, scheduler_type: 'static_fifo' }, inputs);
    const one: Row = {};
    const two: Row = {};
    void model.simulate!(state, permutation(5), one);
    void model.simulate!(other, permutation(6), {});
    void model.simulate!(state, permutation(5), two);
    expect(two).toEqual(one);
  });

  test('draws a fresh synthetic workload; schedulers under the same stream see the same one', async () => {
    const [a, b] = await rows(small, {});
    expect(a!.offered_rps).not.toBe(b!.offered_rps);
    for (const scheduler_type of ['static_fifo', 'dynamic_no_bins', 'multi_bin_only']) {
      const [other] = await rows({ ...small, scheduler_type }, {});
      expect([other!.offered_rps, other!.total_tokens, other!.prediction_correlation]).toEqual([
        a!.offered_rps,
        a!.total_tokens,
        a!.prediction_correlation,
      ]);
    }
  });

  test('components have streams of their own: other arrivals leave the lengths as they are', async () => {
    const [poisson] = await rows({ ...small, arrival_process: 'poisson' }, {});
    const [bursts] = await rows({ ...small, arrival_process: 'on_off' }, {});
    expect(bursts!.total_tokens).toBe(poisson!.total_tokens);
    expect(bursts!.offered_rps).not.toBe(poisson!.offered_rps);
  });

  test('service noise varies the service times only; without it they do not depend on the stream', async () => {
    const quiet = await rows({ ...small, prediction: 'actual_output' }, inputs);
    expect(quiet[1]).toEqual(quiet[0]);
    const noisy = await rows({ ...small, prediction: 'actual_output', service_noise: 0.3 }, inputs);
    expect(noisy[1]!.avg_service_time).not.toBe(noisy[0]!.avg_service_time);
    expect(noisy[0]!.total_tokens).toBe(quiet[0]!.total_tokens);
  });

  test('in profile reference the predictions follow the parameter seed, not the stream', async () => {
    const [one, two] = await rows({ ...small, profile: 'reference', seed: 42 }, inputs);
    expect(two).toEqual(one);
    const [other] = await rows({ ...small, profile: 'reference', seed: 43 }, inputs);
    expect(other!.prediction_correlation).not.toBe(one!.prediction_correlation);
    const [corrected, again] = await rows(small, inputs);
    expect(again!.prediction_correlation).not.toBe(corrected!.prediction_correlation);
  });
});

describe('the window of the trace', () => {
  const base = { ...small, num_requests: 10, scheduler_type: 'static_fifo', num_gpus: 100, static_batch: 1 } as const;

  test('first: the first rows; a shorter trace says how many there were', async () => {
    const [row] = await rows(base, inputs);
    expect(row!.total_tokens - row!.total_output_tokens).toBe(45);
    const [all] = await rows({ ...base, num_requests: 5000 }, inputs);
    expect(all!.num_requests_actual).toBe(1000);
  });

  test('random, reject: consecutive rows, never past the end; every start is drawn', async () => {
    const starts = (await rows({ ...base, num_requests: 998, window: 'random' }, inputs, 40)).map(
      (row) => (row.total_tokens - row.total_output_tokens - (997 * 998) / 2) / 998,
    );
    expect(new Set(starts)).toEqual(new Set([0, 1, 2]));
  });

  test('random, wrap: goes on at the beginning, one mean gap later', async () => {
    const all = await rows({ ...base, num_requests: 1000, window: 'random', window_end: 'wrap' }, inputs, 5);
    for (const row of all) {
      expect(row.total_tokens - row.total_output_tokens).toBe((999 * 1000) / 2);
      expect(row.offered_rps).toBeCloseTo(1, 9);
    }
    for (const row of all) expect(row.max_latency).toBeCloseTo(all[0]!.max_latency, 9);
  });

  test('drop_unanswered leaves out the rows without output', async () => {
    const [row] = await rows({ ...base, num_requests: 1000, drop_unanswered: true }, inputs);
    expect(row!.num_requests_actual).toBe(1000 - 143);
  });

  test('sample_for_bins takes the bins from the first rows of the trace, simulated or not', async () => {
    const binned = {
      ...base,
      scheduler_type: 'multi_bin_only',
      k_bins: 4,
      prediction: 'column',
      prediction_column: 'guess',
    };
    const binsOf = async (changes: Parameters) => {
      const state = await stateOf({ ...binned, ...changes }, inputs);
      return [...model.trace!(state, permutation(0))].slice(1, 5);
    };
    const ofSample = ['0 to 22', '22 to 44', '44 to 66', '66 to 10000'].map(
      (range, i) => `bin ${i}: predicted ${range} tokens`,
    );
    expect(await binsOf({ num_requests: 90 })).toEqual(ofSample);
    expect(await binsOf({ sample_for_bins: 90 })).toEqual(ofSample);
    expect(await binsOf({ sample_for_bins: 90, num_requests: 1000 })).toEqual(ofSample);
    expect(await binsOf({})).not.toEqual(ofSample);
    const [few, more] = [await rows({ ...binned, sample_for_bins: 90 }, inputs, 1), await rows(binned, inputs, 1)];
    expect(few[0]!.total_tokens).toBe(more[0]!.total_tokens);
    expect(few[0]!.num_completed).toBe(10);
  });

  test('target_rps sets the rate of the rows taken', async () => {
    const [row] = await rows({ ...base, target_rps: 7 }, inputs);
    expect(row!.offered_rps).toBeCloseTo(7, 9);
  });

  test('an unsorted trace is sorted by arrival, ties in file order', async () => {
    const shuffled = ROWS.slice(0, 10).reverse();
    const [row] = await rows(base, { trace: parseTrace({ path: 't.csv', bytes: csv(shuffled) }) });
    const [sorted] = await rows(base, inputs);
    expect(row!.offered_rps).toBe(sorted!.offered_rps);
    expect(row!.avg_latency).toBeCloseTo(sorted!.avg_latency, 9);
  });
});

describe('the declaration', () => {
  test('no metric has the name of a parameter', () => {
    for (const name of Object.keys(METRICS)) expect(PARAMETERS).not.toHaveProperty(name);
  });

  test.each([
    [{ batch_min: 9, batch_max: 8 }, 'batch_min'],
    [{ dispatch: 'full_or_timeout' }, 'dispatch'],
    [{ gpu_memory: 5 }, 'gpu_memory'],
    [
      {
        k_bins: 4,
        bin_boundaries: [
          [0, 100],
          [100, 200],
        ],
      },
      'k_bins',
    ],
    [{ k_bins: 1, bin_boundaries: [[100, 0]] }, 'bin_boundaries'],
    [{ target_rps: 3, use_real_timestamps: true }, 'target_rps'],
  ])('%o is refused, naming %s', (changes, parameter) => {
    expect(model.check!(resolve(changes as Parameters)).map((problem) => problem.parameter)).toEqual([parameter]);
  });

  test('a prediction column must be there and hold whole numbers', () => {
    const check = (prediction_column: string, given: typeof inputs): readonly string[] =>
      model.checkInputs!(resolve({ prediction: 'column', prediction_column }), given, []);
    expect(check('guess', inputs)).toEqual([]);
    expect(check('guess', {})[0]).toContain('needs the input trace');
    expect(check('gues', inputs)[0]).toContain('choose one of guess');
    const text = { trace: parseTrace({ path: 't.csv', bytes: csv(['0,1,2,x']) }) };
    expect(check('guess', text)[0]).toContain('line 2 holds "x"');
  });
});

test('replay tells a run batch by batch', async () => {
  const state = await stateOf({ ...small, num_requests: 3, k_bins: 2 }, inputs);
  const lines = [...model.trace!(state, permutation(0))];
  expect(lines[0]).toMatch(/^3 requests, \d batches, 0 refused, 0 unserved$/);
  expect(lines.some((line) => line.includes('GPU 0 starts 1'))).toBe(true);
});

describe('capacity', () => {
  const asked = { num_requests: 1500, find_capacity: true } as const;

  test('more GPUs carry a higher rate; the bracket is 1 % wide, and the rate that is met is met', async () => {
    const [one, four] = [await rows({ ...asked, num_gpus: 1 }, {}), await rows({ ...asked, num_gpus: 4 }, {})];
    for (const [i, { capacity_met_rps, capacity_missed_rps }] of one.entries()) {
      expect(capacity_missed_rps / capacity_met_rps).toBeLessThanOrEqual(1.0101);
      expect(capacity_missed_rps).toBeGreaterThan(capacity_met_rps);
      expect(four[i]!.capacity_met_rps).toBeGreaterThan(2 * capacity_missed_rps);
      const at = async (target_rps: number) => (await rows({ ...asked, num_gpus: 1, target_rps }, {}))[i]!;
      expect((await at(capacity_met_rps)).sla_violation_rate_request).toBeLessThanOrEqual(0.05);
      expect((await at(capacity_missed_rps)).sla_violation_rate_request).toBeGreaterThan(0.05);
    }
  });

  test('looking for it changes no other metric, and service noise is the same at every rate', async () => {
    const noisy = { ...small, service_noise: 0.3 } as const;
    const [plain, looked] = [await rows(noisy, inputs), await rows({ ...noisy, find_capacity: true }, inputs)];
    for (const [i, { capacity_met_rps, capacity_missed_rps, ...rest }] of looked.entries()) {
      const { capacity_met_rps: none, capacity_missed_rps: neither, ...expected } = plain[i]!;
      expect(rest).toEqual(expected);
      expect([none, neither]).toEqual([NaN, NaN]);
      expect(capacity_missed_rps).toBeGreaterThan(capacity_met_rps);
    }
  });

  test('says where no rate meets the SLA, none misses it, or there is no rate', async () => {
    const of = async (changes: Parameters, given: typeof inputs = {}) => {
      const [{ capacity_met_rps, capacity_missed_rps } = { capacity_met_rps: 0, capacity_missed_rps: 0 }] = await rows(
        { ...asked, ...changes },
        given,
        1,
      );
      return [capacity_met_rps, capacity_missed_rps];
    };
    expect((await of({ d_sla_request: 0.01 }))[0]).toBe(0);
    expect((await of({ d_sla_request: 1e9 }))[1]).toBe(Infinity);
    const together = { trace: parseTrace({ path: 't.csv', bytes: csv(['5,10,10,1', '5,10,10,1']) }) };
    expect(await of({}, together)).toEqual([NaN, NaN]);
  });
});

test('notes say which workload it is, and what a latency grid was fitted to', () => {
  expect(inputNotes({})).toEqual([{ code: 'SYNTHETIC_WORKLOAD', message: 'no trace: synthetic workload' }]);
  expect(inputNotes(inputs)).toEqual([
    {
      code: 'TRACE',
      message:
        'trace t.csv: 1000 requests, 1.00 a second as stamped; 143 without output (drop_unanswered leaves them out)',
    },
  ]);
  const text = 'batch_size,max_seq_len,mean_latency_sec\n1,100,1.1\n1,200,2.1\n2,100,1.35\n2,200,2.6\n';
  const latency_grid = parseLatencyGrid({ path: 'g.csv', bytes: new TextEncoder().encode(text) });
  expect(inputNotes({ latency_grid })[1]?.message).toBe(
    'latency_grid: alpha 0.100000 s, beta 0.0100000 s/token, gamma 0.500000; R^2 1.00000, worst cell 0.0 % off',
  );
  expect(model.notes!({}, [], { streams: 'independent', metrics: [] })).toEqual(inputNotes({}));
});

const workloads = sharedPath('data/llm/workloads/azure_conv.csv');
const traced = oracleRuns().filter((_, i) => i % 10 === 0);
describe.skipIf(workloads === undefined)(
  'as a model, from the trace file with its prediction column (needs ../shared)',
  () => {
    test.each(traced)('$id', async ({ config, expected }) => {
      const bytes = readFileSync(sharedPath(`data/llm/workloads/${config.trace}.csv`)!);
      const [row] = await rows(parametersOf(config), { trace: parseTrace({ path: config.trace, bytes }) }, 1);
      for (const [name, value] of Object.entries(expected)) {
        if (typeof value !== 'number' || !(name in row!)) continue;
        expect(Math.abs(row![name as keyof Metrics] - value), name).toBeLessThanOrEqual(1e-9 * Math.abs(value));
      }
    });
  },
);

/** The oracle's configuration in the study's own words. */
function parametersOf(config: OracleConfig): Parameters {
  return {
    profile: 'reference',
    scheduler_type: config.scheduler_type,
    num_requests: config.num_requests,
    num_gpus: config.num_gpus,
    k_bins: config.k_bins,
    rps_scaling: config.rps_scaling,
    use_real_timestamps: config.use_real_timestamps,
    d_sla_token: config.d_sla_token_s,
    d_sla_request: config.d_sla_request_s,
    latency_epsilon: config.latency_epsilon_s,
    batch_max: config.b_max,
    fixed_batch: config.b_fixed,
    gpu_memory: config.m_max_gb,
    bin_selection: config.bin_policy,
    latency: config.calibrated ? 'grid_fit' : 'uncalibrated',
    ...(config.bin_boundaries !== null && { bin_boundaries: config.bin_boundaries }),
    ...(config.prediction === 'power_law'
      ? { prediction: 'column', prediction_column: `pred_seed${config.seed}` }
      : { prediction: config.prediction }),
  };
}
