import { describe, expect, test } from 'vitest';

import type { Aim } from '../../src/analysis/aims.ts';
import { gridOf } from '../../src/analysis/grid.ts';
import { paretoFront } from '../../src/analysis/pareto.ts';
import type { AnalysedCell } from '../../src/analysis/quantity.ts';
import { ESTIMATORS } from '../statistics/estimators.ts';
import { meanAt } from './surface.ts';

const HIGH: Aim = { quantity: { metric: 'gain', statistic: 'mean' }, better: 'highest' };
const LOW: Aim = { quantity: { metric: 'risk', statistic: 'mean' }, better: 'lowest' };

function cells(
  points: readonly (readonly [gain: number, risk: number])[],
  errors: readonly (readonly [number, number])[],
): AnalysedCell[] {
  return points.map(([gain, risk], i) => ({
    cell_id: `c${i}`,
    parameters: { x: i },
    n: 1000,
    statistics: { gain: meanAt(gain, errors[i]![0]), risk: meanAt(risk, errors[i]![1]) },
  }));
}

describe('paretoFront(grid, aims)', () => {
  test('is of the cells that none beats in everything, each with the probability that NumPy finds', () => {
    const { points, errors, probability } = ESTIMATORS.front;
    // Less risk is more of its opposite.
    const turned = points.map(([gain, other]) => [gain, -other] as const);
    const { cells: front, compared } = paretoFront(gridOf(cells(turned, errors)), [HIGH, LOW]);
    expect(compared).toBe(5);
    expect(
      front
        .filter(({ on_front }) => on_front)
        .map(({ cell }) => cell)
        .sort(),
    ).toEqual([0, 1, 2, 3]);
    for (const { cell, probability: found } of front) {
      expect(found.n).toBe(2000);
      expect(Math.abs(found.share - probability[cell]!)).toBeLessThan(4 * found.se + 0.001);
    }
    // The last one is beaten beyond doubt.
    expect(front.some(({ cell }) => cell === 4)).toBe(false);
  });

  test('the same question has the same answer', () => {
    const { points, errors } = ESTIMATORS.front;
    const grid = gridOf(cells(points, errors));
    expect(paretoFront(grid, [HIGH, LOW])).toEqual(paretoFront(grid, [HIGH, LOW]));
  });

  test('equal cells without error are all on it, and a cell in which an aim is undefined is not compared', () => {
    const grid = gridOf(
      cells(
        [
          [1, 1],
          [1, 1],
          [NaN, 0],
          [0.5, 2],
        ],
        [
          [0, 0],
          [0, 0],
          [0, 0],
          [0, 0],
        ],
      ),
    );
    const { cells: front, compared } = paretoFront(grid, [HIGH, LOW]);
    expect(compared).toBe(3);
    expect(front.map(({ cell, probability }) => [cell, probability.share])).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });
});
