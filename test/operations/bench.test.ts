import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { bench } from '../../src/operations/bench.ts';
import { CoinStudy, HOST } from './coin-study.ts';

describe('bench', () => {
  const short = { threads: [1], chunks: [30], rounds: 1, seconds: 0.1 };

  it('measures a study that is an object, and leaves nothing behind', async () => {
    const coin = new CoinStudy();
    const before = readdirSync(coin.folder);
    const told: [number, number][] = [];
    const progress = (done: number, total: number): void => void told.push([done, total]);
    const found = await bench(coin.study, { ...short, base: coin.folder, progress }, HOST);
    expect(found).toMatchObject({ cells_sampled: 3, rounds: 1, rows: [{ threads: 1, chunk: 30 }] });
    expect(told.at(-1)).toEqual([told.length, told.length]);
    expect(readdirSync(coin.folder)).toEqual(before);
  });

  it('stops at a signal, rejects with its reason, and leaves nothing behind', async () => {
    const coin = new CoinStudy();
    const before = readdirSync(coin.folder);
    const controller = new AbortController();
    const reason = new Error('enough');
    let measured = 0;
    const progress = (): void => {
      if ((measured += 1) === 2) controller.abort(reason);
    };
    await expect(bench(coin.file, { ...short, progress, signal: controller.signal }, HOST)).rejects.toBe(reason);
    expect(measured).toBe(2);
    expect(readdirSync(coin.folder)).toEqual(before);
  });
});
