import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { replay } from '../../src/operations/replay.ts';
import { run } from '../../src/operations/run.ts';
import { seeds } from '../../src/operations/seeds.ts';
import { baseSeed, seedOf } from '../../src/random/seeding.ts';
import { CoinStudy, HOST } from './coin-study.ts';

describe('seeds', () => {
  it('are those of the study, cell by cell and permutation by permutation', async () => {
    const coin = new CoinStudy();
    const found = await seeds(coin.file, {}, HOST);
    expect(found).toMatchObject({ scheme: 'sha256-32', generator: 'alea', global: 1337, stride: 0 });
    expect(found.cells).toHaveLength(4);
    for (const { cell_id, base_seed } of found.cells) {
      expect(base_seed).toBe(baseSeed(cell_id, 1337, 0));
      const seed = seedOf(baseSeed(cell_id, 1337, 0), 7);
      expect(found.of(cell_id, 7)).toEqual({ cell_id, perm_index: 7, base_seed, generator: 'alea', seed });
    }
    expect(found.overlap()).toMatchObject({ pairs: 0, fraction: 0 });
  });

  it('of an object are those that its run draws from', async () => {
    const coin = new CoinStudy();
    const study = { ...coin.study, seed: { global: 9, stride: 1000 } };
    await run(study, { threads: 1, base: coin.folder }, HOST);
    const found = await seeds(study, { base: coin.folder }, HOST);
    const { cell_id } = found.cells[3]!;
    const { seed, equal } = await replay(coin.output, cell_id, 249, {}, HOST);
    expect([seed, equal]).toEqual([found.of(cell_id, 249).seed, true]);
  });

  it('of scheme philox are keys', async () => {
    const coin = new CoinStudy();
    const study = { ...coin.study, seed: { scheme: 'philox', generator: 'philox' } as const };
    const found = await seeds(study, { base: coin.folder }, HOST);
    const { cell_id, base_seed } = found.cells[0]!;
    expect(base_seed).toHaveLength(2);
    expect(found.of(cell_id, 3).seed).toEqual(base_seed);
    expect(found.overlap().kind).toBe('none');
  });

  it('that there are not are refused, as a row that there is not is', async () => {
    const coin = new CoinStudy();
    const found = await seeds(coin.file, {}, HOST);
    const { cell_id } = found.cells[0]!;
    for (const [cell, perm, path] of [
      ['nine', 0, '--cell'],
      [cell_id, 250, '--perm'],
      [cell_id, -1, '--perm'],
      [cell_id, 0.5, '--perm'],
    ] as const)
      expect(() => found.of(cell, perm)).toThrow(expect.objectContaining({ code: 'USAGE', path }));
    await run(coin.file, { threads: 1 }, HOST);
    await expect(replay(coin.output, 'nine', 0, {}, HOST)).rejects.toMatchObject({ code: 'USAGE', path: '--cell' });
    await expect(replay(coin.output, cell_id, 250, {}, HOST)).rejects.toMatchObject({ code: 'USAGE', path: '--perm' });
    await expect(seeds(join(coin.folder, 'no.yaml'), {}, HOST)).rejects.toMatchObject({ code: 'STUDY' });
  });
});
