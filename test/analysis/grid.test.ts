import { describe, expect, test } from 'vitest';

import { gridOf, neighboursOf } from '../../src/analysis/grid.ts';
import { crossed, surface } from './surface.ts';

describe('gridOf(cells)', () => {
  test('numbers stand in order, whatever the order of the study; other levels as they came', () => {
    const cells = surface(crossed({ x: [10, 2, 5], how: ['b', 'a'] }), () => 0);
    const { axes } = gridOf(cells);
    expect(axes.map(({ name, levels, ordered }) => [name, levels, ordered])).toEqual([
      ['x', [2, 5, 10], true],
      ['how', ['b', 'a'], false],
    ]);
  });

  test('a line has the cells that differ in its axis alone, and neighbours stand side by side', () => {
    const cells = surface(crossed({ x: [10, 2, 5], how: ['b', 'a'] }), () => 0);
    const grid = gridOf(cells);
    expect(grid.lines.map(({ axis, cells: line }) => [axis.name, line])).toEqual([
      ['x', [2, 4, 0]],
      ['x', [3, 5, 1]],
      ['how', [0, 1]],
      ['how', [2, 3]],
      ['how', [4, 5]],
    ]);
    const along = neighboursOf(grid).map(({ axis, from, to }) => `${axis.name} ${from}-${to}`);
    expect(along.slice(0, 4)).toEqual(['x 2-4', 'x 4-0', 'x 3-5', 'x 5-1']);
  });

  test('levels that are no numbers have no order: every two are neighbours', () => {
    const grid = gridOf(surface(crossed({ how: ['a', 'b', 'c'] }), () => 0));
    expect(neighboursOf(grid).map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
  });

  test('an axis that is active in some cells has lines only there, and cells without it are on none of them', () => {
    const points = [
      { how: 'none' },
      { how: 'blocks', size: 5 },
      { how: 'blocks', size: 10 },
      { how: 'other', size: 5 },
    ];
    const grid = gridOf(surface(points, () => 0));
    expect(grid.lines.map(({ axis, cells }) => [axis.name, cells])).toEqual([
      ['how', [1, 3]],
      ['size', [1, 2]],
    ]);
    expect([...grid.axes[1]!.at]).toEqual([-1, 0, 1, 0]);
  });

  test('one cell, or none, is a grid without axes', () => {
    expect(gridOf([])).toEqual({ cells: [], axes: [], lines: [] });
    expect(gridOf(surface([{ x: 1 }], () => 0)).axes).toEqual([]);
  });
});
