import { describe, expect, it, test } from 'vitest';
import { expandCells } from '../../src/study/cells.ts';
import { cellSelector } from '../../src/study/select.ts';
import type { Selection } from '../../src/study/select.ts';
import { study } from './models.ts';

async function selected(selection: Selection): Promise<unknown[]> {
  const checked = await study({
    model: 'coin',
    grid: { p: [0.1, 0.2, 0.3], flips: [1, 2] },
    steps: { a: { grid: { p: [0.9] } } },
  });
  const cells = [...expandCells(checked)];
  return cells
    .filter(cellSelector(checked, selection))
    .map(({ parameters: { p, flips } }) => `${String(p)} ${String(flips)}`);
}

describe('--cells and --step', () => {
  it('select by parameters: all keys of one, any value of a key given twice, any of several', async () => {
    expect(await selected({})).toHaveLength(7);
    expect(await selected({ cells: ['p=0.10'] })).toEqual(['0.1 1', '0.1 2']);
    expect(await selected({ cells: ['p=0.1,flips=2'] })).toEqual(['0.1 2']);
    expect(await selected({ cells: ['p=0.1, p=0.2, flips=2'] })).toEqual(['0.1 2', '0.2 2']);
    expect(await selected({ cells: ['p=0.1,flips=2', 'p=0.3,flips=1'] })).toEqual(['0.1 2', '0.3 1']);
    expect(await selected({ cells: ['p=0.77'] })).toEqual([]);
  });

  it('select by step and by id', async () => {
    expect(await selected({ steps: ['a'] })).toEqual(['0.9 100']);
    expect(await selected({ steps: ['a'], cells: ['p=0.1'] })).toEqual([]);
    const { cell_id } = expandCells(await study({ model: 'coin', grid: { p: [0.2], flips: [2] } })).at(0);
    expect(await selected({ cells: [`cell_id=${cell_id}`] })).toEqual(['0.2 2']);
  });

  test.each<[Selection, string]>([
    [{ cells: ['flip=1'] }, 'unknown parameter "flip"; allowed: p, flips, cell_id; did you mean flips?'],
    [{ cells: ['p'] }, 'found "p"; allowed: parameter=value'],
    [{ cells: ['p=2'] }, 'found "2"; allowed: a number from 0 to 1'],
    [{ cells: ['p='] }, 'found ""; allowed: a number from 0 to 1'],
    [{ steps: ['b'] }, 'unknown step "b"; allowed: a'],
  ])('%j is refused', async (selection, expected) => {
    await expect(selected(selection)).rejects.toMatchObject({ code: 'USAGE', exit: 2 });
    await expect(selected(selection)).rejects.toThrow(expected);
  });
});
