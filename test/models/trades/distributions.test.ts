import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ParameterValue } from '../../../src/model/model.ts';
import { TRADE_METRICS, type TradeMetric } from '../../../src/models/trades/metric-specs.ts';
import { drawPath } from '../../../src/models/trades/path.ts';
import { createStreams } from '../../../src/random/streams.ts';
import { alea, chunk, prepared } from './run-model.ts';

const golden = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../fixtures/trades/numpy_sample.json', import.meta.url)), 'utf8'),
) as {
  readonly trades: string;
  readonly cases: readonly {
    readonly parameters: Record<string, ParameterValue>;
    readonly samples: Readonly<Partial<Record<TradeMetric, readonly number[]>>>;
  }[];
};
const trades = golden.trades;
const N = 60;
const PERMUTATIONS = 4000;

async function columns(parameters: Record<string, ParameterValue>): Promise<Record<TradeMetric, Float64Array>> {
  const whole = { initial_equity: 100_000, after_ruin: 'continue', ...parameters };
  const all = chunk(await prepared({ trades }, whole), alea(20240607), 0, PERMUTATIONS);
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
    const { n_trades } = await columns({ p_skip });
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
    const { pnl } = (await prepared({ trades }, { initial_equity: 1 })).cell;
    const { total_pnl } = await columns({ bootstrap_mode: 'trade_bootstrap' });
    const expected_sd = Math.sqrt(N) * sd(pnl);
    expect(Math.abs(mean(total_pnl) - mean(pnl) * N)).toBeLessThan(4 * (expected_sd / Math.sqrt(PERMUTATIONS)));
    expect(Math.abs(sd(total_pnl) / expected_sd - 1)).toBeLessThan(0.05);
  });

  it.each(['block_bootstrap', 'stationary_bootstrap'])('%s has mean total_pnl = the sample total', async (mode) => {
    const { pnl } = (await prepared({ trades }, { initial_equity: 1 })).cell;
    for (const block_len of [3, 10, 20]) {
      const { total_pnl } = await columns({ bootstrap_mode: mode, block_len });
      const se = sd(total_pnl) / Math.sqrt(PERMUTATIONS);
      expect(Math.abs(mean(total_pnl) - mean(pnl) * N), `block_len ${block_len}`).toBeLessThan(4 * se);
    }
  });

  it('moving blocks draw both ends of the list less often, so their mean is that of the weights that they give', async () => {
    const { pnl } = (await prepared({ trades }, { initial_equity: 1 })).cell;
    const length = 10;
    // 60 = 6 blocks of 10 from 51 starts: a trade is in as many of them as starts cover it.
    const expected = pnl.reduce((sum, value, i) => {
      const covered = Math.min(i, N - length) - Math.max(0, i - length + 1) + 1;
      return sum + value * (6 * (covered / (N - length + 1)));
    }, 0);
    const { total_pnl } = await columns({ bootstrap_mode: 'moving_block_bootstrap', block_len: length });
    const se = sd(total_pnl) / Math.sqrt(PERMUTATIONS);
    expect(Math.abs(mean(total_pnl) - expected)).toBeLessThan(4 * se);
    // That is not the list's own total: on this list it is off by far more than the error.
    expect(Math.abs(expected - mean(pnl) * N)).toBeGreaterThan(4 * se);
  });

  it('one block of the whole list: shuffled or moving it changes nothing, on a circle only the start varies', async () => {
    const still = await columns({});
    for (const parameters of [
      { shuffle_mode: 'block_permute', block_len: N },
      { bootstrap_mode: 'moving_block_bootstrap', block_len: N + 5 },
    ]) {
      const rows = await columns(parameters);
      for (const name of TRADE_METRICS) expect(rows[name]).toEqual(still[name]);
    }
    const { max_drawdown_pct, n_trades } = await columns({ bootstrap_mode: 'block_bootstrap', block_len: N + 5 });
    expect(distinct(n_trades)).toBe(1);
    expect(distinct(max_drawdown_pct)).toBeGreaterThan(N / 3);
    expect(distinct(max_drawdown_pct)).toBeLessThanOrEqual(N);
  });

  it('blocks of one trade are single trades', async () => {
    for (const mode of ['block_bootstrap', 'moving_block_bootstrap']) {
      const blocks = await columns({ bootstrap_mode: mode, block_len: 1 });
      expect(blocks).toEqual(await columns({ bootstrap_mode: 'trade_bootstrap' }));
    }
  });

  it('sizing equity, permute: the final equity is constant up to rounding, and drawdown is not that of dollars', async () => {
    const { final_equity, max_drawdown_pct } = await columns({ sizing: 'equity', shuffle_mode: 'permute' });
    const [least, most] = [Math.min(...final_equity), Math.max(...final_equity)];
    expect(most / least - 1).toBeLessThan(1e-12);
    expect(distinct(max_drawdown_pct)).toBeGreaterThan(PERMUTATIONS / 10);
  });

  it('a path that is closed stays closed', async () => {
    const account = { initial_equity: 3000, after_ruin: 'stop', ruin_equity_pct: 50, shuffle_mode: 'permute' };
    const { ruined, final_equity, lowest_equity, n_trades } = await columns(account);
    expect(mean(ruined)).toBeGreaterThan(0.05);
    ruined.forEach((value, i) => {
      if (value === 0) expect(n_trades[i]).toBe(N);
      else expect([final_equity[i]! <= 1500, lowest_equity[i]]).toEqual([true, final_equity[i]]);
    });
  });

  it('a delay both ways costs nothing in the mean where prices move at random; adverse only, it does', async () => {
    let price = 100;
    let state = 7;
    const bars = Array.from({ length: 400 }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      price *= state < 2147483648 ? 1.01 : 1 / 1.01;
      const day = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
      return { day, price };
    });
    const list = bars.slice(0, 340).filter((_, i) => i % 5 === 0);
    const text = list.map(({ day, price: entry }, i) => {
      const exit = bars[i * 5 + 20]!;
      return `${day},${exit.day},${entry},${exit.price},${exit.price - entry}`;
    });
    const files = {
      trades: `entry_time,exit_time,entry_price,exit_price,pnl\n${text.join('\n')}\n`,
      ohlc: `time,open,high,low,close\n${bars.map((bar) => `${bar.day},${bar.price},1,1,1`).join('\n')}\n`,
    };
    const cost = async (delay_effect: string): Promise<{ mean: number; sd: number }> => {
      const parameters = { initial_equity: 100_000, delay_bars_max: 3, delay_effect };
      const cell = await prepared(files, parameters);
      const total_pnl = chunk(cell, alea(5), 0, 2000)[TRADE_METRICS.indexOf('total_pnl')]!;
      const list_total = cell.cell.pnl.reduce((sum, value) => sum + value, 0);
      return { mean: list_total - mean(total_pnl), sd: sd(total_pnl) };
    };
    const [both, adverse] = [await cost('both_ways'), await cost('adverse_only')];
    // 68 delays of moves of 1 % either way: what is left is the luck of one price series.
    expect(Math.abs(both.mean)).toBeLessThan(2 * both.sd);
    expect(adverse.mean).toBeGreaterThan(4 * both.sd);
  });

  it('a block permutation keeps the blocks whole, the last one short', async () => {
    const blocks = { initial_equity: 1, shuffle_mode: 'block_permute', block_len: 7 };
    const { cell } = await prepared({ trades }, blocks);
    for (let i = 0; i < 50; i++) {
      const { order } = drawPath(cell, createStreams(alea(1), i, 1).rng(0));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: N }, (_, k) => k));
      for (let k = 1; k < N; k++) if (order[k]! % 7 !== 0) expect(order[k]).toBe(order[k - 1]! + 1);
    }
  });

  it('every order of four trades is equally likely (chi-squared, 23 degrees of freedom, 0.1 % level)', async () => {
    const four = trades.split('\n').slice(0, 5).join('\n');
    const { cell } = await prepared({ trades: four }, { initial_equity: 1, shuffle_mode: 'permute' });
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
      for (const [name, sample] of Object.entries(samples) as [TradeMetric, readonly number[]][]) {
        const theirs = Float64Array.from(sample);
        const critical = 1.95 * Math.sqrt((theirs.length + PERMUTATIONS) / (theirs.length * PERMUTATIONS));
        // Constant under pure reordering: the sums differ in the last digits, not in distribution.
        const distance = kolmogorovSmirnov(sixDigits(rows[name]), theirs);
        expect(distance, name).toBeLessThan(critical);
      }
    },
  );
});
