import type { MetricSpec } from '../../model/model.ts';

/** The metrics of the model, in the order of the specification; those with `stored: false` only on request. */
export const TRADE_METRIC_SPECS = {
  total_return_pct: { unit: '%', description: 'total P&L by initial equity' },
  max_drawdown_pct: {
    unit: '%',
    description: 'largest fall from a peak of the equity, by that peak; past 100 where a ruined account goes on',
  },
  profit_factor: {
    description: 'sum of gains by sum of losses, at most the cap; the cap without a loss, 0 without a gain',
    cap: 'profit_factor_cap',
  },
  worst_month_pct: { unit: '%', description: 'least change of equity over a calendar month of the trade list' },
  sharpe_ratio: {
    description: 'mean by population standard deviation of the returns per trade, scaled to a year by periods_per_year',
  },
  win_rate: { unit: '0..1', description: 'share of executed trades with a gain' },
  n_trades: { unit: 'count', description: 'executed trades on the path' },
  total_pnl: { unit: 'dollars', description: 'sum of the P&L' },
  final_equity: { unit: 'dollars', description: 'equity at the end of the path', stored: false },
  lowest_equity: { unit: 'dollars', description: 'least equity on the path, the initial one included', stored: false },
  ruined: { unit: '0/1', description: '1 where the equity fell to ruin_equity_pct of the initial one', stored: false },
  cagr_pct: {
    unit: '%',
    description: 'growth per year from first entry to last exit; -100 without equity left',
    stored: false,
  },
  calmar_ratio: {
    description: 'cagr_pct by max_drawdown_pct; missing without a drawdown',
    missing: true,
    stored: false,
  },
  sortino_ratio: {
    description: 'as the Sharpe ratio, by the root mean square of the losses; missing without one',
    missing: true,
    stored: false,
  },
  ulcer_index_pct: { unit: '%', description: 'root mean square of the drawdown at each position', stored: false },
  max_drawdown_dollars: { unit: 'dollars', description: 'largest fall from a peak of the equity', stored: false },
  longest_drawdown_trades: { unit: 'trades', description: 'most positions in a row below a peak', stored: false },
  time_under_water_pct: { unit: '%', description: 'share of positions below a peak', stored: false },
  max_losing_streak: { unit: 'trades', description: 'most executed trades with a loss in a row', stored: false },
  expectancy: { unit: 'dollars', description: 'mean P&L of executed trades', stored: false },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type TradeMetric = keyof typeof TRADE_METRIC_SPECS;
export const TRADE_METRICS = Object.keys(TRADE_METRIC_SPECS) as readonly TradeMetric[];
