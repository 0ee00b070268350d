import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GENERATORS } from '../../../src/random/generator.ts';
import type { StreamSource } from '../../../src/random/generator.ts';
import { drawPath } from '../../../src/models/trades/path.ts';
import { TRADE_METRICS } from '../../../src/models/trades/prepared.ts';
import { createStreams } from '../../../src/random/streams.ts';
import { alea, chunk, files, prepared, resolved, rowByPath, trades } from './run-model.ts';

/** Four trades of 1,000 dollars: +100, -50 in January, -200 in February, +300 in April. */
const FOUR = `entry_time,exit_time,entry_price,exit_price,pnl,qty,side,risk_dollars
2021-01-04,2021-01-05,10,11,100,100,long,40
2021-01-06,2021-01-07,10,9.5,-50,100,long,40
2021-02-01,2021-02-03,10,12,-200,100,short,40
2021-04-01,2021-04-09,10,13,300,100,long,
`;
const BARS = `date,open,high,low,close
2021-01-04,10,10,10,10
2021-01-05,11,11,11,11
2021-01-06,10.2,10,10,10
2021-01-07,9.5,9,9,9
2021-02-01,10.1,10,10,10
2021-02-02,9,9,9,9
2021-02-03,12,12,12,12
2021-04-01,10,10,10,10
2021-04-09,13,13,13,13
`;
const small = { initial_equity: 1000, min_trades: 0 };

async function row(parameters: Record<string, number | string>, ohlc?: string): Promise<number[]> {
  const state = await prepared({ trades: FOUR, ohlc }, { ...small, ...parameters });
  const path = rowByPath(state, createStreams(alea(5), 0, 1).rng(0));
  expect(chunk(state, alea(5), 0, 1).map((column) => column[0])).toEqual(path);
  return path;
}

describe('rows by hand', () => {
  it('all off: the list as it is', async () => {
    // Equity 1000, 1100, 1050, 850, 1150. Returns 0.1, -50/1100, -200/1050, 300/850.
    const returns = [100 / 1000, -50 / 1100, -200 / 1050, 300 / 850];
    const mean = (returns[0]! + returns[1]! + returns[2]! + returns[3]!) / 4;
    const sd = Math.sqrt(returns.reduce((sum, r) => sum + (r - mean) * (r - mean), 0) / 4);
    expect(await row({})).toEqual([
      (150 / 1000) * 100,
      (250 / 1100) * 100,
      400 / 250,
      // January +5 %, February 850 from 1050, April up; March has no slot.
      ((850 - 1050) / 1050) * 100,
      (mean / sd) * Math.sqrt(252),
      0.5,
      4,
      150,
    ]);
  });

  it('p_skip = 1: nothing is traded, everything is 0', async () => {
    expect(await row({ p_skip: 1, min_trades: 30 })).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('the profit factor without a loss is the cap, without a trade 0', async () => {
    const gains = FOUR.replace('-50', '50').replace('-200', '200');
    const state = await prepared({ trades: gains }, { ...small, profit_factor_cap: 42 });
    expect(rowByPath(state, createStreams(alea(1), 0, 1).rng(0))[2]).toBe(42);
  });

  it('ruin: drawdown passes 100, months that begin in ruin are left out, returns are 0 there', async () => {
    // Equity 150, 250, 200, 0, 300: April begins at 0 and does not count; February loses all of it.
    const ruined = await row({ initial_equity: 150 });
    expect(ruined[1]).toBe(100);
    expect(ruined[3]).toBe(-100);
    // Equity 100, 200, 150, -50, 250: the drawdown is 125 %.
    expect((await row({ initial_equity: 100 }))[1]).toBe(125);
  });

  it('a delay of all trades by exactly one bar costs what the opens say, at most half an R, and never helps', async () => {
    const state = await prepared(
      { trades: FOUR, ohlc: BARS },
      { ...small, delay_bars_max: 1, delay_adverse_cap_r: 100 },
    );
    const { entry_impact, exit_impact, pnl_floor } = state.cell;
    const at = (table: Float64Array): (number | undefined)[] => [1, 3, 5, 7].map((i) => table[i]);
    // Entry one bar late: 11 (+1 x 100 shares), 9.5, 9 (short: 1 lower costs 100), 13, the open of the exit bar.
    expect(at(entry_impact)).toEqual([100, -50, 100, 300]);
    // Exit: 11 -> 10.2, 9.5 -> 10.1 (better), short 12 -> 10 (better), the last bar stays.
    expect(at(exit_impact).map((x) => Math.round(x! * 1e9) / 1e9)).toEqual([80, -60, -200, 0]);
    // R is 40 as stated, and 1 % of 1,000 dollars for the last.
    expect([...pnl_floor]).toEqual([100 - 4000, -50 - 4000, -200 - 4000, 300 - 1000]);
    const capped = await prepared({ trades: FOUR, ohlc: BARS }, { ...small, delay_bars_max: 1 });
    const most_late = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const path = drawPath(capped.cell, createStreams(alea(3), i, 1).rng(0));
      path.delayed.forEach((value, trade) => {
        expect(value).toBeLessThanOrEqual(capped.cell.pnl[trade]!);
        expect(value).toBeGreaterThanOrEqual(capped.cell.pnl[trade]! - (trade === 3 ? 5 : 20));
      });
      most_late.add(`${path.entry_bars.join('')}${path.exit_bars.join('')}`);
    }
    expect(most_late.size).toBeGreaterThan(100);
  });

  it('one_side delays the entry or the exit, never both', async () => {
    const { cell } = await prepared(
      { trades: FOUR, ohlc: BARS },
      { ...small, delay_bars_max: 3, delay_sides: 'one_side' },
    );
    let [entries, exits] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const { entry_bars, exit_bars } = drawPath(cell, createStreams(alea(4), i, 1).rng(0));
      entry_bars.forEach((k, trade) => {
        expect(k * exit_bars[trade]!).toBe(0);
        entries += k > 0 ? 1 : 0;
        exits += exit_bars[trade]! > 0 ? 1 : 0;
      });
    }
    // 1,200 fair coins times 3 of 4 values of k.
    expect(Math.abs(entries - 450)).toBeLessThan(70);
    expect(Math.abs(exits - 450)).toBeLessThan(70);
  });

  it('intensity: the rank of the trailing volatility, and drawdown by the largest drawdown', async () => {
    const vol = await prepared({ trades: FOUR }, { ...small, state_model: 'vol', state_lookback: 2 });
    // Standard deviations before each trade: 0, 0, then of (0.1, -0.045) and of (-0.045, -0.19), just below.
    expect([...vol.cell.intensity]).toEqual([0.25, 0.25, 0.875, 0.625]);
    const dd = await prepared({ trades: FOUR }, { ...small, state_model: 'dd' });
    expect([...dd.cell.intensity]).toEqual([0, 0, 50 / 1100 / (250 / 1100), 1]);
  });

  it('the baseline is the unperturbed list, whatever the cell', async () => {
    const inputs = await trades.load!(files({ trades: FOUR, ohlc: BARS }));
    const parameters = resolved({
      ...small,
      p_skip: 0.5,
      slip_dollars: 9,
      delay_bars_max: 2,
      shuffle_mode: 'permute',
      bootstrap_mode: 'block_bootstrap',
    });
    const baseline = trades.baseline!({ parameters, inputs, streams: 'independent', shared: undefined });
    expect(TRADE_METRICS.map((name) => baseline[name])).toEqual(await row({}));
  });
});

describe('draws', () => {
  it('with shared streams every cell consumes the same number of draws', async () => {
    const texts = [
      { trades: FOUR, ohlc: BARS },
      { trades: FOUR, equity_curve: 'time,equity\n2021-01-01,1000\n2021-01-02,1010\n2021-01-03,990\n' },
    ];
    for (const [which, text] of texts.entries()) {
      const used = new Set<number>();
      for (const p_skip of [0, 0.5])
        for (const slip_dollars of [0, 5])
          for (const delay_bars_max of [0, 1, 4])
            for (const delay_sides of ['both', 'one_side'])
              for (const state_model of ['none', 'vol_dd'])
                for (const shuffle_mode of ['none', 'permute', 'block_permute'])
                  for (const bootstrap_mode of ['none', 'trade_bootstrap', 'block_bootstrap']) {
                    const cell = { ...small, p_skip, slip_dollars, delay_bars_max, delay_sides, state_model };
                    const state = await prepared(text, { ...cell, shuffle_mode, bootstrap_mode, block_len: 3 }, 4);
                    for (const form of ['path', 'chunk'] as const) {
                      const rng = createStreams(alea(11), 0, 1).rng(0);
                      if (form === 'path') drawPath(state.cell, rng);
                      else
                        state.runner.run(
                          rng,
                          TRADE_METRICS.map(() => new Float64Array(1)),
                          0,
                        );
                      const next = rng();
                      const again = createStreams(alea(11), 0, 1).rng(0);
                      let count = 0;
                      while (again() !== next) count++;
                      used.add(count);
                    }
                  }
      // skip 4 + delay 12 (+ 2 x 4 x 4 without OHLC) + slippage 4 + shuffle 3 + bootstrap 4.
      expect([...used]).toEqual([which === 0 ? 27 : 59]);
    }
  });

  it('with independent streams a stage that is off draws nothing', async () => {
    const { cell } = await prepared({ trades: FOUR }, small);
    const rng = createStreams(alea(2), 0, 1).rng(0);
    drawPath(cell, rng);
    expect(rng()).toBe(createStreams(alea(2), 0, 1).rng(0)());
  });

  it('too few executed trades: the mask is drawn again, at most 50 times', async () => {
    const { cell } = await prepared({ trades: FOUR }, { ...small, p_skip: 1, min_trades: 1 });
    expect(drawPath(cell, createStreams(alea(1), 0, 1).rng(0)).masks).toBe(51);
    const { cell: some } = await prepared({ trades: FOUR }, { ...small, p_skip: 0.6, min_trades: 30 });
    for (let i = 0; i < 40; i++) {
      const { masks, executed } = drawPath(some, createStreams(alea(1), i, 1).rng(0));
      expect(masks === 51 || executed.every((x) => x === 1)).toBe(true);
    }
  });

  it('the chunk form gives the bits of the reference path for every generator, wherever a chunk begins', async () => {
    const state = await prepared(
      { trades: FOUR, ohlc: BARS },
      {
        ...small,
        p_skip: 0.2,
        slip_dollars: 10,
        delay_bars_max: 2,
        shuffle_mode: 'block_permute',
        bootstrap_mode: 'block_bootstrap',
        block_len: 3,
      },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...GENERATORS),
        fc.integer({ min: 0, max: 4294967295 }),
        fc.integer({ min: 0, max: 1e6 }),
        (generator, start, first) => {
          const source: StreamSource =
            generator === 'philox'
              ? { scheme: 'philox', generator, key: [start, 1] }
              : { scheme: 'sha256-32', generator, base_seed: start };
          const columns = chunk(state, source, first, 5);
          for (let i = 0; i < 5; i++) {
            const row = rowByPath(state, createStreams(source, first + i, 1).rng(0));
            expect(columns.map((column) => column[i])).toEqual(row);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('the trace tells the path and ends in the row', async () => {
    const state = await prepared(
      { trades: FOUR, ohlc: BARS },
      { ...small, p_skip: 0.3, delay_bars_max: 1, slip_dollars: 5 },
    );
    const lines = [...trades.trace!(state, createStreams(alea(8), 3, 1).rng(0))];
    const row = rowByPath(state, createStreams(alea(8), 3, 1).rng(0));
    expect(lines.slice(-TRADE_METRICS.length)).toEqual(TRADE_METRICS.map((name, m) => `${name} = ${row[m]!}`));
    expect(lines.length).toBe(2 + 4 + 2 + 4 + 8);
  });
});
