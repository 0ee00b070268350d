import { describe, expect, it, test } from 'vitest';

import { expandCells } from '../../src/study/cells.ts';
import { placeOfCell } from '../../src/study/find-cell.ts';
import { study } from './models.ts';

async function found(named: string): Promise<string> {
  const checked = await study({ model: 'coin', grid: { p: [0.4, 0.5, 0.6], flips: [50, 100] } });
  const cells = expandCells(checked);
  const { parameters } = cells.at(placeOfCell(checked, cells, named, 'runs/coin'));
  return `${String(parameters['p'])} ${String(parameters['flips'])}`;
}

describe('--cell', () => {
  it('names a cell by its id, or by parameters that it alone has', async () => {
    expect(await found('c9f3a0bd4f0f85ad')).toBe('0.5 100');
    expect(await found('p=0.5,flips=100')).toBe('0.5 100');
    expect(await found('flips=50, p=0.60')).toBe('0.6 50');
  });

  test.each([
    [
      'p=0.55,flips=100',
      /^runs\/coin has no cell with p=0\.55,flips=100; the nearest is p=0\.6,flips=100 \(cell [0-9a-f]{16}\)\.$/,
    ],
    ['p=0.41', /the nearest is p=0\.4 \(cell/],
    [
      'flips=100',
      /^--cell flips=100 matches 3 cells of runs\/coin; add what tells them apart, or give the id:(\n {2}[0-9a-f]{16} {2}p=0\.[456]){3}$/,
    ],
    ['nine', /^runs\/coin has no cell "nine"\. .*--cell name=value/],
    ['flip=100', /--cell: unknown parameter "flip"; .*did you mean flips\?/],
    ['p=2', /--cell p: found "2"; allowed: a number from 0 to 1/],
  ])('%s is refused in one message that says what to do', async (named, message) => {
    await expect(found(named)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(message) as string,
    });
  });
});
