import { describe, expect, test, vi } from 'vitest';

import { baselineTests } from '../../src/analysis/baseline-tests.ts';
import type { AnalysedCell } from '../../src/analysis/quantity.ts';
import { createSeededRng } from '../../src/random/streams.ts';
import { summarise } from '../../src/statistics/summarise.ts';
import { meanAt } from './surface.ts';

const FULL = process.env['PERMAFROST_FULL'] === '1';
// Surfaces of 1,512 cells, again and again.
vi.setConfig({ testTimeout: FULL ? 1_800_000 : 90_000 });

function cellOf(values: Float64Array, baseline: number, i = 0): AnalysedCell {
  const perm_index = Uint32Array.from(values.keys());
  const statistics = summarise(() => [{ perm_index, columns: [values] }], ['m'], { baseline: { m: baseline } });
  return { cell_id: `c${i}`, parameters: { i }, n: values.length, statistics };
}

describe('baselineTests(grid, metric)', () => {
  test('counts rows at least as high and at least as low, ties in both', () => {
    const values = Float64Array.of(1, 2, 3, 4, 4, 5, 6, 7, 8);
    const [test] = baselineTests({ cells: [cellOf(values, 4)] }, 'm')!.cells;
    expect(test).toMatchObject({ baseline: 4, p_high: 7 / 10, p_low: 6 / 10, p: 1 });
    expect([test!.higher.count, test!.equal.count]).toEqual([4, 2]);
    // P50 (1 - 6/9)
    expect(test!.legacy_robust_score).toBeCloseTo(4 / 3, 12);
    expect(test!.retention!.p50.share).toBe(1);
  });

  test('the score of the earlier engine halves what perturbing does not change, and keeps what it ruins', () => {
    const rng = createSeededRng('sfc32');
    rng.reseed(4);
    const neutral = Float64Array.from({ length: 2000 }, () => 1.36 + 0.1 * (rng() - 0.5));
    const ruined = neutral.map((value) => value - 0.35);
    const { cells } = baselineTests({ cells: [cellOf(neutral, 1.36), cellOf(ruined, 1.36, 1)] }, 'm')!;
    expect(cells[0]!.legacy_robust_score).toBeCloseTo(0.68, 1);
    expect(cells[1]!.legacy_robust_score).toBeCloseTo(1.01, 2);
    // What says so: what is left of the baseline.
    expect(cells[1]!.retention!.p50.share).toBeCloseTo(0.743, 2);
  });

  test('of 1,512 cells under the null some p-value passes Holm’s bound in at most 5 % of samples, and one planted cell does', () => {
    const rng = createSeededRng('sfc32');
    rng.reseed(9);
    const n = 200_000;
    const template = cellOf(
      Float64Array.from({ length: 50 }, (_, i) => i),
      25,
    );
    const ranked = (below: number, i: number): AnalysedCell => {
      const baseline = { value: 1, below: below / n, below_se: 0.001, equal: 0, equal_se: 0 };
      return { ...template, cell_id: `c${i}`, statistics: { m: { ...template.statistics['m']!, n, baseline } } };
    };
    const repetitions = FULL ? 2000 : 40;
    let wrong = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      // Under the null every rank is as probable as any other.
      const cells = Array.from({ length: 1512 }, (_, i) => ranked(Math.floor(rng() * (n + 1)), i));
      const all = baselineTests({ cells: [...cells, ranked(0, 1512)] }, 'm')!;
      expect(all.fewest_permutations).toBeLessThan(n);
      const planted = all.cells.at(-1)!;
      if (all.cells.slice(0, -1).some(({ p_holm }) => p_holm <= 0.05)) wrong++;
      expect(planted.p).toBe(2 / (n + 1));
      expect(planted.p_holm).toBeLessThan(0.05);
      expect(planted.p_bh).toBeLessThanOrEqual(planted.p_holm);
    }
    expect(wrong / repetitions).toBeLessThanOrEqual(0.05 + (FULL ? 0 : 3) * Math.sqrt((0.05 * 0.95) / repetitions));
  });

  test('says of what is near the bound that more permutations may decide otherwise', () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => i);
    const at = (baseline: number): boolean =>
      baselineTests({ cells: [cellOf(values, baseline)] }, 'm')!.cells[0]!.undecided;
    // One cell: the bound is 0.025 of either tail.
    expect([at(25.5), at(21.5), at(100.5), at(0.5), at(500.5)]).toEqual([true, true, false, false, false]);
  });

  test('a metric without a baseline has none', () => {
    const cell = { cell_id: 'c', parameters: {}, n: 3, statistics: { m: meanAt(1, 0.1) } };
    expect(baselineTests({ cells: [cell] }, 'm')).toBeUndefined();
  });
});
