import { describe, expect, test, vi } from 'vitest';

import { bestCell, bestContrasts, neighbourContrasts } from '../../src/analysis/contrasts.ts';
import { gridOf } from '../../src/analysis/grid.ts';
import { normal } from '../../src/random/normal.ts';
import { createSeededRng } from '../../src/random/streams.ts';
import { pairedDifference, pairedSample } from '../../src/statistics/difference.ts';
import { summarise } from '../../src/statistics/summarise.ts';
import type { AnalysedCell } from '../../src/analysis/quantity.ts';
import { crossed, MEAN, surface } from './surface.ts';

const FULL = process.env['PERMAFROST_FULL'] === '1';
// Surfaces of 1,512 cells, again and again.
vi.setConfig({ testTimeout: FULL ? 1_800_000 : 90_000 });

/** Cells with rows of their own. */
function cellsOf(columns: readonly Float64Array[]): AnalysedCell[] {
  return columns.map((values, i) => {
    const perm_index = Uint32Array.from(values.keys());
    const statistics = summarise(() => [{ perm_index, columns: [values] }], ['m']);
    return { cell_id: `c${i}`, parameters: { x: i }, n: values.length, statistics };
  });
}

describe('neighbourContrasts(grid, quantity)', () => {
  test('of 1,512 cells that are all equal some pair is told apart in at most 5 % of samples', () => {
    const rng = createSeededRng('sfc32');
    rng.reseed(11);
    const axes = { a: [0, 1, 2, 3, 4, 5, 6], b: [0, 1, 2, 3, 4, 5, 6, 7, 8], c: [0, 1, 2, 3], d: [0, 1, 2], e: [0, 1] };
    const points = crossed(axes);
    expect(points).toHaveLength(1512);
    const repetitions = FULL ? 2000 : 30;
    let wrong = 0;
    let covered = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const found = neighbourContrasts(gridOf(surface(points, () => 0.1 * normal(rng))), MEAN);
      if (found.some(({ side }) => side !== 0)) wrong++;
      if (found.every(({ simultaneous: [lower, upper] }) => lower <= 0 && 0 <= upper)) covered++;
    }
    // 5 %, and three standard errors of the short form.
    expect(wrong / repetitions).toBeLessThanOrEqual(0.05 + (FULL ? 0 : 3) * Math.sqrt((0.05 * 0.95) / repetitions));
    expect(covered + wrong).toBe(repetitions);
  });

  test('a step is told apart from its neighbours, and says which way it goes', () => {
    const cells = surface(crossed({ x: [0, 1, 2, 3], y: [0, 1] }), ({ x }) => (x! >= 2 ? 1 : 0));
    const found = neighbourContrasts(gridOf(cells), MEAN);
    const steps = found.filter(({ side }) => side !== 0);
    expect(steps.map(({ axis, from, to, side }) => [axis, from, to, side])).toEqual([
      ['x', 2, 4, 1],
      ['x', 3, 5, 1],
    ]);
    expect(steps[0]).toMatchObject({ difference: 1, paired: false });
    expect(steps[0]!.se).toBeCloseTo(0.1 * Math.SQRT2, 12);
    expect(steps[0]!.simultaneous[0]).toBeLessThan(steps[0]!.ci[0]);
  });

  test('cells that share their streams are compared permutation by permutation', () => {
    const rng = createSeededRng('sfc32');
    rng.reseed(3);
    const common = Float64Array.from({ length: 400 }, () => 10 * normal(rng));
    const columns = [0, 1, 2].map((i) => common.map((value) => value + 0.1 * i + 0.05 * normal(rng)));
    const grid = gridOf(cellsOf(columns));
    const apart = neighbourContrasts(grid, MEAN);
    const paired = neighbourContrasts(grid, MEAN, (from, to) => pairedSample(columns[to]!, columns[from]!));
    expect(apart.map(({ side }) => side)).toEqual([0, 0]);
    expect(paired.map(({ side, paired: is }) => [side, is])).toEqual([
      [1, true],
      [1, true],
    ]);
    expect(paired[0]!.ci).toEqual(pairedDifference(columns[1]!, columns[0]!).ci);
  });

  test('of a quantile the errors add up as squares', () => {
    const [found] = neighbourContrasts(gridOf(surface(crossed({ x: [0, 1] }), ({ x }) => 10 * x!)), {
      metric: 'm',
      statistic: 'p05',
    });
    expect([found!.difference, found!.side]).toEqual([10, 1]);
    expect(found!.se).toBeCloseTo(Math.SQRT2, 12);
  });

  test('a cell in which the quantity is undefined is in no contrast', () => {
    const cells = surface(crossed({ x: [0, 1, 2] }), ({ x }) => (x === 1 ? NaN : 0));
    expect(neighbourContrasts(gridOf(cells), MEAN)).toEqual([]);
  });
});

describe('bestContrasts(grid, quantity, best)', () => {
  test('of equal cells the truly best, being any of them, is told apart from the best in the sample in at most 5 %', () => {
    const rng = createSeededRng('sfc32');
    rng.reseed(12);
    const points = crossed({ x: Array.from({ length: 50 }, (_, i) => i) });
    const repetitions = 1000;
    let wrong = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const grid = gridOf(surface(points, () => 0.1 * normal(rng)));
      const best = bestCell(grid, MEAN, 'highest')!;
      const found = bestContrasts(grid, MEAN, best);
      expect(found).toHaveLength(49);
      if (found.find(({ to }) => to === 0)?.side === -1) wrong++;
    }
    expect(wrong / repetitions).toBeLessThan(0.05);
  });

  test('the best is the highest or the lowest, the first of equals, and never an undefined one', () => {
    const values = [2, NaN, 5, 5, 1];
    const grid = gridOf(surface(crossed({ x: [0, 1, 2, 3, 4] }), ({ x }) => values[x!]!));
    expect([bestCell(grid, MEAN, 'highest'), bestCell(grid, MEAN, 'lowest')]).toEqual([2, 4]);
    expect(bestCell(gridOf(surface([{ x: 1 }], () => NaN)), MEAN, 'highest')).toBeUndefined();
  });
});
