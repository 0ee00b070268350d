import { describe, expect, it } from 'vitest';
import coin from '../../examples/coin/coin.ts';
import { createSeededRng } from '../../src/random/streams.ts';

/** Rows of 2,000 permutations of the example's model. */
function rows(p: number, flips: number): { heads: number; longest_run: number }[] {
  // Without a prepare the state is what it would have been given.
  const state = {
    parameters: { p, flips },
    inputs: undefined,
    streams: 'independent' as const,
    shared: undefined,
    metrics: [],
  };
  const rng = createSeededRng('alea');
  return Array.from({ length: 2000 }, (_, perm) => {
    rng.reseed(perm);
    const row = { heads: NaN, longest_run: NaN };
    void coin.simulate!(state, rng, row);
    return row;
  });
}

describe('examples/coin', () => {
  it('counts heads: p x flips on average, within 4 standard errors', () => {
    const all = rows(0.4, 100);
    const mean = all.reduce((sum, { heads }) => sum + heads, 0) / all.length;
    expect(Math.abs(mean - 40)).toBeLessThan(4 * Math.sqrt((100 * 0.4 * 0.6) / all.length));
    for (const { heads, longest_run } of all) {
      expect(longest_run).toBeLessThanOrEqual(heads);
      expect(longest_run > 0).toBe(heads > 0);
    }
  });

  it('a coin that always or never shows heads has one row', () => {
    expect(new Set(rows(1, 7).map((row) => JSON.stringify(row)))).toEqual(new Set(['{"heads":7,"longest_run":7}']));
    expect(new Set(rows(0, 7).map((row) => JSON.stringify(row)))).toEqual(new Set(['{"heads":0,"longest_run":0}']));
  });
});
