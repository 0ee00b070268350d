import { describe, expect, it } from 'vitest';

import { cellsOf, change, firstChoice, fullest, placesOf } from '../../../src/serve/client/cells.ts';
import { choiceOf, hashOf, lookOf } from '../../../src/serve/client/look.ts';
import type { Surface } from '../../../src/serve/client/wire.ts';

/** Two shifts, three sizes; a block length that only one mode has. */
const axes = [
  { name: 'mode', unit: '', levels: ['none', 'block'] },
  { name: 'size', unit: 'usd', levels: ['1', '2', '3'] },
  { name: 'block_len', unit: '', levels: ['-', '5', '10'] },
];
const cells: Surface['cells'] = [0, 1, 2].flatMap((size) => [
  [`n${size}`, 0, size, 0] as const,
  [`a${size}`, 1, size, 1] as const,
  [`b${size}`, 1, size, 2] as const,
]);
const surface: Surface = { metrics: [], axes, cells, left_out: 0 };

describe('a map', () => {
  it('is first over the two axes, and at the levels of the others, where it is fullest', () => {
    const all = cellsOf(surface);
    expect(firstChoice(surface, all)).toEqual({ x: 1, y: 2, fixed: [1, 0, 1] });
  });

  it('has the last level at the top, and every cell of its levels once', () => {
    const all = cellsOf(surface);
    const places = placesOf(surface, all, { x: 1, y: 2, fixed: [1, 0, 0] });
    expect(places.map((row) => row.map(({ cells: here }) => here.map(({ cell_id }) => cell_id).join()))).toEqual([
      ['b0', 'b1', 'b2'],
      ['a0', 'a1', 'a2'],
      ['', '', ''],
    ]);
  });

  it('takes other levels where there is no cell at those that are wished for', () => {
    const all = cellsOf(surface);
    expect(fullest(surface, all, 1, 0, new Map([[2, 1]])).choice.fixed[2]).toBe(1);
    const look = lookOf('#x=size&y=block_len&at.mode=none');
    expect(choiceOf(surface, all, look)).toMatchObject({ x: 1, y: 2, fixed: [0, 0, 0] });
  });

  it('of how far cells are adds up those of all levels', () => {
    const all = cellsOf(surface);
    change(all, {
      metric: '',
      shown: 'done',
      cells: all.map(({ index }) => [index, 1, index, 10, null, null] as const),
    });
    const [row] = placesOf(surface, all, { x: 1, y: -1, fixed: ['all', 0, 'all'] });
    expect(row!.map(({ n_done, n_target }) => [n_done, n_target])).toEqual([
      [0 + 1 + 2, 30],
      [3 + 4 + 5, 30],
      [6 + 7 + 8, 30],
    ]);
  });

  it('without an axis is one place', () => {
    const one: Surface = { metrics: [], axes: [], cells: [['only']], left_out: 0 };
    const all = cellsOf(one);
    expect(placesOf(one, all, firstChoice(one, all))[0]![0]!.cells).toHaveLength(1);
  });
});

it('what a page shows is in its address, and comes back from it', () => {
  const hash = '#metric=heads&show=p05&x=size&cell=n0&at.mode=block';
  expect(lookOf(hash)).toEqual({
    metric: 'heads',
    shown: 'p05',
    x: 'size',
    y: undefined,
    fixed: new Map([['mode', 'block']]),
    cell: 'n0',
  });
  expect(lookOf(hashOf(lookOf(hash)))).toEqual(lookOf(hash));
  expect(hashOf(lookOf(''))).toBe('');
  expect(lookOf('#show=<script>').shown).toBe('mean');
});
