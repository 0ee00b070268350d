import { describe, expect, test } from 'vitest';

import { arrive } from '../../../src/models/submit-queue/arrivals.ts';
import { effectsOf, NO_EFFECTS } from '../../../src/models/submit-queue/change.ts';
import { createDesign } from '../../../src/models/submit-queue/design.ts';
import { addMember, beginSet, passesAlone, runSet } from '../../../src/models/submit-queue/evaluation.ts';
import { learnFromInnocentBatches } from '../../../src/models/submit-queue/flake-estimate.ts';
import { settingsOf } from '../../../src/models/submit-queue/parameters.ts';
import { runPostSubmit } from '../../../src/models/submit-queue/post-submit.ts';
import { repairTests } from '../../../src/models/submit-queue/repair.ts';
import {
  createSubmitQueue,
  randomStreams,
  resetSubmitQueue,
  type SubmitQueue,
} from '../../../src/models/submit-queue/submit-queue.ts';
import { listImpaired } from '../../../src/models/submit-queue/suite.ts';
import { step } from '../../../src/models/submit-queue/tick.ts';
import { verifySuspects } from '../../../src/models/submit-queue/verification.ts';
import type { Parameters } from '../../../src/model/model.ts';
import { streamOf } from './streams-of.ts';

function queueWith(parameters: Parameters, tests = 4): SubmitQueue {
  const queue = createSubmitQueue(settingsOf({ mode: 'random', ...parameters }), tests, 1000);
  resetSubmitQueue(queue);
  return queue;
}

const broken = effectsOf([0], [0], false);

describe('testing a set of changes', () => {
  test('takes the smallest pass rate of the main branch and all members, not their product', () => {
    const queue = queueWith({});
    const { evaluation, suite } = queue;
    suite.base[1] = 0.9;
    listImpaired(suite);
    const rng = streamOf(1, 0);
    let passes = 0;
    for (let i = 0; i < 40_000; i++) {
      beginSet(evaluation);
      addMember(evaluation, effectsOf([0, 1], [0.8, 0.95], false), suite);
      addMember(evaluation, effectsOf([0], [0.5], false), suite);
      if (runSet(evaluation, suite, rng)) passes++;
    }
    // 0.5 on test 0, 0.9 on test 1.
    expect(Math.abs(passes / 40_000 - 0.45)).toBeLessThan(4 * Math.sqrt((0.45 * 0.55) / 40_000));
  });

  test('a demoted test neither fails a change nor saves one', () => {
    const queue = queueWith({});
    queue.suite.active[0] = 0;
    listImpaired(queue.suite);
    expect(passesAlone(queue.evaluation, broken, queue.suite, streamOf(1, 0))).toBe(true);
    expect(passesAlone(queue.evaluation, effectsOf([0, 2], [0, 0], false), queue.suite, streamOf(1, 0))).toBe(false);
  });
});

describe('verification', () => {
  test('a slot is busy for verify_latency + 1 ticks', () => {
    const queue = queueWith({ resources: 1, verify_resource_mult: 1, verify_latency: 2 });
    for (let i = 0; i < 3; i++) queue.verification.push(NO_EFFECTS, 0, 0);
    const verified = Array.from({ length: 10 }, (_, t) => {
      verifySuspects(queue, t, streamOf(1, 0));
      return queue.verified.length;
    });
    expect(verified).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 1, 0]);
    expect(queue.counters.verifications_started).toBe(3);
  });

  test('of latency 0 is over in the tick in which it starts', () => {
    const queue = queueWith({ verify_latency: 0 });
    queue.verification.push(broken, 0, 0);
    verifySuspects(queue, 5, streamOf(1, 0));
    expect(queue.fixing.length).toBe(1);
    expect(queue.fixing.due[queue.fixing.head]).toBe(5 + 108);
  });
});

describe('repair', () => {
  test.each([
    [0.2, 25, 0.381],
    [0.2, 200, 0.978],
    [0.995, 200, 0.0119],
    [0.5, 1, 0.00822],
    [0, 1, 1],
    [0, 0, 0],
    [0.5, 0, 0],
  ])('of a test that passes at %d, with %d landings, has probability %d', (base, landings, probability) => {
    const queue = queueWith({}, 20_000);
    queue.suite.base.fill(base);
    repairTests(queue, landings, streamOf(2, 0));
    const repaired = queue.suite.base.filter((value) => value === 1).length / 20_000;
    expect(Math.abs(repaired - probability)).toBeLessThanOrEqual(
      0.0005 + 4 * Math.sqrt((probability * (1 - probability)) / 20_000),
    );
  });
});

describe('the failure-rate estimate', () => {
  test('from innocent batches is the recursion over them in order', () => {
    const queue = queueWith({}, 2);
    const design = createDesign({ batches: 4, column_weight: 1 }, 10);
    design.first_position.set([0, 1, 2, 9]);
    const { screening, suite } = queue;
    // Batch 1 has a suspect, batch 3 is empty for a window of 5; batches 0 and 2 fail test 0 and 1.
    screening.suspicious.set([0, 1, 0, 0]);
    screening.failures = 3;
    for (const [i, [batch, failed]] of [[0, 0], [1, 0], [2, 1]].entries()) {
      screening.failed_batch[i] = batch!;
      screening.failed_test[i] = failed!;
    } // prettier-ignore
    suite.rate.set([0.4, 0.2]);
    learnFromInnocentBatches(queue, design, 5);
    const observe = (rate: number, failed: number): number => 0.95 * rate + 0.05 * failed;
    expect(suite.rate[0]).toBeCloseTo(observe(observe(0.4, 1), 0), 14);
    expect(suite.rate[1]).toBeCloseTo(observe(observe(0.2, 0), 1), 14);
  });

  test('a test is demoted by a second failure, comes back when calm, and both are counted', () => {
    const queue = queueWith({}, 1);
    const { suite, counters } = queue;
    const run = (base: number): void => {
      suite.base[0] = base;
      runPostSubmit(queue, streamOf(1, 0));
    };
    run(0);
    expect(suite.rate[0]).toBeCloseTo(0.05, 15);
    expect(suite.active_count).toBe(1);
    for (let i = 0; i < 11; i++) run(1);
    run(0);
    expect(suite.active_count).toBe(0);
    for (let i = 0; i < 5; i++) run(1);
    expect(suite.active_count).toBe(1);
    expect(counters).toMatchObject({ demotions: 1, promotions: 1, net_demotions: 1 });
  });
});

describe('a tick', () => {
  test('a change that breaks a gating test is always suspected; one alone gets a dozen batches', () => {
    const queue = queueWith({});
    const streams = randomStreams(streamOf(4, 0));
    arrive(queue, broken, 0);
    expect(step(queue, streams, 0)).toBe(0);
    expect(queue.counters).toMatchObject({ suspected_culprit: 1, batch_runs: 12, batch_slots: 73, batches_passed: 0 });
    expect(queue.pending.length).toBe(0);
  });

  test('innocents beside a culprit are cleared if some batch of theirs is without it', () => {
    const queue = queueWith({});
    arrive(queue, broken, 0);
    for (let i = 0; i < 99; i++) arrive(queue, NO_EFFECTS, 0);
    const landed = step(queue, randomStreams(streamOf(4, 1)), 0);
    expect(landed).toBeGreaterThan(90);
    expect(queue.verification.length).toBe(100 - landed);
  });

  test('an idle tick runs nothing', () => {
    const queue = queueWith({});
    expect(step(queue, randomStreams(streamOf(4, 2)), 0)).toBe(0);
    expect(queue.counters).toMatchObject({ busy_ticks: 0, batch_runs: 0 });
  });
});
