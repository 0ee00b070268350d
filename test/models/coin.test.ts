import { describe, expect, it } from 'vitest';
import coin from '../../examples/coin/coin.ts';
import { createSeededRng } from '../../src/random/streams.ts';

/** Rows of 2,000 permutations of the example's model. */
async function rows(p: number, flips: number): Promise<{ heads: number; longest_run: number }[]> {
  const state = await coin.prepare!({
    parameters: { p, flips },
    inputs: undefined,
    streams: 'independent',
    shared: undefined,
    metrics: [],
  });
  const rng = createSeededRng('alea');
  return Array.from({ length: 2000 }, (_, perm) => {
    rng.reseed(perm);
    const row = { heads: NaN, longest_run: NaN };
    coin.simulate!(state, rng, row);
    return row;
  });
}

describe('examples/coin', () => {
  it('counts heads: p x flips on average, within 4 standard errors', async () => {
    const all = await rows(0.4, 100);
    const mean = all.reduce((sum, { heads }) => sum + heads, 0) / all.length;
    expect(Math.abs(mean - 40)).toBeLessThan(4 * Math.sqrt((100 * 0.4 * 0.6) / all.length));
    for (const { heads, longest_run } of all) {
      expect(longest_run).toBeLessThanOrEqual(heads);
      expect(longest_run > 0).toBe(heads > 0);
    }
  });

  it('a coin that always or never shows heads has one row', async () => {
    expect(new Set((await rows(1, 7)).map((row) => JSON.stringify(row)))).toEqual(
      new Set(['{"heads":7,"longest_run":7}']),
    );
    expect(new Set((await rows(0, 7)).map((row) => JSON.stringify(row)))).toEqual(
      new Set(['{"heads":0,"longest_run":0}']),
    );
  });
});
