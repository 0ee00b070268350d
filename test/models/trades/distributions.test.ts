import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ParameterValue } from '../../../src/model/model.ts';
import { TRADE_METRICS } from '../../../src/models/trades/prepared.ts';
import type { TradeMetric } from '../../../src/models/trades/prepared.ts';
import { drawPath } from '../../../src/models/trades/path.ts';
import { createStreams } from '../../../src/random/streams.ts';
import { alea, chunk, prepared } from './run-model.ts';

const golden = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../fixtures/trades/numpy_sample.json', import.meta.url)), 'utf8'),
) as {
  readonly trades: string;
  readonly cases: readonly {
    readonly parameters: Record<string, ParameterValue>;
    readonly samples: Readonly<Record<TradeMetric, readonly number[]>>;
  }[];
};
const trades = golden.trades;
const N = 60;
const PERMUTATIONS = 4000;

async function columns(parameters: Record<string, ParameterValue>): Promise<Record<TradeMetric, Float64Array>> {
  const all = chunk(await prepared({ trades }, parameters), alea(20240607), 0, PERMUTATIONS);
  return Object.fromEntries(TRADE_METRICS.map((name, m) => [name, all[m]])) as Record<TradeMetric, Float64Array>;
}
const mean = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
const sd = (x: Float64Array): number => Math.sqrt(mean(x.map((value) => (value - mean(x)) * (value - mean(x)))));
const distinct = (x: Float64Array): number => new Set(x).size;

/** Largest distance between the two empirical distribution functions. */
function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const x = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= x) i++;
    while (j < b.length && b[j]! <= x) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

/** The fixture keeps 6 digits: ours are rounded the same way, so that ties are ties. */
const sixDigits = (x: Float64Array): Float64Array => x.map((value) => Number(value.toPrecision(6))).sort();

describe('what the model does, in distribution', () => {
  it.each([0.02, 0.1, 0.5])('the mean of n_trades is n (1 - %d) within 4 standard errors', async (p_skip) => {
    const { n_trades } = await columns({ p_skip, min_trades: 0 });
    const se = Math.sqrt((N * p_skip * (1 - p_skip)) / PERMUTATIONS);
    expect(Math.abs(mean(n_trades) - N * (1 - p_skip))).toBeLessThan(4 * se);
  });

  it('slippage costs n slip / 2 on average, and never more than n slip', async () => {
    const base = (await columns({})).total_pnl[0]!;
    const { total_pnl } = await columns({ slip_dollars: 80 });
    const cost = total_pnl.map((value) => base - value);
    expect(Math.abs(mean(cost) - (N * 80) / 2)).toBeLessThan(4 * Math.sqrt((N * 80 * 80) / 12 / PERMUTATIONS));
    expect(cost.every((value) => value >= 0 && value <= N * 80)).toBe(true);
  });

  it.each(['permute', 'block_permute'])(
    '%s leaves the order-free metrics constant to the last bit, drawdown varies',
    async (mode) => {
      const rows = await columns({ shuffle_mode: mode, block_len: 5 });
      for (const name of ['total_pnl', 'total_return_pct', 'profit_factor', 'win_rate', 'n_trades'] as const) {
        expect([name, distinct(rows[name])]).toEqual([name, 1]);
      }
      expect(distinct(rows.max_drawdown_pct)).toBeGreaterThan(PERMUTATIONS / 10);
    },
  );

  it('the trade bootstrap has mean total_pnl = the sample total and sd = sqrt(n) x the population sd', async () => {
    const state = await prepared({ trades }, {});
    const { pnl } = state.cell;
    const { total_pnl } = await columns({ bootstrap_mode: 'trade_bootstrap' });
    const expected_sd = Math.sqrt(N) * sd(pnl);
    expect(Math.abs(mean(total_pnl) - mean(pnl) * N)).toBeLessThan(4 * (expected_sd / Math.sqrt(PERMUTATIONS)));
    expect(Math.abs(sd(total_pnl) / expected_sd - 1)).toBeLessThan(0.05);
  });

  it('block modes with one block of the whole list change nothing', async () => {
    const still = await columns({});
    for (const parameters of [
      { shuffle_mode: 'block_permute', block_len: N },
      { bootstrap_mode: 'block_bootstrap', block_len: N + 5 },
    ]) {
      const rows = await columns(parameters);
      for (const name of TRADE_METRICS) expect(rows[name]).toEqual(still[name]);
    }
  });

  it('a block permutation keeps the blocks whole, the last one short', async () => {
    const { cell } = await prepared({ trades }, { shuffle_mode: 'block_permute', block_len: 7 });
    for (let i = 0; i < 50; i++) {
      const { order } = drawPath(cell, createStreams(alea(1), i, 1).rng(0));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: N }, (_, k) => k));
      for (let k = 1; k < N; k++) if (order[k]! % 7 !== 0) expect(order[k]).toBe(order[k - 1]! + 1);
    }
  });

  it('every order of four trades is equally likely (chi-squared, 23 degrees of freedom, 0.1 % level)', async () => {
    const four = trades.split('\n').slice(0, 5).join('\n');
    const { cell } = await prepared({ trades: four }, { shuffle_mode: 'permute' });
    const counts = new Map<string, number>();
    const times = 12_000;
    const streams = createStreams(alea(7), 0, times);
    for (let i = 0; i < times; i++) {
      const key = drawPath(cell, streams.rng(i)).order.join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const chi2 = [...counts.values()].reduce((sum, count) => sum + (count - times / 24) ** 2 / (times / 24), 0);
    expect(counts.size).toBe(24);
    expect(chi2).toBeLessThan(49.73);
  });

  it.each(golden.cases.map((one, i) => [i, one] as const))(
    'agrees with an independent vectorised NumPy implementation, case %i (Kolmogorov-Smirnov, 0.1 % level)',
    async (_, { parameters, samples }) => {
      const rows = await columns(parameters);
      for (const name of TRADE_METRICS) {
        const theirs = Float64Array.from(samples[name]);
        const critical = 1.95 * Math.sqrt((theirs.length + PERMUTATIONS) / (theirs.length * PERMUTATIONS));
        // Constant under pure reordering: the sums differ in the last digits, not in distribution.
        const distance = kolmogorovSmirnov(sixDigits(rows[name]), theirs);
        expect(distance, name).toBeLessThan(critical);
      }
    },
  );
});
