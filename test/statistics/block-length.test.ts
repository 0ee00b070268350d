import { describe, expect, test } from 'vitest';
import { blockLength } from '../../src/statistics/block-length.ts';
import { lcg } from './reference.ts';

function autoregressive(phi: number, n: number): Float64Array {
  const uniform = lcg(12345);
  let x = 0;
  return Float64Array.from({ length: n }, () => (x = phi * x + (uniform() - 0.5)));
}

describe('blockLength', () => {
  test.each([
    [0, 3.967594, 4.541761],
    [0.3, 3.192637, 3.654656],
    [0.6, 9.653032, 11.049964],
    [0.9, 31.542549, 36.107205],
  ])('of an autoregression with phi = %d is the vector of the specification', (phi, stationary, circular) => {
    const found = blockLength(autoregressive(phi, 500));
    expect(found.stationary).toBeCloseTo(stationary, 5);
    expect(found.circular).toBeCloseTo(circular, 5);
    expect(found.reliable).toBe(true);
  });

  test('below 50 values it calls itself unreliable, and stays within 1 and the cap', () => {
    for (const n of [2, 3, 10, 49]) {
      const { stationary, circular, reliable } = blockLength(autoregressive(0.95, n));
      expect(reliable).toBe(false);
      for (const length of [stationary, circular]) {
        expect(length).toBeGreaterThanOrEqual(1);
        expect(length).toBeLessThanOrEqual(Math.ceil(Math.min(3 * Math.sqrt(n), n / 3)));
      }
    }
  });

  test('values without spread need no blocks', () => {
    expect(blockLength(new Float64Array(100).fill(2))).toMatchObject({ stationary: 1, circular: 1 });
  });
});
