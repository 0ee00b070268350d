import { describe, expect, test } from 'vitest';

import {
  changeSource,
  CULPRIT,
  effectsOf,
  generateEffects,
  mended,
  NO_EFFECTS,
  SOFT,
} from '../../../src/models/submit-queue/change.ts';
import { streamOf } from './streams-of.ts';

const CHANGES = 200_000;

function frequencies(culprit_prob: number, tests: number, test_stability = 1): { culprit: number; soft: number } {
  const rng = streamOf(7, tests);
  const source = changeSource({ culprit_prob, hit_rate: 0.005, test_stability }, tests);
  let culprit = 0;
  let soft = 0;
  for (let i = 0; i < CHANGES; i++) {
    const { truth } = generateEffects(source, rng);
    if (truth === CULPRIT) culprit++;
    else if (truth === SOFT) soft++;
  }
  return { culprit: culprit / CHANGES, soft: soft / CHANGES };
}

describe('generated changes', () => {
  test.each([
    [0.03, 32, 0.024807, 0.00334],
    [0.1, 32, 0.040318, 0.015204],
    [0.01, 32, 0.009962, 0.000037],
    [0.03, 128, 0.029973, 0.000027],
    [0.03, 8, 0.010649, 0.004395],
  ])(
    'culprit_prob %d with %d tests gives %d culprits and %d soft changes, within 4 standard errors',
    (p, tests, culprit, soft) => {
      const found = frequencies(p, tests);
      expect(Math.abs(found.culprit - culprit)).toBeLessThan(4 * Math.sqrt((culprit * (1 - culprit)) / CHANGES));
      expect(Math.abs(found.soft - soft)).toBeLessThan(4 * Math.sqrt((soft * (1 - soft)) / CHANGES));
    },
  );

  test('below test_stability 1 a merely touched test becomes flaky', () => {
    expect(frequencies(0.03, 32, 0.9).soft).toBeGreaterThan(frequencies(0.03, 32).soft);
  });

  test('the truth of a change is its worst effect', () => {
    expect(effectsOf([1, 2], [0.5, 0], false).truth).toBe(CULPRIT);
    expect(effectsOf([1], [0.5], false).truth).toBe(SOFT);
    expect(effectsOf([], [], false)).toBe(NO_EFFECTS);
    expect(effectsOf([], [], true).label).toBe(true);
  });

  test('a mended change keeps its flaky effects and loses its failing ones and its label', () => {
    expect(mended(effectsOf([1, 2], [0.5, 0], true))).toEqual(effectsOf([1], [0.5], false));
    expect(mended(effectsOf([2], [0], true))).toBe(NO_EFFECTS);
  });
});
