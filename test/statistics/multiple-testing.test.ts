import { describe, expect, test } from 'vitest';
import { benjaminiHochberg } from '../../src/statistics/benjamini-hochberg.ts';
import { holm } from '../../src/statistics/holm.ts';

// R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") and "BH".
const p = [0.01, 0.04, 0.03, 0.005];

describe('adjusted p-values', () => {
  test('holm steps down and keeps the order given', () => {
    expect(holm(p)).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([])).toEqual([]);
  });

  test('benjaminiHochberg steps up and keeps the order given', () => {
    expect(benjaminiHochberg(p).map((x) => Number(x.toFixed(12)))).toEqual([0.02, 0.04, 0.04, 0.02]);
  });

  test('both stay within 1, and BH is never larger than Holm', () => {
    const many = Array.from({ length: 50 }, (_, i) => ((i * 37) % 51) / 51);
    const strict = holm(many);
    benjaminiHochberg(many).forEach((adjusted, i) => {
      expect(adjusted).toBeLessThanOrEqual(strict[i]!);
      expect(strict[i]).toBeLessThanOrEqual(1);
      expect(adjusted).toBeGreaterThanOrEqual(many[i]!);
    });
  });
});
