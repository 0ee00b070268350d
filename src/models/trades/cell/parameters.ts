import type { ParametersOf, ParameterSpecs } from '../../../model/model.ts';

/** What a study may fix or vary. What each of them answers: docs/trades.md. */
export const TRADE_PARAMETERS = {
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
    description: 'largest slippage per executed trade, uniform on [0, slip)',
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
    description: 'largest number of bars a fill is late; needs the input ohlc or equity_curve',
  },
  delay_sides: {
    type: 'choice',
    values: ['both', 'one_side'],
    default: 'both',
    description: 'delay entry and exit, or one of them by a fair coin',
  },
  delay_effect: {
    type: 'choice',
    values: ['both_ways', 'adverse_only'],
    default: 'both_ways',
    description:
      'whether a late fill may also be a better one; adverse_only counts only what it costs: a stress, not a forecast',
  },
  delay_adverse_cap_r: {
    type: 'number',
    min: 0,
    optional: true,
    unit: 'R',
    description: 'a delay costs a trade at most this many R; without it there is no cap',
  },
  shuffle_mode: {
    type: 'choice',
    values: ['none', 'permute', 'block_permute'],
    default: 'none',
    description: 'new order of the trades: none, single trades, consecutive blocks',
  },
  bootstrap_mode: {
    type: 'choice',
    values: ['none', 'trade_bootstrap', 'block_bootstrap', 'stationary_bootstrap', 'moving_block_bootstrap'],
    default: 'none',
    description:
      'resampling with replacement: none, single trades, blocks on a circle, blocks of random length, blocks from within the list',
  },
  block_len: {
    type: 'integer',
    min: 1,
    default: 10,
    unit: 'trades',
    description: 'length of a block; the mean length in the stationary bootstrap',
    active_when: [
      { shuffle_mode: 'block_permute' },
      { bootstrap_mode: ['block_bootstrap', 'stationary_bootstrap', 'moving_block_bootstrap'] },
    ],
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
    default: 0,
    unit: 'trades',
    description: 'a skip mask that leaves fewer is drawn again, up to 50 times',
  },
  initial_equity: {
    type: 'number',
    above: 0,
    default_from: 'equity_curve',
    unit: 'dollars',
    description:
      'the account before the first trade, on which every percentage depends; with an equity curve its first point',
  },
  sizing: {
    type: 'choice',
    values: ['dollars', 'equity', 'risk'],
    default: 'dollars',
    description:
      'how a result scales along a path: dollars as they are, a share of the equity the trade was made with, or a share of its R',
  },
  risk_pct: {
    type: 'number',
    above: 0,
    unit: '%',
    description: 'share of the equity risked per trade',
    active_when: [{ sizing: 'risk' }],
  },
  after_ruin: {
    type: 'choice',
    values: ['stop', 'continue'],
    default: 'stop',
    description: 'whether a path whose equity is gone keeps trading',
  },
  ruin_equity_pct: {
    type: 'number',
    min: 0,
    below: 100,
    default: 0,
    unit: '%',
    description: 'the account is closed at this share of initial_equity',
    active_when: [{ after_ruin: 'stop' }],
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
    default_from: 'trades',
    // A list that spans less than a day has none: that is told where it is needed.
    optional: true,
    unit: 'trades per year',
    description: 'scales Sharpe and Sortino ratio; default: those of the list, where it spans a day or more',
  },
  profit_factor_cap: {
    type: 'number',
    above: 0,
    default: 999,
    description: 'largest profit factor, and that of a path with gains and no loss',
  },
  risk_fallback_pct: {
    type: 'number',
    above: 0,
    optional: true,
    unit: '%',
    description:
      'R of a trade without risk_dollars, as a share of its entry notional: made up, so only in preset reference',
  },
} as const satisfies ParameterSpecs;

/** The parameters of one cell. */
export type TradeParameters = ParametersOf<typeof TRADE_PARAMETERS>;

/** Named sets of defaults. */
export const TRADE_PRESETS: Readonly<Record<'reference', Partial<TradeParameters>>> = {
  // Version 1 of the model, which was the public engine it began with: its rows to the bit.
  reference: {
    delay_effect: 'adverse_only',
    delay_adverse_cap_r: 0.5,
    min_trades: 30,
    initial_equity: 100000,
    sizing: 'dollars',
    after_ruin: 'continue',
    periods_per_year: 252,
    risk_fallback_pct: 1,
  },
};
