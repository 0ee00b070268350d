import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { GENERATORS } from '../../../src/random/generator.ts';
import type { StreamSource } from '../../../src/random/generator.ts';
import type { ParameterValue } from '../../../src/model/model.ts';
import { TRADE_METRICS, type TradeMetric } from '../../../src/models/trades/metric-specs.ts';
import { drawPath } from '../../../src/models/trades/path.ts';
import { pow } from '../../../src/random/math.ts';
import { createStreams } from '../../../src/random/streams.ts';
import { BARS, FOUR } from './four.ts';
import { alea, chunk, files, prepared, resolved, rowByPath, trades } from './run-model.ts';

// Thousands of permutations of every cell; a busy machine is slow at that.
vi.setConfig({ testTimeout: 60_000 });

const small = { initial_equity: 1000 };

async function row(
  parameters: Record<string, ParameterValue>,
  list = FOUR,
  ohlc?: string,
): Promise<Record<TradeMetric, number>> {
  const state = await prepared({ trades: list, ohlc }, { ...small, ...parameters });
  const path = rowByPath(state, createStreams(alea(5), 0, 1).rng(0));
  expect(chunk(state, alea(5), 0, 1).map((column) => column[0])).toEqual(path);
  return Object.fromEntries(TRADE_METRICS.map((name, m) => [name, path[m]!])) as Record<TradeMetric, number>;
}

const mean = (x: readonly number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;
const sd = (x: readonly number[]): number => Math.sqrt(mean(x.map((value) => (value - mean(x)) * (value - mean(x)))));

describe('rows by hand', () => {
  // From the first entry on 4 January to the last exit on 9 April.
  const years = 95 / 365.25;

  it('all off: the list as it is', async () => {
    // Equity 1000, 1100, 1050, 850, 1150.
    const returns = [100 / 1000, -50 / 1100, -200 / 1050, 300 / 850];
    const per_year = Math.sqrt(4 / years);
    const cagr = (pow(1150 / 1000, 1 / years) - 1) * 100;
    const drawdowns = [0, (50 / 1100) * 100, (250 / 1100) * 100, 0];
    expect(await row({})).toEqual({
      total_return_pct: (150 / 1000) * 100,
      max_drawdown_pct: (250 / 1100) * 100,
      profit_factor: 400 / 250,
      // January +5 %, February 850 from 1050, April up; March has no slot.
      worst_month_pct: ((850 - 1050) / 1050) * 100,
      sharpe_ratio: (mean(returns) / sd(returns)) * per_year,
      win_rate: 0.5,
      n_trades: 4,
      total_pnl: 150,
      final_equity: 1150,
      lowest_equity: 850,
      ruined: 0,
      cagr_pct: cagr,
      calmar_ratio: cagr / ((250 / 1100) * 100),
      sortino_ratio: (mean(returns) / Math.sqrt(mean(returns.map((r) => Math.min(r, 0) * Math.min(r, 0))))) * per_year,
      ulcer_index_pct: Math.sqrt(mean(drawdowns.map((d) => d * d))),
      max_drawdown_dollars: 250,
      longest_drawdown_trades: 2,
      time_under_water_pct: 50,
      max_losing_streak: 2,
      expectancy: 37.5,
    });
  });

  it('p_skip = 1: nothing is traded, everything is 0 or missing', async () => {
    const { final_equity, lowest_equity, calmar_ratio, sortino_ratio, ...others } = await row({
      p_skip: 1,
      min_trades: 30,
    });
    expect([final_equity, lowest_equity]).toEqual([1000, 1000]);
    expect([calmar_ratio, sortino_ratio]).toEqual([NaN, NaN]);
    expect(new Set(Object.values(others))).toEqual(new Set([0]));
  });

  it('the profit factor is capped: with a loss, without one, and 0 without a trade', async () => {
    const gains = FOUR.replace('-50', '50').replace('-200', '200');
    expect((await row({ profit_factor_cap: 42 }, gains)).profit_factor).toBe(42);
    const tiny = FOUR.replace('-50', '-0.01').replace('-200', '200');
    expect((await row({ profit_factor_cap: 999 }, tiny)).profit_factor).toBe(999);
    expect((await row({ profit_factor_cap: 1e6 }, tiny)).profit_factor).toBe(600 / 0.01);
    expect((await row({ profit_factor_cap: 1.5 })).profit_factor).toBe(1.5);
  });

  it('after ruin, continue: drawdown passes 100, months that begin in ruin are left out, returns are 0 there', async () => {
    // Equity 150, 250, 200, 0, 300: April begins at 0 and does not count; February loses all of it.
    const gone = await row({ initial_equity: 150, after_ruin: 'continue' });
    expect(gone).toMatchObject({ max_drawdown_pct: 100, worst_month_pct: -100, ruined: 1, n_trades: 4 });
    // Equity 100, 200, 150, -50, 250: the drawdown is 125 %.
    const below = await row({ initial_equity: 100, after_ruin: 'continue' });
    expect(below).toMatchObject({ max_drawdown_pct: 125, lowest_equity: -50, final_equity: 250, ruined: 1 });
  });

  it('after ruin, stop: nothing is traded behind it, and what was not traded does not count', async () => {
    // Equity 100, 200, 150, -50, and there it stays.
    expect(await row({ initial_equity: 100 })).toMatchObject({
      total_return_pct: -150,
      max_drawdown_pct: 125,
      profit_factor: 100 / 250,
      win_rate: 1 / 3,
      n_trades: 3,
      total_pnl: -150,
      final_equity: -50,
      ruined: 1,
      cagr_pct: -100,
      expectancy: -50,
    });
    // Closed at 90 % of 1,000: after 850 in February.
    expect(await row({ ruin_equity_pct: 90 })).toMatchObject({ n_trades: 3, final_equity: 850, ruined: 1 });
    expect(await row({ ruin_equity_pct: 80 })).toMatchObject({ n_trades: 4, final_equity: 1150, ruined: 0 });
  });

  it('sizing equity, all else off: the path is that of the list', async () => {
    const dollars = await row({});
    const shares = await row({ sizing: 'equity' });
    for (const name of TRADE_METRICS) expect(shares[name]).toBeCloseTo(dollars[name], 9);
    // Twice the account makes twice the dollars of a strategy that trades shares of it: B is that of the list.
    const stated = FOUR.replace('risk_dollars', 'risk_dollars,equity')
      .split('\n')
      .map((line, i) => (i === 0 || line === '' ? line : `${line},${[1000, 1100, 1050, 850][i - 1]!}`))
      .join('\n');
    const doubled = await row({ sizing: 'equity', initial_equity: 2000 }, stated);
    expect(doubled.final_equity).toBeCloseTo(2300, 9);
    expect(doubled.total_return_pct).toBeCloseTo(15, 9);
  });

  it('sizing risk: a trade makes or loses its multiple of R, times the share risked of the equity there is', async () => {
    // R multiples 2.5, -1.25, -5, 6 at 1 % each.
    const { final_equity, sharpe_ratio } = await row({ sizing: 'risk', risk_pct: 1 });
    expect(final_equity).toBeCloseTo(1000 * 1.025 * 0.9875 * 0.95 * 1.06, 9);
    const returns = [0.025, -0.0125, -0.05, 0.06];
    expect(sharpe_ratio).toBeCloseTo((mean(returns) / sd(returns)) * Math.sqrt(4 / years), 9);
  });

  it('a delay of all trades by exactly one bar: what the opens say, both ways; too late an entry is a missed trade', async () => {
    const state = await prepared({ trades: FOUR, ohlc: BARS }, { ...small, delay_bars_max: 2 });
    const { entry_impact, exit_impact, pnl_floor, pnl_ceiling } = state.cell;
    const at = (table: Float64Array, k: number): (number | undefined)[] => [0, 3, 6, 9].map((i) => table[i + k]);
    // Entry one bar late: 11 (+1 x 100 shares), 9.5, 9 (short: 1 lower costs 100), 13, the open of the exit bar.
    expect(at(entry_impact, 1)).toEqual([100, -50, 100, 300]);
    // Two bars late is after the exit, but for the third trade.
    expect(at(entry_impact, 2)).toEqual([Infinity, Infinity, -200, Infinity]);
    // Exit: 11 -> 10.2, 9.5 -> 10.1 (better), short 12 -> 10 (better), the last bar stays.
    expect(at(exit_impact, 1).map((x) => Math.round(x! * 1e9) / 1e9)).toEqual([80, -60, -200, 0]);
    expect([...new Set([...pnl_floor, ...pnl_ceiling])]).toEqual([-Infinity, Infinity]);
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const path = drawPath(state.cell, createStreams(alea(3), i, 1).rng(0));
      path.entry_bars.forEach((k, trade) => {
        const missed = k === 2 && trade !== 2;
        expect(path.executed[trade]).toBe(missed ? 0 : 1);
        if (missed) expect(path.pnl[trade]).toBe(0);
        else if (path.delayed[trade]! > state.cell.pnl[trade]!) seen.add('better');
        else if (path.delayed[trade]! < state.cell.pnl[trade]!) seen.add('worse');
      });
    }
    expect([...seen].sort()).toEqual(['better', 'worse']);
  });

  it('adverse_only never raises a P&L, and a cap bounds what a delay costs', async () => {
    const capped = { ...small, delay_bars_max: 2, delay_effect: 'adverse_only', delay_adverse_cap_r: 0.5 };
    const { cell } = await prepared({ trades: FOUR, ohlc: BARS }, capped);
    expect([...cell.pnl_floor]).toEqual([100 - 20, -50 - 20, -200 - 20, 300 - 25]);
    // Version 1 let a trade fill before it was decided, where it closes within the bar: no entry is missed.
    expect(cell.entry_impact.includes(Infinity)).toBe(false);
    const most_late = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const path = drawPath(cell, createStreams(alea(3), i, 1).rng(0));
      path.delayed.forEach((value, trade) => {
        expect(value).toBeLessThanOrEqual(cell.pnl[trade]!);
        expect(value).toBeGreaterThanOrEqual(cell.pnl_floor[trade]!);
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
    const parameters = resolved(
      {
        ...small,
        p_skip: 0.5,
        slip_dollars: 9,
        delay_bars_max: 2,
        shuffle_mode: 'permute',
        bootstrap_mode: 'block_bootstrap',
      },
      trades.defaultsFrom!(inputs),
    );
    const context = { parameters, inputs, streams: 'independent', shared: undefined, metrics: TRADE_METRICS } as const;
    expect(trades.baseline!(context)).toEqual(await row({}));
  });

  it('trades per year are those of the list: 4 trades in 95 days', async () => {
    const inputs = await trades.load!(files({ trades: FOUR }));
    expect(trades.defaultsFrom!(inputs)).toEqual({ periods_per_year: 4 / years });
    const weekly = await row({ periods_per_year: 52 });
    expect((await row({})).sharpe_ratio / weekly.sharpe_ratio).toBeCloseTo(Math.sqrt(4 / years / 52), 12);
  });
});

describe('draws', () => {
  it('with shared streams every cell consumes the same number of draws', async () => {
    const texts = [
      { trades: FOUR, ohlc: BARS },
      { trades: FOUR, equity_curve: 'time,equity\n2021-01-01,1000\n2021-01-02,1010\n2021-01-03,990\n' },
    ];
    for (const [which, text] of texts.entries()) {
      for (const stationary of [false, true]) {
        const used = new Set<number>();
        const bootstraps = ['none', 'trade_bootstrap', 'block_bootstrap', 'moving_block_bootstrap'];
        for (const p_skip of [0, 0.5])
          for (const slip_dollars of [0, 5])
            for (const delay_bars_max of [0, 1, 4])
              for (const delay_sides of ['both', 'one_side'])
                for (const state_model of ['none', 'vol_dd'])
                  for (const shuffle_mode of ['none', 'permute', 'block_permute'])
                    for (const bootstrap_mode of [...bootstraps, ...(stationary ? ['stationary_bootstrap'] : [])]) {
                      const cell = { ...small, p_skip, slip_dollars, delay_bars_max, delay_sides, state_model };
                      const state = await prepared(
                        text,
                        { ...cell, delay_effect: 'adverse_only', shuffle_mode, bootstrap_mode, block_len: 3 },
                        { shared: { delay_bars_max: 4, stationary } },
                      );
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
        // skip 4 + delay 12 (+ 2 x 4 x 4 without OHLC) + slippage 4 + shuffle 3 + bootstrap 4, or twice that.
        expect([...used]).toEqual([(which === 0 ? 27 : 59) + (stationary ? 4 : 0)]);
      }
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
    const common = { ...small, p_skip: 0.2, slip_dollars: 10, delay_bars_max: 2, shuffle_mode: 'block_permute' };
    const states = await Promise.all(
      [
        { bootstrap_mode: 'block_bootstrap', block_len: 3 },
        { bootstrap_mode: 'stationary_bootstrap', block_len: 2, sizing: 'equity', ruin_equity_pct: 70 },
        {
          bootstrap_mode: 'moving_block_bootstrap',
          block_len: 3,
          sizing: 'risk',
          risk_pct: 10,
          delay_sides: 'one_side',
        },
      ].map((more) => prepared({ trades: FOUR, ohlc: BARS }, { ...common, ...more })),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...states),
        fc.constantFrom(...GENERATORS),
        fc.integer({ min: 0, max: 4294967295 }),
        fc.integer({ min: 0, max: 1e6 }),
        (state, generator, start, first) => {
          const source: StreamSource =
            generator === 'philox'
              ? { scheme: 'philox', generator, key: [start, 1] }
              : { scheme: 'sha256-32', generator, base_seed: start };
          const columns = chunk(state, source, first, 5);
          for (let i = 0; i < 5; i++) {
            const expected = rowByPath(state, createStreams(source, first + i, 1).rng(0));
            expect(columns.map((column) => column[i])).toEqual(expected);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('the trace tells the path and ends in the row', async () => {
    const state = await prepared(
      { trades: FOUR, ohlc: BARS },
      { ...small, p_skip: 0.3, delay_bars_max: 1, slip_dollars: 5 },
    );
    const lines = [...trades.trace!(state, createStreams(alea(8), 3, 1).rng(0))];
    const expected = rowByPath(state, createStreams(alea(8), 3, 1).rng(0));
    expect(lines.slice(-TRADE_METRICS.length)).toEqual(TRADE_METRICS.map((name, m) => `${name} = ${expected[m]!}`));
    expect(lines.length).toBe(2 + 4 + 2 + 4 + TRADE_METRICS.length);
  });
});
