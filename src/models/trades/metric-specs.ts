import type { Condition, MetricSpec } from '../../model/model.ts';

/** Cells in which nothing is drawn at all: every row is the list. */
const UNPERTURBED: Condition = {
  p_skip: 0,
  slip_dollars: 0,
  delay_bars_max: 0,
  shuffle_mode: 'none',
  bootstrap_mode: 'none',
};
const NOTHING_DRAWN = [UNPERTURBED];
/** What is summed over trades stays when they only change places, as long as the account does not decide which of them are made. */
const REORDERED: readonly Condition[] = [
  UNPERTURBED,
  { p_skip: 0, slip_dollars: 0, delay_bars_max: 0, bootstrap_mode: 'none', sizing: 'dollars', after_ruin: 'continue' },
];
/** No trade is missed, and none is left out by a closed account. */
const ALL_MADE: readonly Condition[] = [
  UNPERTURBED,
  { p_skip: 0, after_ruin: 'continue', delay_bars_max: 0 },
  { p_skip: 0, after_ruin: 'continue', delay_effect: 'adverse_only' },
];

/** The metrics of the model, in the order of the specification; those with `stored: false` only on request. */
export const TRADE_METRIC_SPECS = {
  total_return_pct: {
    unit: '%',
    description: 'total P&L over initial equity',
    label: 'total return',
    good: 'high',
    goals: [{ at: 0, means: 'the strategy makes money' }],
    headline: true,
    constant: REORDERED,
  },
  max_drawdown_pct: {
    unit: '%',
    description:
      'largest fall from a peak of the equity, as a share of that peak; past 100 where a ruined account keeps trading',
    label: 'maximum drawdown',
    good: 'low',
    headline: true,
    constant: NOTHING_DRAWN,
  },
  profit_factor: {
    description: 'sum of gains over sum of losses, at most the cap; the cap without a loss, 0 without a gain',
    label: 'profit factor',
    good: 'high',
    goals: [{ at: 1, means: 'gains exceed losses' }],
    cap: 'profit_factor_cap',
    constant: REORDERED,
  },
  worst_month_pct: {
    unit: '%',
    description: 'smallest change of equity over a calendar month of the trade list',
    label: 'worst month',
    good: 'high',
    constant: NOTHING_DRAWN,
  },
  sharpe_ratio: {
    description:
      'mean over population standard deviation of the returns per trade, scaled to a year by periods_per_year',
    label: 'Sharpe ratio',
    good: 'high',
    constant: NOTHING_DRAWN,
  },
  win_rate: {
    unit: '0..1',
    description: 'share of executed trades with a gain',
    label: 'share of winning trades',
    good: 'high',
    constant: REORDERED,
  },
  n_trades: { unit: 'count', description: 'executed trades on the path', constant: ALL_MADE },
  total_pnl: { unit: 'dollars', description: 'sum of the P&L', label: 'total P&L', good: 'high', constant: REORDERED },
  final_equity: {
    unit: 'dollars',
    description: 'equity at the end of the path',
    stored: false,
    constant: NOTHING_DRAWN,
  },
  lowest_equity: {
    unit: 'dollars',
    description: 'lowest equity on the path, the initial one included',
    stored: false,
    constant: NOTHING_DRAWN,
  },
  ruined: {
    unit: '0/1',
    description: '1 where the equity fell to ruin_equity_pct of the initial one',
    label: 'chance of ruin',
    good: 'low',
    stored: false,
    headline: true,
    constant: NOTHING_DRAWN,
  },
  cagr_pct: {
    infinite: true,
    unit: '%',
    description: 'growth per year from first entry to last exit; -100 without equity left',
    stored: false,
    constant: NOTHING_DRAWN,
  },
  calmar_ratio: {
    infinite: true,
    description: 'cagr_pct over max_drawdown_pct; missing without a drawdown',
    missing: true,
    stored: false,
    constant: NOTHING_DRAWN,
  },
  sortino_ratio: {
    description: 'like the Sharpe ratio, over the root mean square of the losses; missing without one',
    missing: true,
    stored: false,
    constant: NOTHING_DRAWN,
  },
  ulcer_index_pct: {
    unit: '%',
    description: 'root mean square of the drawdown at each position',
    stored: false,
    constant: NOTHING_DRAWN,
  },
  max_drawdown_dollars: {
    unit: 'dollars',
    description: 'largest fall from a peak of the equity',
    stored: false,
    constant: NOTHING_DRAWN,
  },
  longest_drawdown_trades: {
    unit: 'trades',
    description: 'longest run of positions below a peak',
    stored: false,
    constant: NOTHING_DRAWN,
  },
  time_under_water_pct: {
    unit: '%',
    description: 'share of positions below a peak',
    stored: false,
    constant: NOTHING_DRAWN,
  },
  max_losing_streak: {
    unit: 'trades',
    description: 'longest run of executed trades with a loss',
    stored: false,
    constant: NOTHING_DRAWN,
  },
  expectancy: { unit: 'dollars', description: 'mean P&L of executed trades', stored: false, constant: REORDERED },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type TradeMetric = keyof typeof TRADE_METRIC_SPECS;
export const TRADE_METRICS = Object.keys(TRADE_METRIC_SPECS) as readonly TradeMetric[];
