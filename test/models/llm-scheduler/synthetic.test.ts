import { describe, expect, test } from 'vitest';
import { arrivals, outputs, prompts } from '../../../src/models/llm-scheduler/synthetic.ts';
import { permutation } from './streams.ts';

const COUNT = 200_000;

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function deviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  return Math.sqrt(mean(Float64Array.from(values, (value) => (value - centre) * (value - centre))));
}

function quartiles(values: Int32Array): number[] {
  const sorted = values.slice().sort();
  return [0.25, 0.5, 0.75].map((q) => sorted[Math.floor(q * sorted.length)]!);
}

function gaps(stamp: Float64Array): Float64Array {
  return stamp.map((time, i) => time - (i === 0 ? 0 : stamp[i - 1]!));
}

/** Relative, with the tolerance that sampling leaves. */
function close(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected) / expected, `${actual}, expected ${expected}`).toBeLessThan(relative);
}

describe('arrivals', () => {
  test('poisson: exponential gaps of the rate', () => {
    const stamp = new Float64Array(COUNT);
    arrivals({ process: 'poisson', rate: 50, cv: 1 }, permutation(0), stamp);
    close(mean(gaps(stamp)), 1 / 50, 0.01);
    close(deviation(gaps(stamp)), 1 / 50, 0.02);
  });

  test.each([0.5, 2])('gamma_burst: gaps of the rate with coefficient of variation %d', (cv) => {
    const stamp = new Float64Array(COUNT);
    arrivals({ process: 'gamma_burst', rate: 4, cv }, permutation(1), stamp);
    close(mean(gaps(stamp)), 1 / 4, 0.02);
    close(deviation(gaps(stamp)) / mean(gaps(stamp)), cv, 0.03);
  });

  test('on_off: bursts of about 100/s between long silences', () => {
    const stamp = new Float64Array(COUNT);
    arrivals({ process: 'on_off', rate: 100, cv: 1 }, permutation(2), stamp);
    const all = gaps(stamp);
    const within = all.filter((gap) => gap < 0.1);
    close(mean(within), 1 / 100, 0.02);
    // An ON period is lognormal with median 2 s: 2 exp(0.5^2 / 2) = 2.27 s, so 227 arrivals between silences.
    close(COUNT / (COUNT - within.length), 227, 0.1);
    expect([...stamp]).toEqual([...stamp].sort((a, b) => a - b));
  });
});

describe('lengths', () => {
  test('mixture: the shares and ranges of the prompts, the mean of the outputs', () => {
    const prompt = new Int32Array(COUNT);
    const output = new Int32Array(COUNT);
    prompts('mixture', permutation(3), prompt);
    outputs('mixture', permutation(4), prompt, output);
    close(prompt.filter((n) => n < 128).length / COUNT, 0.6, 0.01);
    close(prompt.filter((n) => n >= 128 && n < 512).length / COUNT, 0.3, 0.02);
    expect([Math.min(...prompt.subarray(0, 50_000)), prompt.some((n) => n < 16 || n >= 2048)]).toEqual([16, false]);
    close(mean(output), 100 + 0.3 * mean(prompt) * 0.5, 0.02);
    expect(output.some((n) => n < 1 || n > 4096)).toBe(false);
  });

  test('burstgpt: the published quartiles, means and deviations', () => {
    const prompt = new Int32Array(COUNT);
    const output = new Int32Array(COUNT);
    prompts('burstgpt', permutation(5), prompt);
    outputs('burstgpt', permutation(6), prompt, output);
    for (const [i, expected] of [137, 251, 758].entries()) close(quartiles(prompt)[i]!, expected, 0.03);
    for (const [i, expected] of [7, 34, 134].entries()) close(quartiles(output)[i]!, expected, 0.1);
    close(mean(prompt), 611, 0.02);
    close(deviation(prompt), 782, 0.03);
    close(mean(output), 123, 0.04);
    close(deviation(output), 268, 0.1);
  });
});
