import { describe, expect, test } from 'vitest';

import type { Course, Model, Parameters, ParameterSpec, Row } from '../../../src/model/model.ts';
import { courseOf, courseStep } from '../../../src/models/llm-scheduler/course.ts';
import { settingsOf } from '../../../src/models/llm-scheduler/configure.ts';
import llmScheduler from '../../../src/models/llm-scheduler/model.ts';
import { PARAMETERS, type SchedulerParameters } from '../../../src/models/llm-scheduler/parameters.ts';
import { isDynamic } from '../../../src/models/llm-scheduler/settings.ts';
import { run } from '../../../src/models/llm-scheduler/simulate.ts';
import type { Workload } from '../../../src/models/llm-scheduler/workload.ts';
import { simulateRun, workspaceFor } from './run-detail.ts';
import { permutation } from './streams.ts';

const model: Model = llmScheduler;
const DEFAULTS = Object.fromEntries(
  Object.entries(PARAMETERS as Readonly<Record<string, ParameterSpec>>).flatMap(([name, spec]) =>
    spec.default === undefined ? [] : [[name, spec.default] as const],
  ),
);
const CONFIGURATIONS: readonly Parameters[] = [
  { num_requests: 400, rps_scaling: 1, num_gpus: 3 },
  { num_requests: 400, scheduler_type: 'static_fifo' },
  { num_requests: 300, scheduler_type: 'multi_bin_only', dispatch: 'full_or_timeout', rps_scaling: 2 },
  { num_requests: 300, lengths: 'burstgpt', arrival_process: 'gamma_burst', rps_scaling: 1, service_noise: 0.3 },
];

function workloadOf(lengths: readonly number[], arrival: readonly number[]): Workload {
  const count = lengths.length;
  const of = (value: number): Int32Array => new Int32Array(count).fill(value);
  return {
    count,
    arrival: Float64Array.from(arrival),
    prompt: Int32Array.from(lengths),
    output: of(50),
    predicted: of(50),
  };
}

function settingsFor(changes: Parameters) {
  return settingsOf({ ...DEFAULTS, ...changes } as unknown as SchedulerParameters, undefined);
}

function stateOf(changes: Parameters): unknown {
  const parameters = { ...DEFAULTS, ...changes };
  return model.prepare!({ parameters, inputs: {}, streams: 'independent', shared: undefined, metrics: [] });
}

function courses(state: unknown, n = 3): Course[] {
  return Array.from({ length: n }, (_, i) => model.path!(state, permutation(i)));
}

describe('the course of a run', () => {
  test('says at each time what became of every request by then, as a count of them says it', () => {
    const lengths = Array.from({ length: 60 }, (_, i) => 50 + ((i * 37) % 400));
    const arrival = lengths.map((_, i) => i * 0.05);
    for (const changes of [
      { scheduler_type: 'static_fifo', num_gpus: 2 },
      { scheduler_type: 'multi_bin_only', dispatch: 'full_or_timeout', num_gpus: 2, k_bins: 3, fixed_batch: 7 },
      { num_gpus: 3, k_bins: 2 },
    ]) {
      const settings = settingsFor(changes);
      // Two that can never be served are refused.
      const workload = workloadOf([...lengths, 900_000, 900_000], [...arrival, 3, 3]);
      const detail = simulateRun(workload, settings);
      expect(detail.num_rejected).toBe(isDynamic(settings.scheduler_type) ? 2 : 0);
      const workspace = workspaceFor(workload.count);
      const course = courseOf(workload, run(workload, settings, workspace), workspace.queueOf, 0.1);
      expect(course.at.length).toBeGreaterThan(30);
      Array.from(course.at).forEach((time, k) => {
        const is_waiting = (i: number): boolean =>
          detail.request_queue[i] !== -1 && workload.arrival[i]! <= time && !(detail.request_start[i]! <= time);
        const waiting = Array.from({ length: workload.count }, (_, i) => i).filter(is_waiting).length;
        expect(course.values['requests waiting']![k], `${time} s`).toBe(waiting);
        const busy = Array.from(detail.start).filter((start, b) => start <= time && detail.end[b]! > time).length;
        expect(course.values['busy GPUs [share]']![k], `${time} s`).toBe(busy / settings.num_gpus);
      });
    }
  });

  test.each(CONFIGURATIONS)(
    'of %o is that of the row: it ends when the row says, and the GPUs were busy as long',
    async (changes) => {
      const state = await stateOf(changes);
      for (const [i, { at, values }] of courses(state).entries()) {
        const row: Row = {};
        void model.simulate!(state, permutation(i), row);
        const step = at[1]! - at[0]!;
        const total_time = row['total_time']!;
        expect(
          at[at.length - 1]! - total_time,
          'the first time at which nothing is served any more',
        ).toBeGreaterThanOrEqual(0);
        expect(at[at.length - 1]! - total_time).toBeLessThan(step * 1.0001);
        expect(values['requests waiting']![at.length - 1]).toBe(row['num_unserved']);
        const busy = Array.from(values['busy GPUs [share]']!);
        expect(busy.at(-1)).toBe(0);
        const mean = busy.reduce((sum, value) => sum + value, 0) / (busy.length - 1);
        expect(mean).toBeCloseTo(row['gpu_avg_utilization']!, 1);
      }
    },
  );

  test('changes no row, and follows from the permutation alone', async () => {
    const [state, other] = [await stateOf(CONFIGURATIONS[0]!), await stateOf(CONFIGURATIONS[0]!)];
    const [before, after]: Row[] = [{}, {}];
    void model.simulate!(state, permutation(1), before!);
    const first = courses(state);
    void model.simulate!(state, permutation(1), after!);
    expect(after).toEqual(before);
    expect(courses(other)).toEqual(first);
    // By itself, after nothing.
    expect(model.path!(await stateOf(CONFIGURATIONS[0]!), permutation(2))).toEqual(first[2]);
  });

  test('permutations of a cell are looked at at the same times, some hundred of them, whatever the load', async () => {
    for (const rps_scaling of [0.01, 1, 200]) {
      const [a, b] = courses(await stateOf({ num_requests: 400, rps_scaling, num_gpus: 2 }));
      const n = Math.min(a!.at.length, b!.at.length);
      expect(n).toBeGreaterThan(60);
      expect(n).toBeLessThan(600);
      expect(Array.from(a!.at).slice(0, n)).toEqual(Array.from(b!.at).slice(0, n));
    }
  });
});

test('times are round', () => {
  expect([0, 1, 123, 299, 4500, 0.07].map(courseStep)).toEqual([1, 0.01, 1, 2, 20, 0.0005]);
});
