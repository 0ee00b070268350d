import { describe, expect, test } from 'vitest';

import { gridOf } from '../../src/analysis/grid.ts';
import { plateaus } from '../../src/analysis/plateaus.ts';
import { normal } from '../../src/random/normal.ts';
import { createSeededRng } from '../../src/random/streams.ts';
import { crossed, MEAN, surface } from './surface.ts';

const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const AIM = { quantity: MEAN, better: 'highest' } as const;

/** A hillside with a plateau of 3 x 4 cells at 5, and one cell at 9 in the middle of cells at 0. */
function planted(x: number, y: number): number {
  if (x >= 1 && x <= 3 && y >= 1 && y <= 4) return 5;
  if (x === 7 && y === 7) return 9;
  return 0.1 * (x + 10 * y) * (x < 5 ? 0.1 : 0);
}

describe('plateaus(grid, aim)', () => {
  test('a planted plateau and a planted isolated peak are told apart in noise, the plateau whole in at least 95 % of samples', () => {
    const rng = createSeededRng('sfc32');
    rng.reseed(5);
    const repetitions = 200;
    let whole = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const cells = surface(
        crossed({ x: TEN, y: TEN }),
        ({ x, y }) => planted(x!, y!) + 0.2 * normal(rng),
        () => 0.2,
      );
      const { regions, compared, alone } = plateaus(gridOf(cells), AIM);
      const [best, second] = regions;
      expect(best).toMatchObject({ kind: 'peak', cells: [77] });
      expect(second!.kind).toBe('plateau');
      const on_plateau = [...cells.keys()].filter((i) => planted(Math.floor(i / 10), i % 10) === 5);
      expect(on_plateau).toEqual(expect.arrayContaining([...second!.cells]));
      if (second!.cells.length === on_plateau.length) whole++;
      expect(second!.spans).toEqual([
        { axis: 'x', from: 1, to: 3, at_edge: false },
        { axis: 'y', from: 1, to: 4, at_edge: false },
      ]);
      expect(Math.abs(second!.value - 5)).toBeLessThan(5 * second!.se);
      expect(second!.se).toBeCloseTo(0.2 / Math.sqrt(second!.cells.length), 9);
      expect(regions.reduce((sum, region) => sum + region.cells.length, 0) + alone).toBe(compared);
    }
    expect(whole / repetitions).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / repetitions));
  });

  test('the lowest is best where that is asked for', () => {
    const cells = surface(
      crossed({ x: TEN, y: TEN }),
      ({ x, y }) => -planted(x!, y!),
      () => 0.1,
    );
    expect(plateaus(gridOf(cells), { quantity: MEAN, better: 'lowest' }).regions[0]).toMatchObject({
      kind: 'peak',
      value: -9,
    });
  });

  test('a slope is no plateau, however gentle, once its steps are told apart from the top; a tolerance makes it one', () => {
    const cells = surface(
      crossed({ x: TEN }),
      ({ x }) => x!,
      () => 0.05,
    );
    expect(plateaus(gridOf(cells), AIM).regions).toEqual([expect.objectContaining({ kind: 'peak', cells: [9] })]);
    const [region] = plateaus(gridOf(cells), AIM, { tolerance: 3 }).regions;
    expect(region).toMatchObject({ kind: 'plateau', cells: [9, 8, 7, 6] });
    expect(region!.spans).toEqual([{ axis: 'x', from: 6, to: 9, at_edge: true }]);
  });

  test('equal heights that do not touch are two plateaus', () => {
    const cells = surface(
      crossed({ x: TEN }),
      ({ x }) => (x === 4 || x === 5 ? 0 : 1),
      () => 0.01,
    );
    expect(plateaus(gridOf(cells), AIM).regions.map(({ cells: list }) => list)).toEqual([
      [0, 1, 2, 3],
      [6, 7, 8, 9],
      [4, 5],
    ]);
  });

  test('levels that are no numbers join nothing: no cell lies beside another', () => {
    const cells = surface(crossed({ how: ['a', 'b', 'c'] }), () => 1);
    expect(plateaus(gridOf(cells), AIM)).toMatchObject({ regions: [], alone: 3 });
  });

  test('cells that share their streams err together: the error of a plateau is that of one cell', () => {
    const cells = surface(
      crossed({ x: TEN }),
      () => 1,
      () => 0.3,
    );
    expect(plateaus(gridOf(cells), AIM, { paired: true }).regions[0]!.se).toBeCloseTo(0.3, 12);
  });
});
