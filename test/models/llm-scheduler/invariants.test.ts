import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../../src/models/llm-scheduler/defaults.ts';
import { serviceTime } from '../../../src/models/llm-scheduler/latency-model.ts';
import { fits } from '../../../src/models/llm-scheduler/memory.ts';
import { computeMetrics } from '../../../src/models/llm-scheduler/metrics.ts';
import { isDynamic, SCHEDULERS, usesBins, type Settings } from '../../../src/models/llm-scheduler/settings.ts';
import { simulateRun, workspaceFor, type RunDetail } from './run-detail.ts';
import { run } from '../../../src/models/llm-scheduler/simulate.ts';
import type { Workload } from '../../../src/models/llm-scheduler/workload.ts';
import { Workspace } from '../../../src/models/llm-scheduler/workspace.ts';

/** Arrivals on a grid of 1/8 s, so that ties are frequent and scaling by powers of two is exact. */
const workloads = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 160 })),
      prompt: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 45_000 })),
      output: fc.integer({ min: 0, max: 2000 }),
      predicted: fc.oneof(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 0, max: 50_000 })),
    }),
    { maxLength: 80 },
  )
  .map((requests): Workload => {
    let now = 0;
    return {
      count: requests.length,
      arrival: Float64Array.from(requests, ({ gap }) => (now += gap / 8)),
      prompt: Int32Array.from(requests, ({ prompt }) => prompt),
      output: Int32Array.from(requests, ({ output }) => output),
      predicted: Int32Array.from(requests, ({ predicted }) => predicted),
    };
  });

const settings = fc
  .record({
    profile: fc.constantFrom('reference', 'corrected' as const),
    scheduler_type: fc.constantFrom(...SCHEDULERS),
    num_gpus: fc.constantFrom(1, 2, 3, 40),
    k_bins: fc.integer({ min: 1, max: 6 }),
    batch_min: fc.integer({ min: 1, max: 3 }),
    batch_max: fc.integer({ min: 3, max: 40 }),
    max_candidates: fc.integer({ min: 1, max: 40 }),
    static_batch: fc.integer({ min: 1, max: 9 }),
    fixed_batch: fc.integer({ min: 1, max: 9 }),
    d_sla_token: fc.constantFrom(0.0058, 0.007, 0.01),
    latency_epsilon: fc.constantFrom(0, 0.0005),
    decode_floor: fc.constantFrom('cluster', 'none' as const),
    bin_cap: fc.constantFrom('midpoint4096', 'observed', 'none' as const),
    controller_rule: fc.constantFrom('ratchet', 'published' as const),
    controller_clock: fc.constantFrom('attempt', 'completion' as const),
    safety_rule: fc.constantFrom('fraction', 'clt' as const),
    oversize: fc.constantFrom('block', 'reject' as const),
    below_first_bin: fc.constantFrom('last', 'first' as const),
    ttft_rule: fc.constantFrom('constant', 'from_arrival' as const),
    bin_selection: fc.constantFrom('round_robin', 'longest_queue' as const),
    bin_boundaries: fc.constantFrom(undefined, [
      [100, 400],
      [300, 900],
      [900, 20_000],
    ] as const),
    timed: fc.boolean(),
    max_wait: fc.constantFrom(0, 0.5, 40),
  })
  .map(({ profile, timed, ...choice }): Settings => {
    const base = { ...defaultSettings(profile), ...choice };
    const k_bins = choice.bin_boundaries?.length ?? choice.k_bins;
    const dispatch = timed && !isDynamic(choice.scheduler_type) ? 'full_or_timeout' : 'immediate';
    return { ...base, k_bins, dispatch };
  });

const both = fc.tuple(workloads, settings);

/** A law of any run. */
function law(title: string, check: (detail: RunDetail, workload: Workload, settings: Settings) => void): void {
  test(title, () => {
    fc.assert(
      fc.property(both, ([workload, chosen]) => {
        check(simulateRun(workload, chosen), workload, chosen);
      }),
      { numRuns: 300 },
    );
  });
}

function members(detail: RunDetail, batch: number): number[] {
  const first = detail.first[batch]!;
  return [...detail.order.subarray(first, first + detail.size[batch]!)];
}

function batchNumbers(detail: RunDetail): number[] {
  return Array.from({ length: detail.num_batches }, (_, batch) => batch);
}

const total = (workload: Workload, i: number): number => workload.prompt[i]! + workload.output[i]!;

describe('laws of every run, any scheduler and switch', () => {
  law('completed + unserved + rejected = arrivals, and nobody is served twice', (detail, workload) => {
    const served = batchNumbers(detail).flatMap((batch) => members(detail, batch));
    expect(new Set(served).size).toBe(served.length);
    expect(served.length + detail.num_unserved + detail.num_rejected).toBe(workload.count);
    expect(detail.num_rejected).toBe(detail.request_queue.filter((queue) => queue < 0).length);
  });

  law('no two batches overlap on a GPU', (detail) => {
    const free = new Map<number, number>();
    for (const batch of batchNumbers(detail)) {
      const gpu = detail.gpu[batch]!;
      expect(detail.start[batch]).toBeGreaterThanOrEqual(free.get(gpu) ?? 0);
      free.set(gpu, detail.end[batch]!);
    }
  });

  law('a queue is first come first served', (detail) => {
    const last = new Map<number, number>();
    detail.request_queue.forEach((queue, request) => {
      const start = detail.request_start[request]!;
      // Once one is unserved, so is everyone behind it.
      const earlier = last.get(queue) ?? 0;
      if (queue >= 0) expect(Number.isNaN(earlier) ? Number.isNaN(start) : !(start < earlier)).toBe(true);
      last.set(queue, start);
    });
  });

  law('batch sizes stay within their bounds', (detail, _, chosen) => {
    for (const batch of batchNumbers(detail)) {
      const size = detail.size[batch]!;
      const queue = detail.request_queue[members(detail, batch)[0]!]!;
      expect(size).toBeGreaterThanOrEqual(1);
      const most = {
        static_fifo: chosen.static_batch,
        multi_bin_only: Math.min(chosen.fixed_batch, chosen.max_candidates),
        dynamic_no_bins: Math.min(chosen.batch_max, chosen.max_candidates),
        multi_bin_dynamic: Math.min(detail.caps[queue] ?? 0, chosen.max_candidates),
      }[chosen.scheduler_type];
      expect(size).toBeLessThanOrEqual(most);
    }
  });

  law(
    'a batch holds requests of one queue, and of dynamic schedulers passes the hard memory check',
    (detail, workload, chosen) => {
      for (const batch of batchNumbers(detail)) {
        const requests = members(detail, batch);
        expect(new Set(requests.map((i) => detail.request_queue[i])).size).toBe(1);
        const tokens = requests.reduce((sum, i) => sum + total(workload, i), 0);
        if (isDynamic(chosen.scheduler_type)) expect(fits(chosen, tokens)).toBe(true);
      }
    },
  );

  law('a batch takes its service time, and nobody starts before arriving', (detail, workload, chosen) => {
    for (const batch of batchNumbers(detail)) {
      const requests = members(detail, batch);
      const longest = Math.max(...requests.map((i) => total(workload, i)));
      const service = serviceTime(chosen.latency, requests.length, longest);
      expect(detail.end[batch]).toBe(detail.start[batch]! + service);
      for (const i of requests) expect(detail.start[batch]).toBeGreaterThanOrEqual(workload.arrival[i]!);
    }
  });

  law('the GPUs are not busier than time allows', (detail, _, chosen) => {
    const busy = detail.busy.reduce((sum, time) => sum + time, 0);
    const last = Math.max(0, ...detail.end);
    expect(busy).toBeLessThanOrEqual(chosen.num_gpus * last * (1 + 1e-12));
  });

  law('no GPU idles while a request that fits waits', (detail, workload, chosen) => {
    const isFair =
      chosen.dispatch === 'immediate' && (chosen.oversize === 'reject' || !isDynamic(chosen.scheduler_type));
    if (!isFair) return;
    const gaps = idleGaps(detail, chosen.num_gpus);
    detail.request_batch.forEach((batch, i) => {
      if (batch < 0) return;
      const [from, to] = [workload.arrival[i]!, detail.request_start[i]!];
      const idle = gaps.find(([start, end]) => Math.min(end, to) > Math.max(start, from));
      expect(idle, `request ${i} waits ${from} to ${to}`).toBeUndefined();
    });
  });

  law('metrics are finite unless they may be missing, and shares stay within 0 and 1', (detail, workload, chosen) => {
    const metrics = computeMetrics(workload, detail, chosen, new Float64Array(workload.count));
    for (const [name, value] of Object.entries(metrics)) {
      if (/^load_factor|^prediction_correlation/.test(name)) continue;
      expect(Number.isFinite(value), name).toBe(true);
      expect(value, name).toBeGreaterThanOrEqual(0);
      if (/violation_rate|utilization/.test(name)) expect(value, name).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  law(
    'full_or_timeout: batches are full unless their oldest request has waited max_wait',
    (detail, workload, chosen) => {
      if (chosen.dispatch !== 'full_or_timeout') return;
      const full =
        chosen.scheduler_type === 'static_fifo'
          ? chosen.static_batch
          : Math.min(chosen.fixed_batch, chosen.max_candidates);
      for (const batch of batchNumbers(detail)) {
        if (detail.size[batch] === full) continue;
        const oldest = workload.arrival[members(detail, batch)[0]!]!;
        expect(detail.start[batch]).toBeGreaterThanOrEqual(oldest + chosen.max_wait);
      }
      expect(detail.num_unserved).toBe(0);
      expect([...detail.start]).toEqual([...detail.start].sort((a, b) => a - b));
    },
  );
});

/** Times at which a GPU has nothing to do. */
function idleGaps(detail: RunDetail, gpus: number): (readonly [number, number])[] {
  const gaps: (readonly [number, number])[] = [];
  for (let gpu = 0; gpu < gpus; gpu++) {
    let free = 0;
    for (const batch of batchNumbers(detail)) {
      if (detail.gpu[batch] !== gpu) continue;
      if (detail.start[batch]! > free) gaps.push([free, detail.start[batch]!]);
      free = detail.end[batch]!;
    }
    gaps.push([free, Infinity]);
  }
  return gaps;
}

test('the same inputs give identical bytes, whatever the workspace held before', () => {
  const used = new Workspace();
  used.reserve(100);
  fc.assert(
    fc.property(both, both, ([workload, chosen], [otherWorkload, otherSettings]) => {
      const fresh = run(workload, chosen, workspaceFor(workload.count));
      const expected = computeMetrics(workload, fresh, chosen, new Float64Array(workload.count));
      run(otherWorkload, otherSettings, used);
      const again = run(workload, chosen, used);
      expect(computeMetrics(workload, again, chosen, used.values)).toEqual(expected);
      expect([...again.end]).toEqual([...fresh.end]);
    }),
    { numRuns: 200 },
  );
});

test('arrivals, alpha, beta, SLAs, epsilon, floor and waits times c: all times times c', () => {
  const c = 4;
  fc.assert(
    fc.property(both, ([workload, chosen]) => {
      const scaled: Settings = {
        ...chosen,
        d_sla_token: c * chosen.d_sla_token,
        d_sla_request: c * chosen.d_sla_request,
        latency_epsilon: c * chosen.latency_epsilon,
        max_wait: c * chosen.max_wait,
        latency: {
          ...chosen.latency,
          alpha: c * chosen.latency.alpha,
          beta: c * chosen.latency.beta,
          floor: c * chosen.latency.floor,
          ttft: c * chosen.latency.ttft,
        },
      };
      const slow = simulateRun({ ...workload, arrival: workload.arrival.map((time) => c * time) }, scaled);
      const plain = simulateRun(workload, chosen);
      expect([...slow.request_start]).toEqual([...plain.request_start].map((time) => c * time));
      expect([...slow.request_completion]).toEqual([...plain.request_completion].map((time) => c * time));
      expect(slow.request_gpu).toEqual(plain.request_gpu);
    }),
    { numRuns: 200 },
  );
});

/** `static_fifo` by brute force, the idle GPU with the highest number first: start and completion of every request. */
function servedFromTheTop(workload: Workload, chosen: Settings): { start: number[]; completion: number[] } {
  const free = new Array<number>(chosen.num_gpus).fill(-Infinity);
  const start = new Array<number>(workload.count).fill(NaN);
  const completion = start.slice();
  const waiting: number[] = [];
  const serve = (now: number, gpu: number): void => {
    const batch = waiting.splice(0, chosen.static_batch);
    const longest = Math.max(...batch.map((i) => total(workload, i)));
    free[gpu] = now + serviceTime(chosen.latency, batch.length, longest);
    for (const i of batch) [start[i], completion[i]] = [now, free[gpu]];
  };
  for (let next = 0; next < workload.count || waiting.length > 0;) {
    const arrives = next < workload.count ? workload.arrival[next]! : Infinity;
    // While someone waits every GPU is busy.
    const freed = waiting.length > 0 ? Math.min(...free) : Infinity;
    if (arrives <= freed) {
      waiting.push(next++);
      // A GPU that is freed at this very moment is busy still: completions come after all arrivals.
      const idle = free.findLastIndex((time) => time < arrives);
      if (idle >= 0) serve(arrives, idle);
    } else serve(freed, free.indexOf(freed));
  }
  return { start, completion };
}

test('which of the idle GPUs serves makes no difference to any request', () => {
  fc.assert(
    fc.property(both, ([workload, any]) => {
      const chosen: Settings = { ...any, scheduler_type: 'static_fifo', dispatch: 'immediate' };
      const expected = servedFromTheTop(workload, chosen);
      const detail = simulateRun(workload, chosen);
      expect([...detail.request_start]).toEqual(expected.start);
      expect([...detail.request_completion]).toEqual(expected.completion);
    }),
    { numRuns: 200 },
  );
});

describe('identities', () => {
  const same = (left: RunDetail, right: RunDetail): void => {
    expect(left.request_start).toEqual(right.request_start);
    expect(left.request_completion).toEqual(right.request_completion);
    expect(left.request_gpu).toEqual(right.request_gpu);
  };

  test('multi_bin_dynamic with the one bin [0, 10000) is dynamic_no_bins', () => {
    fc.assert(
      fc.property(both, ([workload, chosen]) => {
        const one: Settings = { ...chosen, dispatch: 'immediate', k_bins: 1, bin_boundaries: [[0, 10_000]] };
        same(
          simulateRun(workload, { ...one, scheduler_type: 'multi_bin_dynamic' }),
          simulateRun(workload, { ...one, scheduler_type: 'dynamic_no_bins' }),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('multi_bin_only with one bin and batches of 8 is static_fifo with 8', () => {
    fc.assert(
      fc.property(both, ([workload, chosen]) => {
        const one: Settings = {
          ...chosen,
          k_bins: 1,
          bin_boundaries: undefined,
          fixed_batch: 8,
          static_batch: 8,
          max_candidates: 8,
        };
        const settingsOf = (scheduler_type: 'multi_bin_only' | 'static_fifo'): Settings => ({
          ...one,
          scheduler_type,
          dispatch: 'immediate',
        });
        same(simulateRun(workload, settingsOf('multi_bin_only')), simulateRun(workload, settingsOf('static_fifo')));
      }),
      { numRuns: 200 },
    );
  });

  test('batches of one and more GPUs than requests: nobody queues', () => {
    fc.assert(
      fc.property(both, ([workload, chosen]) => {
        const wide: Settings = {
          ...chosen,
          scheduler_type: usesBins(chosen.scheduler_type) ? 'multi_bin_dynamic' : 'dynamic_no_bins',
          dispatch: 'immediate',
          oversize: 'reject',
          batch_min: 1,
          batch_max: 1,
          num_gpus: 100,
        };
        const detail = simulateRun(workload, wide);
        detail.request_batch.forEach((batch, i) => {
          if (batch >= 0) expect(detail.request_start[i]).toBe(workload.arrival[i]);
        });
      }),
      { numRuns: 100 },
    );
  });
});

test('the hand case: four requests on one GPU in batches of two', () => {
  const workload: Workload = {
    count: 4,
    arrival: Float64Array.of(0, 0.5, 1, 1.5),
    prompt: Int32Array.of(60, 200, 50, 150),
    output: Int32Array.of(40, 100, 50, 50),
    predicted: Int32Array.of(1, 1, 1, 1),
  };
  const base = defaultSettings('reference');
  const detail = simulateRun(workload, {
    ...base,
    scheduler_type: 'static_fifo',
    num_gpus: 1,
    static_batch: 2,
    latency: { alpha: 1, beta: 0.01, gamma: 0, floor: 0.001, ttft: 1, flat_token_time: undefined },
  });
  expect(batchNumbers(detail).map((batch) => members(detail, batch))).toEqual([[0], [1, 2], [3]]);
  expect([...detail.start]).toEqual([0, 2, 6]);
  expect([...detail.end]).toEqual([2, 6, 9]);
  expect([...detail.request_completion].map((time, i) => time - workload.arrival[i]!)).toEqual([2, 5.5, 5, 7.5]);
});
