import { describe, expect, test } from 'vitest';
import { Learner } from '../../../src/models/llm-scheduler/controller.ts';
import { defaultSettings } from '../../../src/models/llm-scheduler/defaults.ts';
import {
  batchCap,
  fits,
  softCapacity,
  softLimitByClt,
  softLimitByFraction,
} from '../../../src/models/llm-scheduler/memory.ts';
import type { Settings } from '../../../src/models/llm-scheduler/settings.ts';

/** Memory without limits, so that the SLA decides. */
const reference: Settings = { ...defaultSettings('reference'), gpu_memory: 1e6, latency_epsilon: 0.001 };

/** `count` requests of 10 + 10 tokens, three times: enough to end the warm-up. */
function warm(settings: Settings, count: number, tokenTime: number, elsewhere = 0): Learner {
  const learner = new Learner(settings, 128);
  const batch = {
    count,
    prompt: 10 * count,
    output: 10 * count,
    promptSquare: 100 * count,
    outputSquare: 100 * count,
    longest: 20,
  };
  for (let i = 0; i < 3; i++) learner.learn(batch, tokenTime, elsewhere);
  return learner;
}

describe('the SLA controller', () => {
  test('starts in the middle of its interval and stays there for three batches', () => {
    const learner = new Learner(reference, 128);
    expect([learner.target(0), learner.target(0)]).toEqual([64, 64]);
    expect(learner.state()).toMatchObject({ b_low: 1, b_high: 128, b_avg: 64, tau_avg: 0, updates: 0 });
  });

  test('ratchet, too slow: the interval shrinks to the mean batch size and moves at every attempt', () => {
    const learner = warm(reference, 64, 0.1);
    // b = 64: high = min(128, max(64, 1 + 4)), low = max(1 - 2, 1).
    expect(learner.target(0)).toBe(32);
    expect(learner.state()).toMatchObject({ b_low: 1, b_high: 64 });
  });

  test('ratchet, fast: the lower end rises to the mean batch size', () => {
    const learner = warm(reference, 64, 0.001);
    expect(learner.target(0)).toBe(96);
    expect(learner.state()).toMatchObject({ b_low: 64, b_high: 128 });
  });

  test('in the band: the mean batch size, half a step either way', () => {
    const inBand = { ...reference, latency_epsilon: 1 };
    const ratchet = warm(inBand, 64, 0.01);
    expect(ratchet.target(0)).toBe(64);
    expect(ratchet.state()).toMatchObject({ b_low: 63, b_high: 65 });
    const published = warm({ ...inBand, controller_rule: 'published' }, 64, 0.01);
    expect(published.target(0)).toBe(64);
    expect(published.state()).toMatchObject({ b_low: 62, b_high: 66 });
  });

  test('published: the interval follows the batch size up as well as down', () => {
    const settings: Settings = { ...reference, controller_rule: 'published', controller_clock: 'completion' };
    const learner = warm(settings, 64, 0.1);
    expect(learner.state()).toMatchObject({ b_low: 1, b_high: 64 });
    const large = { count: 100, prompt: 1, output: 1, promptSquare: 1, outputSquare: 1, longest: 20 };
    learner.learn(large, 0.1, 0);
    // b = 0.2 x 100 + 0.8 x 64 = 71.2; the ratchet would stay at 64.
    expect(learner.state()).toMatchObject({ b_low: 1, b_high: 71 });
  });

  test('clock completion: attempts do not move the interval', () => {
    const learner = warm({ ...reference, controller_clock: 'completion' }, 64, 0.1);
    const before = learner.state();
    learner.target(0);
    learner.target(0);
    expect(learner.state()).toEqual(before);
  });

  test('floor cluster: requests in service elsewhere set a floor; floor none: they do not', () => {
    expect(warm(reference, 64, 0.1, 50).target(0)).toBe(50);
    expect(warm({ ...reference, decode_floor: 'none' }, 64, 0.1, 50).target(0)).toBe(32);
  });
});

describe('memory', () => {
  const memory = defaultSettings('reference');

  test('the capacities of the default GPU', () => {
    expect(softCapacity(memory)).toBeCloseTo(42_666.67, 1);
    expect(fits(memory, 37_333)).toBe(true);
    expect(fits(memory, 37_334)).toBe(false);
  });

  test('rule fraction by hand: 38,400 tokens over 500', () => {
    expect(softLimitByFraction(memory, 500)).toBe(76);
  });

  test('rule clt without variance fills the capacity; variance lowers it; the overflow chance is 5 %', () => {
    expect(softLimitByClt(memory, 500, 0)).toBe(85);
    const sigma = 300;
    const limit = softLimitByClt(memory, 500, sigma * sigma);
    expect(limit).toBeLessThan(85);
    const load = (b: number): number => b * 500 + 1.6448536269514722 * sigma * Math.sqrt(b);
    expect(load(limit)).toBeLessThanOrEqual(softCapacity(memory));
    expect(load(limit + 1)).toBeGreaterThan(softCapacity(memory));
  });

  test('the cap of a bin is what fits, 1 to batch_max', () => {
    expect([
      batchCap(memory, 4096, 128),
      batchCap(memory, 0, 128),
      batchCap(memory, 1e9, 128),
      batchCap(memory, 10, 128),
    ]).toEqual([9, 128, 1, 128]);
  });
});
