import { createHash } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { allParameters, expandCells } from '../../src/study/cells.ts';
import type { CellList } from '../../src/study/cells.ts';
import { StudyError } from '../../src/study/problem.ts';
import { standardSurface, study } from './models.ts';

async function cellsOf(raw: object): Promise<CellList> {
  return expandCells(await study(raw));
}

async function problemsOf(raw: object): Promise<string[]> {
  try {
    await cellsOf(raw);
  } catch (error) {
    if (error instanceof StudyError) return error.problems.map((problem) => problem.message);
    throw error;
  }
  return [];
}

const ids = (cells: CellList): string[] => [...cells].map((cell) => cell.cell_id);

describe('params ids', () => {
  it('the coin of the contract is c9f3a0bd4f0f85ad, whether values are given or defaults', async () => {
    for (const parameters of [{}, { p: 0.5 }, { flips: 100.0, p: 0.5 }]) {
      const cells = await cellsOf({ model: 'coin', parameters });
      expect(ids(cells)).toEqual(['c9f3a0bd4f0f85ad']);
      expect(cells.at(0).parameters).toEqual({ p: 0.5, flips: 100 });
    }
    const written = '{"model":"coin","parameters":{"flips":100,"p":0.5}}';
    expect(createHash('sha256').update(written).digest('hex').slice(0, 16)).toBe('c9f3a0bd4f0f85ad');
  });

  it('widening a grid or fixing a parameter renames nothing', async () => {
    const narrow = await cellsOf({ model: 'coin', grid: { p: [0.5] } });
    const wide = await cellsOf({ model: 'coin', parameters: { flips: 100 }, grid: { p: [0.1, 0.5] } });
    expect(ids(wide)).toContain(ids(narrow)[0]);
  });

  it('-0 is 0', async () => {
    expect(ids(await cellsOf({ model: 'coin', grid: { p: [-0] } }))).toEqual(
      ids(await cellsOf({ model: 'coin', grid: { p: [0] } })),
    );
  });

  it('an alias is its value before anything else', async () => {
    const cells = await cellsOf({
      model: 'kinds',
      parameters: { rate: 1 },
      grid: { scheduler: ['dynamic_only', 'dynamic_no_bins'] },
    });
    expect([cells.length, cells.folded]).toEqual([1, 1]);
    expect(cells.at(0).parameters.scheduler).toBe('dynamic_no_bins');
  });

  it('a default taken from an input does not enter the id, but reaches the model', async () => {
    const raw = { model: 'trades', inputs: { trades: 't.csv', equity_curve: 'e.csv' } };
    const checked = await study(raw);
    const [a, b] = [5000, 7000].map((initial_equity) => expandCells(checked, { initial_equity }).at(0));
    expect(a!.cell_id).toBe(b!.cell_id);
    expect(a!.parameters).not.toHaveProperty('initial_equity');
    expect(allParameters(b!).initial_equity).toBe(7000);
    const given = expandCells(await study({ ...raw, parameters: { initial_equity: 5000 } }), {
      initial_equity: 7000,
    }).at(0);
    expect(given.parameters.initial_equity).toBe(5000);
    expect(given.cell_id).not.toBe(a!.cell_id);
  });
});

describe('folding', () => {
  it('the standard trade surface has 1,512 points and 1,064 cells', async () => {
    const cells = await cellsOf(standardSurface);
    expect([cells.points, cells.length, cells.folded]).toEqual([1512, 1064, 448]);
    expect(new Set(ids(cells)).size).toBe(1064);
  });

  it('a folded cell keeps the first id', async () => {
    const cells = await cellsOf({ ...standardSurface, cell_ids: 'index' });
    expect(cells.length).toBe(1064);
    expect(cells.at(0)).toMatchObject({ index: 0, cell_id: '0_0_0_0_0_0', positions: [0, 0, 0, 0, 0, 0] });
    expect(cells.at(1)).toMatchObject({ cell_id: '0_0_0_0_1_0' });
    expect(cells.at(2)).toMatchObject({ cell_id: '0_0_0_0_2_0' });
    expect(cells.at(3)).toMatchObject({ cell_id: '0_0_0_0_2_1' });
    expect(cells.at(0).parameters).not.toHaveProperty('block_len');
    expect(cells.at(3).parameters.block_len).toBe(10);
  });

  it('an axis with `when` contributes nothing where the condition does not hold', async () => {
    const cells = await cellsOf({
      model: 'trades',
      inputs: { trades: 't.csv' },
      grid: {
        p_skip: [0, 0.01, 0.02],
        slip_dollars: { from: 0, to: 300, step: 25 },
        shuffle_mode: ['none', 'permute', 'block_permute'],
        block_len: { values: [5, 10, 20], when: { shuffle_mode: 'block_permute' } },
      },
    });
    expect([cells.points, cells.length, cells.folded]).toEqual([3 * 13 * 5, 3 * 13 * 5, 0]);
  });

  it('where a conditional axis does not apply the fixed value or the default stands', async () => {
    const grid = { flips: [1, 2], p: { values: [0.1, 0.2], when: { flips: [2, 3] } } };
    const values = async (parameters: object): Promise<unknown[]> =>
      [...(await cellsOf({ model: 'coin', parameters, grid }))].map(({ parameters: { flips, p } }) => [flips, p]);
    expect(await values({})).toEqual([
      [1, 0.5],
      [2, 0.1],
      [2, 0.2],
    ]);
    expect(await values({ p: 0.9 })).toEqual([
      [1, 0.9],
      [2, 0.1],
      [2, 0.2],
    ]);
  });

  it('a range may have a condition', async () => {
    const cells = await cellsOf({
      model: 'coin',
      grid: { flips: [1, 2], p: { from: 0.1, to: 0.3, step: 0.1, when: { flips: 2 } } },
    });
    expect([...cells].map((cell) => cell.parameters.p)).toEqual([0.5, 0.1, 0.2, 0.3]);
  });
});

describe('index ids', () => {
  it('name the position on every axis, single-valued ones included', async () => {
    const cells = await cellsOf({ model: 'coin', cell_ids: 'index', grid: { p: [0.1, 0.2], flips: 7 } });
    expect(ids(cells)).toEqual(['0_0', '1_0']);
  });

  it('carry the step in front', async () => {
    const cells = await cellsOf({
      model: 'coin',
      cell_ids: 'index',
      steps: { a: { grid: { p: [0.1, 0.2] } }, b: { parameters: { p: 1 } } },
    });
    expect(ids(cells)).toEqual(['a.0', 'a.1', 'b.0']);
  });

  it('explicit cells are named by their own id or by their place', async () => {
    const cells = await cellsOf({
      model: 'coin',
      cell_ids: 'index',
      grid: { p: [0.1] },
      cells: [{ p: 0.2 }, { id: 'worst', parameters: { p: 1 } }],
    });
    expect(ids(cells)).toEqual(['0', 'cells_0', 'worst']);
    expect(cells.at(2)).toMatchObject({ positions: [], parameters: { p: 1, flips: 100 } });
  });
});

describe('which cells there are', () => {
  const count = async (raw: object): Promise<number> => (await cellsOf({ model: 'coin', ...raw })).length;
  test('no grid, or an empty one, is one cell', async () => {
    expect(await count({})).toBe(1);
    expect(await count({ grid: {} })).toBe(1);
    expect(await count({ grid: null, cells: [] })).toBe(1);
  });
  test('explicit cells stand instead of a grid, or beside one', async () => {
    expect(await count({ cells: [{ p: 0.1 }, { p: 0.2 }] })).toBe(2);
    expect(await count({ grid: { p: [0.3] }, cells: [{ p: 0.1 }, { p: 0.2 }] })).toBe(3);
  });
  test('steps without a grid have only the cells of the steps', async () => {
    expect(await count({ steps: { a: { grid: { p: [0.1, 0.2] } } } })).toBe(2);
    expect(await count({ steps: { a: { cells: [{ p: 0.1 }] } } })).toBe(1);
    expect(await count({ grid: { p: [0.3] }, steps: { a: { grid: { p: [0.1, 0.2] } } } })).toBe(3);
  });

  it('parameters of a step are those of the study unless it gives its own', async () => {
    const cells = await cellsOf({
      model: 'coin',
      parameters: { p: 0.1, flips: 3 },
      steps: { a: { parameters: { p: 0.2 } } },
    });
    expect(cells.at(0)).toMatchObject({ steps: ['a'], parameters: { p: 0.2, flips: 3 } });
  });

  it('steps that have a cell in common share it', async () => {
    const cells = await cellsOf({
      model: 'coin',
      steps: { a: { grid: { p: [0.1, 0.2] } }, b: { grid: { p: [0.2, 0.3] } } },
    });
    expect([...cells].map((cell) => cell.steps)).toEqual([['a'], ['a', 'b'], ['b']]);
    expect(cells.folded).toBe(1);
  });

  it('a list is one value of an axis, or the only one', async () => {
    const values = async (bounds: unknown): Promise<unknown[]> =>
      [...(await cellsOf({ model: 'kinds', parameters: { rate: 1 }, grid: { bounds } }))].map(
        (cell) => cell.parameters.bounds,
      );
    expect(await values([[1, 2], [3]])).toEqual([[1, 2], [3]]);
    expect(await values([1, 2])).toEqual([[1, 2]]);
    const bins = await cellsOf({
      model: 'kinds',
      parameters: { rate: 1 },
      grid: {
        bins: [
          [
            [0, 1],
            [1, 2],
          ],
          [[0, 2]],
        ],
      },
    });
    expect(bins.length).toBe(2);
    const one = await cellsOf({
      model: 'kinds',
      parameters: { rate: 1 },
      grid: {
        bins: [
          [0, 1],
          [1, 2],
        ],
      },
    });
    expect(one.at(0).parameters.bins).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});

describe('problems of single cells', () => {
  it('two different cells with one id are named both', async () => {
    const [message] = await problemsOf({
      model: 'coin',
      cells: [
        { id: 'a', p: 0.1 },
        { id: 'a', p: 0.2 },
      ],
    });
    expect(message).toContain('cells[1].id: two different cells have the id "a"');
    expect(message).toContain('"p":0.1');
    expect(message).toContain('"p":0.2');
    const [other] = await problemsOf({
      model: 'coin',
      cell_ids: 'index',
      grid: { p: [0.1, 0.2] },
      cells: [{ id: '1', p: 0.3 }],
    });
    expect(other).toContain('two different cells have the id "1"');
  });

  it.each([
    ['case', 'alpha', 'Alpha'],
    ['case, past ASCII', 'Zürich', 'ZÜRICH'],
    ['case, where a letter becomes two', 'straße', 'STRASSE'],
    ['Unicode form', 'ﬁne', 'fine'],
  ])('ids that differ only by %s are refused on every system', async (_, one, other) => {
    const [message] = await problemsOf({
      model: 'coin',
      cells: [
        { id: one, p: 0.1 },
        { id: other, p: 0.2 },
      ],
    });
    expect(message).toContain(`cells[1].id: the ids "${one}" and "${other}" differ only by case or Unicode form`);
  });

  it('an id that differs from a made one only by case is refused', async () => {
    const [message] = await problemsOf({
      model: 'coin',
      cell_ids: 'index',
      steps: { base: { grid: { p: [0.1] }, cells: [{ id: 'BASE.0', p: 0.2 }] } },
    });
    expect(message).toContain('differ only by case');
  });

  it.each([
    ['Base', 'differs from the step base only by case'],
    ['nul', 'Windows keeps nul for a device'],
    ['Com1', 'Windows keeps Com1 for a device'],
    ['Final_Results', 'final_results.csv holds all complete cells'],
    ['ALL_RESULTS', 'all_results.csv holds the results of all steps'],
  ])('a step cannot be called %s beside base', async (name, reason) => {
    const [message] = await problemsOf({
      model: 'coin',
      steps: { base: { grid: { p: [0.1] } }, [name]: { grid: { p: [0.2] } } },
    });
    expect(message).toContain(`steps.${name}`);
    expect(message).toContain(reason);
  });

  it('equal cells with two ids are one, under the first', async () => {
    const cells = await cellsOf({
      model: 'coin',
      cells: [
        { id: 'a', p: 0.1 },
        { id: 'b', p: 0.1 },
      ],
    });
    expect(ids(cells)).toEqual(['a']);
  });

  it('a parameter that matters only in some cells must be given there', async () => {
    expect(await problemsOf({ model: 'kinds', parameters: { rate: 1 }, grid: { fast: [false] } })).toEqual([]);
    const [message] = await problemsOf({ model: 'kinds', parameters: { rate: 1 }, grid: { fast: [false, true] } });
    expect(message).toContain('model kinds needs shape, which has no default');
  });

  it("the model's own check speaks once for each thing that is wrong", async () => {
    const messages = await problemsOf({ model: 'kinds', grid: { rate: [8, 9], label: ['a', 'b'] } });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('rate: 9 is not possible; take 8 or 10');
  });
});

describe('size', () => {
  it('100,000 cells expand in little memory, and each is found by its place and its id', async () => {
    const p = Array.from({ length: 100 }, (_, i) => i / 100);
    const flips = { from: 1, to: 1000, step: 1 };
    const cells = await cellsOf({ model: 'coin', grid: { p, flips } });
    expect(cells.length).toBe(100000);
    const last = cells.at(99999);
    expect(last).toMatchObject({ index: 99999, positions: [99, 999], parameters: { p: 0.99, flips: 1000 } });
    expect(cells.indexOf(cells.idAt(1234))).toBe(1234);
    expect(cells.indexOf('no such')).toBe(-1);
  });
});
