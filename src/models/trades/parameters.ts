import type { MetricSpec, ParameterSpec } from '../../model/model.ts';
import type { TradeMetric } from './prepared.ts';

export const TRADE_PARAMETERS: Readonly<Record<string, ParameterSpec>> = {
  p_skip: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0,
    unit: 'probability',
    description: 'chance that a trade is missed',
  },
  slip_dollars: {
    type: 'number',
    min: 0,
    default: 0,
    unit: 'dollars (or R, or % of notional: slip_mode)',
    description: 'most slippage per executed trade, uniform on [0, slip)',
  },
  slip_mode: {
    type: 'choice',
    values: ['dollars', 'r', 'percent'],
    default: 'dollars',
    description: 'unit of slip_dollars: dollars, multiples of R, or percent of the entry notional',
  },
  delay_bars_max: {
    type: 'integer',
    min: 0,
    max: 50,
    default: 0,
    unit: 'bars',
    description: 'most bars a fill is late; needs the input ohlc or equity_curve',
  },
  delay_sides: {
    type: 'choice',
    values: ['both', 'one_side'],
    default: 'both',
    description: 'delay entry and exit, or one of them by a fair coin',
  },
  delay_adverse_cap_r: {
    type: 'number',
    min: 0,
    default: 0.5,
    unit: 'R',
    description: 'a delay costs a trade at most this many R',
  },
  shuffle_mode: {
    type: 'choice',
    values: ['none', 'permute', 'block_permute'],
    default: 'none',
    description: 'new order of the trades: none, single trades, consecutive blocks',
  },
  bootstrap_mode: {
    type: 'choice',
    values: ['none', 'trade_bootstrap', 'block_bootstrap'],
    default: 'none',
    description: 'resampling with replacement: none, single trades, consecutive blocks',
  },
  block_len: {
    type: 'integer',
    min: 1,
    default: 10,
    unit: 'trades',
    description: 'length of a block',
    active_when: [{ shuffle_mode: 'block_permute' }, { bootstrap_mode: 'block_bootstrap' }],
  },
  state_model: {
    type: 'choice',
    values: ['none', 'vol', 'dd', 'vol_dd'],
    default: 'none',
    description:
      'slippage x (1 + intensity) and delay with chance intensity, by volatility, drawdown or both before the trade',
  },
  state_lookback: {
    type: 'integer',
    min: 2,
    default: 20,
    unit: 'trades',
    description: 'trades before a trade that its volatility is measured on',
    active_when: [{ state_model: ['vol', 'dd', 'vol_dd'] }],
  },
  min_trades: {
    type: 'integer',
    min: 0,
    default: 30,
    unit: 'trades',
    description: 'a skip mask that leaves fewer is drawn again, up to 50 times',
  },
  initial_equity: {
    type: 'number',
    above: 0,
    default: 100000,
    default_from: 'equity_curve',
    unit: 'dollars',
    description: 'equity before the first trade; with an equity curve its first point',
  },
  point_value: {
    type: 'number',
    above: 0,
    default: 1,
    unit: 'dollars per point and unit',
    description: 'worth of one point of one unit',
  },
  periods_per_year: {
    type: 'number',
    above: 0,
    default: 252,
    unit: 'per year',
    description: 'trades per year that the Sharpe ratio is scaled to',
  },
  profit_factor_cap: {
    type: 'number',
    above: 0,
    default: 999,
    description: 'profit factor reported when there is no loss',
  },
};

export const TRADE_METRIC_SPECS: Readonly<Record<TradeMetric, MetricSpec>> = {
  total_return_pct: { unit: '%', description: 'total P&L by initial equity' },
  max_drawdown_pct: {
    unit: '%',
    description: 'largest fall from a peak of the equity, by that peak; past 100 after ruin',
  },
  profit_factor: {
    description: 'sum of gains by sum of losses; the cap without a loss, 0 without a gain',
    cap: 'profit_factor_cap',
  },
  worst_month_pct: { unit: '%', description: 'least change of equity over a calendar month of the trade list' },
  sharpe_ratio: { description: 'mean by population standard deviation of the returns per slot, annualised' },
  win_rate: { unit: '0..1', description: 'share of executed trades with a gain' },
  n_trades: { unit: 'count', description: 'executed trades on the path' },
  total_pnl: { unit: 'dollars', description: 'sum of the P&L' },
};
