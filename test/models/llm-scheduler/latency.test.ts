import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/errors.ts';
import { profileLatency } from '../../../src/models/llm-scheduler/defaults.ts';
import { fitLatency, SHIPPED_GRID } from '../../../src/models/llm-scheduler/latency-fit.ts';
import { parseLatencyGrid } from '../../../src/models/llm-scheduler/latency-grid.ts';
import { PARITY_CONSTANTS, serviceTime, tokenTime } from '../../../src/models/llm-scheduler/latency-model.ts';

const close = (actual: number, expected: number, relative: number): void => {
  expect(Math.abs(actual - expected) / Math.abs(expected)).toBeLessThan(relative);
};

/** A grid that follows the model exactly. */
function grid(alpha: number, beta: number, gamma: number): typeof SHIPPED_GRID {
  return SHIPPED_GRID.map((cell) => {
    const factor = 1 + (gamma * (cell.batch_size - 1)) / cell.batch_size;
    return { ...cell, mean_latency_s: alpha + beta * cell.max_seq_len * factor };
  });
}

describe('fit', () => {
  test('the shipped grid gives the published constants', () => {
    const fit = fitLatency(SHIPPED_GRID);
    close(fit.alpha, 0.05965277777777932, 1e-9);
    close(fit.beta, 0.00574199698237946, 1e-11);
    close(fit.gamma, 0.3156807112353615, 1e-9);
    close(fit.r_squared, 0.99946, 1e-5);
    close(fit.worst_cell, 0.035, 0.02);
  });

  test('a grid made by the model gives its constants back', () => {
    const fit = fitLatency(grid(0.2, 0.003, 0.5));
    close(fit.alpha, 0.2, 1e-10);
    close(fit.beta, 0.003, 1e-12);
    close(fit.gamma, 0.5, 1e-10);
  });

  test('a constant outside its range is set to the bound and the others are fitted again', () => {
    const low = fitLatency(grid(-0.5, 0.003, 0.5));
    expect(low.alpha).toBe(0.001);
    expect(low.r_squared).toBeLessThan(1);
    const steep = fitLatency(grid(0.2, 0.02, 0.5));
    expect(steep.beta).toBe(0.01);
    const falling = fitLatency(grid(0.2, 0.003, -0.2));
    expect(falling.gamma).toBe(0);
    for (const fit of [low, steep, falling]) {
      expect(fit.alpha >= 0.001 && fit.alpha <= 1 && fit.beta >= 1e-5 && fit.beta <= 0.01).toBe(true);
      expect(fit.gamma >= 0 && fit.gamma <= 2).toBe(true);
    }
  });
});

test('profile reference uses the parity constants, corrected the least squares; they differ by 2e-9', () => {
  expect(profileLatency('reference').alpha).toBe(PARITY_CONSTANTS.alpha);
  const corrected = profileLatency('corrected');
  expect(corrected.alpha).not.toBe(PARITY_CONSTANTS.alpha);
  close(corrected.alpha, PARITY_CONSTANTS.alpha, 3e-9);
  close(corrected.gamma, PARITY_CONSTANTS.gamma, 3e-9);
});

test('service and token times by hand', () => {
  const model = { alpha: 1, beta: 0.01, gamma: 0.5, floor: 0.001, ttft: 1, flat_token_time: undefined };
  expect(serviceTime(model, 1, 100)).toBe(2);
  expect(serviceTime(model, 2, 100)).toBe(2.25);
  expect(tokenTime(model, 2)).toBe(0.0125);
  expect(serviceTime({ ...model, alpha: 0 }, 1, 0)).toBe(0.001);
  expect(tokenTime({ ...model, flat_token_time: 0.5 }, 2)).toBe(0.5);
});

describe('a latency grid file', () => {
  const parse = (text: string) => parseLatencyGrid({ path: 'grid.csv', bytes: new TextEncoder().encode(text) });
  const rows = SHIPPED_GRID.map((cell) => `${cell.batch_size},${cell.max_seq_len},0.1,${cell.mean_latency_s}`).join(
    '\n',
  );

  test('is read by its column names; rows without a mean are skipped', () => {
    const fit = parse(`batch_size,max_seq_len,std_latency_sec,mean_latency_sec\n${rows}\n64,128,0.1,\n`);
    expect(fit).toEqual(fitLatency(SHIPPED_GRID));
  });

  test.each([
    ['a missing column', 'batch_size,max_seq_len\n1,2\n', 'mean_latency_sec'],
    [
      'a value that is no number',
      'batch_size,max_seq_len,mean_latency_sec\n1,128,0.8\n1,x,3\n',
      'grid.csv:3: max_seq_len',
    ],
    ['too few cells', 'batch_size,max_seq_len,mean_latency_sec\n1,128,0.8\n', 'do not determine'],
  ])('%s is an error that says where', (_, text, message) => {
    expect(() => parse(text)).toThrow(EngineError);
    expect(() => parse(text)).toThrow(message);
  });
});
