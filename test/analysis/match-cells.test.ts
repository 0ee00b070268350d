import { expect, test } from 'vitest';

import { matchCells, type MatchedCell } from '../../src/analysis/match-cells.ts';
import type { Parameters } from '../../src/model/model.ts';

function cells(...all: Parameters[]): MatchedCell[] {
  return all.map((parameters, i) => ({ cell_id: `c${i}`, parameters }));
}

test('cells that are equal in what varies belong together, wherever they stand', () => {
  const found = matchCells(
    cells({ x: 1, y: 'a' }, { x: 2, y: 'a' }),
    cells({ x: 2, y: 'a' }, { x: 1, y: 'a' }, { x: 3, y: 'a' }),
  );
  expect(found).toEqual({
    by: ['x'],
    pairs: [
      [0, 1],
      [1, 0],
    ],
    only_first: [],
    only_second: [2],
    ambiguous: [[], []],
  });
});

test('a parameter that is fixed in both, to different values, keeps no cells apart', () => {
  const found = matchCells(cells({ x: 1, equity: 10 }, { x: 2, equity: 10 }), cells({ x: 1, equity: 20 }));
  expect([found.by, found.pairs, found.only_first]).toEqual([['x'], [[0, 0]], [1]]);
});

test('an axis of one run that the other has fixed matches the cells with that value', () => {
  const found = matchCells(cells({ x: 1, y: 5 }, { x: 1, y: 6 }), cells({ x: 1, y: 6 }));
  expect([found.by, found.pairs, found.only_first]).toEqual([['y'], [[1, 0]], [0]]);
});

test('where an axis is not known to the other run, its cells might belong to several: none is picked', () => {
  const found = matchCells(cells({ x: 1, new: 5 }, { x: 1, new: 6 }, { x: 2, new: 5 }), cells({ x: 1 }, { x: 2 }));
  expect([found.pairs, found.ambiguous]).toEqual([[[2, 1]], [[0, 1], [0]]]);
});

test('an inactive parameter is a value of its own', () => {
  const found = matchCells(
    cells({ how: 'none' }, { how: 'blocks', size: 5 }),
    cells({ how: 'blocks', size: 5 }, { how: 'none' }),
  );
  expect(found.pairs).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

test('runs of one cell each belong together, and no cells to no cells', () => {
  expect(matchCells(cells({ x: 1 }), cells({ x: 1 })).pairs).toEqual([[0, 0]]);
  expect(matchCells(cells(), cells({ x: 1 })).only_second).toEqual([0]);
});
