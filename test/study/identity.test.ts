import { describe, expect, it } from 'vitest';
import { expandCells } from '../../src/study/cells.ts';
import {
  commonIdentity,
  compareIdentity,
  describeIdentity,
  differenceLines,
  experimentHasher,
} from '../../src/study/identity.ts';
import type { RunIdentity } from '../../src/study/identity.ts';
import { study } from './models.ts';

const raw = { model: 'coin', parameters: { flips: 7 }, grid: { p: [0.1, 0.2] } };

async function identity(
  changes: object = {},
  inputs: Record<string, string> = {},
  defaults = {},
): Promise<RunIdentity> {
  const checked = await study({ ...raw, ...changes });
  const made = describeIdentity(checked, commonIdentity(checked, inputs), expandCells(checked, defaults), defaults);
  return JSON.parse(JSON.stringify(made)) as RunIdentity; // as it comes back from the manifest
}

const paths = (before: RunIdentity, after: RunIdentity): string[] => compareIdentity(before, after).map((d) => d.path);

describe('experiment', () => {
  it('is 64 hex digits over exactly what decides the rows', async () => {
    const hashOf = async (changes: object, inputs: Record<string, string> = {}): Promise<string> => {
      const checked = await study({ ...raw, ...changes });
      return experimentHasher(commonIdentity(checked, inputs))(expandCells(checked).at(0));
    };
    const first = await hashOf({});
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    for (const same of [
      { name: 'other' },
      { permutations: 99 },
      { output: 'x' },
      { format: 'arrow' },
      { batch_rows: 5 },
      { grid: { p: [0.1] } },
    ]) {
      expect(await hashOf(same)).toBe(first);
    }
    const others = [
      { seed: { global: 1 } },
      { seed: { stride: 5 } },
      { seed: { generator: 'sfc32' } },
      { streams: 'shared' },
      { grid: { p: [0.3] } },
      { cell_ids: 'index' },
    ];
    const hashes = await Promise.all([...others.map((other) => hashOf(other)), hashOf({}, { trades: 'aa' })]);
    expect(new Set([first, ...hashes]).size).toBe(others.length + 2);
  });

  it('knows defaults that came from inputs, and the fact that shared streams share', async () => {
    const checked = await study({ model: 'trades', inputs: { trades: 't', equity_curve: 'e' }, streams: 'shared' });
    const hashes = [1, 2].flatMap((initial_equity) =>
      [1, 2].map((shared) =>
        experimentHasher(commonIdentity(checked, {}, shared))(expandCells(checked, { initial_equity }).at(0)),
      ),
    );
    expect(new Set(hashes).size).toBe(4);
  });
});

describe('a second run', () => {
  it('is the same with other labels, more permutations, more cells and more steps', async () => {
    const first = await identity();
    for (const changes of [
      {},
      { name: 'x', permutations: 999 },
      { grid: { p: [0.05, 0.1, 0.2] } },
      { steps: { a: { grid: { p: [0.9] } } } },
      { cells: [{ p: 1 }] },
    ]) {
      expect(compareIdentity(first, await identity(changes))).toEqual([]);
    }
  });

  it('names the field that differs, with both values', async () => {
    const first = await identity();
    expect(compareIdentity(first, await identity({ seed: { global: 42 } }))).toEqual([
      { path: 'seed.global', old: 1337, new: 42 },
    ]);
    expect(compareIdentity(first, await identity({ parameters: { flips: 8 } }))).toEqual([
      { path: 'parameters.flips', old: 7, new: 8 },
    ]);
    expect(paths(first, await identity({ streams: 'shared' }))).toEqual(['streams.sharing', 'streams.group']);
    expect(paths(first, await identity({ model: 'kinds', parameters: { rate: 1 }, grid: {} }))).toContain('model');
    expect(paths(first, await identity({ cell_ids: 'index' }))).toEqual(['cell_ids']);
    expect(compareIdentity(await identity({}, { trades: 'aa' }), await identity({}, { trades: 'bb' }))).toEqual([
      { path: 'inputs.trades', old: 'aa', new: 'bb' },
    ]);
  });

  it('is refused without a cell that was there before', async () => {
    expect(compareIdentity(await identity(), await identity({ grid: { p: [0.1] } }))).toEqual([
      { path: 'grid.p', old: [0.1, 0.2], new: [0.1] },
    ]);
  });

  it('is refused where positions now mean other values', async () => {
    const index = { cell_ids: 'index' };
    expect(paths(await identity(index), await identity({ ...index, grid: { p: [0.05, 0.1, 0.2] } }))).toEqual([
      'grid.p',
    ]);
    expect(paths(await identity(index), await identity({ ...index, grid: { p: [0.1, 0.2, 0.3] } }))).toEqual([]);
  });

  it('names a default that an input gave', async () => {
    const trades = { model: 'trades', inputs: { trades: 't', equity_curve: 'e' }, parameters: {}, grid: {} };
    const before = await identity(trades, { equity_curve: 'same' }, { initial_equity: 1 });
    const after = await identity(trades, { equity_curve: 'same' }, { initial_equity: 2 });
    expect(compareIdentity(before, after)).toEqual([{ path: 'defaults.initial_equity', old: 1, new: 2 }]);
  });

  it('differences read as one line each', () => {
    expect(differenceLines([{ path: 'seed.global', old: 1337, new: undefined }])).toEqual([
      'seed.global: was 1337, is not there',
    ]);
    expect(differenceLines(Array.from({ length: 12 }, () => ({ path: 'a', old: 1, new: 2 })))).toHaveLength(11);
  });
});
