import type { Model, ParameterSpec } from '../../src/model/model.ts';
import type { BuiltInModels } from '../../src/study/load-model.ts';
import { loadStudy } from '../../src/study/study.ts';
import type { Study } from '../../src/study/study.ts';

/** The model of the contract's own example. */
export const coin: Model = {
  name: 'coin',
  version: '1',
  parameters: {
    p: { type: 'number', min: 0, max: 1, default: 0.5, description: 'chance of heads' },
    flips: { type: 'integer', min: 1, default: 100 },
  },
  metrics: { heads: { unit: 'count' }, longest_run: { unit: 'count' } },
  simulate: (_state, _rng, row) => {
    row.heads = 0;
    row.longest_run = 0;
  },
};

const choice = (...values: string[]): ParameterSpec => ({ type: 'choice', values, default: values[0]! });
const number = (fallback: number, bounds: object = { min: 0 }): ParameterSpec => ({
  type: 'number',
  default: fallback,
  ...bounds,
});

/** The parameters of the trades specification, without the model behind them. */
export const trades: Model = {
  name: 'trades',
  version: '1',
  parameters: {
    p_skip: number(0, { min: 0, max: 1 }),
    slip_dollars: number(0),
    slip_mode: choice('dollars', 'r', 'percent'),
    delay_bars_max: { type: 'integer', min: 0, max: 50, default: 0 },
    delay_sides: choice('both', 'one_side'),
    delay_adverse_cap_r: number(0.5),
    shuffle_mode: choice('none', 'permute', 'block_permute'),
    bootstrap_mode: choice('none', 'trade_bootstrap', 'block_bootstrap'),
    block_len: {
      type: 'integer',
      min: 1,
      default: 10,
      active_when: [{ shuffle_mode: 'block_permute' }, { bootstrap_mode: 'block_bootstrap' }],
    },
    state_model: choice('none', 'vol', 'dd', 'vol_dd'),
    state_lookback: { type: 'integer', min: 2, default: 20, active_when: [{ state_model: ['vol', 'dd', 'vol_dd'] }] },
    min_trades: { type: 'integer', min: 0, default: 30 },
    initial_equity: number(100000, { above: 0, unit: 'dollars', default_from: 'equity_curve' }),
    point_value: number(1, { above: 0 }),
    periods_per_year: number(252, { above: 0 }),
    profit_factor_cap: number(999, { above: 0 }),
  },
  inputs: {
    trades: { description: 'the trade list', required: true },
    ohlc: { description: 'bars' },
    equity_curve: { description: 'equity per bar' },
  },
  metrics: { profit_factor: {}, max_drawdown_pct: { unit: '%' } },
  simulateChunk: () => undefined,
};

/** Every kind of parameter. */
export const kinds: Model = {
  name: 'kinds',
  version: '1',
  parameters: {
    scheduler: {
      type: 'choice',
      values: ['fifo', 'dynamic_no_bins', 'multi_bin'],
      aliases: { dynamic_only: 'dynamic_no_bins' },
      default: 'fifo',
    },
    k_bins: { type: 'integer', min: 1, default: 2, active_when: [{ scheduler: 'multi_bin' }] },
    bounds: { type: 'list', items: 'numbers', optional: true },
    bins: { type: 'list', items: 'pairs', optional: true },
    label: { type: 'string', default: '' },
    fast: { type: 'boolean', default: false },
    rate: { type: 'number', above: 0, below: 10 },
    shape: { type: 'number', active_when: [{ fast: true }] },
  },
  metrics: { latency: {} },
  check: (parameters) =>
    parameters.rate === 9 ? [{ parameter: 'rate', message: '9 is not possible; take 8 or 10' }] : [],
  simulate: () => undefined,
};

/** A registry of these models only. */
export function registry(...models: Model[]): BuiltInModels {
  return {
    names: models.map((model) => model.name),
    load: (name) => {
      const model = models.find((one) => one.name === name);
      return model && Promise.resolve(model);
    },
  };
}

export const models = registry(coin, trades, kinds);

/** A checked study from an object. */
export function study(raw: object): Promise<Study> {
  return loadStudy({ study: { permutations: 10, ...raw }, folder: '/studies' }, { models });
}

/** The standard surface of the trades specification. */
export const standardSurface = {
  model: 'trades',
  inputs: { trades: 'trades.csv' },
  grid: {
    p_skip: [0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1],
    slip_dollars: [0, 25, 50, 75, 100, 150, 200, 300],
    delay_bars_max: [1],
    shuffle_mode: ['none', 'permute', 'block_permute'],
    bootstrap_mode: ['none', 'trade_bootstrap', 'block_bootstrap'],
    block_len: [5, 10, 20],
  },
};
