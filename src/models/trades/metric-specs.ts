import type { MetricSpec } from '../../model/model.ts';

/** A cell in which nothing is drawn: every permutation is the list as it is. */
const NOTHING_DRAWN = [
  { p_skip: 0, slip_dollars: 0, delay_bars_max: 0, shuffle_mode: 'none', bootstrap_mode: 'none' },
] as const;

function constantWhereNothingIsDrawn<Specs extends Readonly<Record<string, MetricSpec>>>(specs: Specs): Specs {
  const entries = Object.entries(specs).map(([name, spec]) => [name, { ...spec, constant: NOTHING_DRAWN }]);
  return Object.fromEntries(entries) as Specs;
}

/** The metrics of the model, in the order of the specification; those with `stored: false` only on request. */
export const TRADE_METRIC_SPECS = constantWhereNothingIsDrawn({
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
} as const satisfies Readonly<Record<string, MetricSpec>>);

export type TradeMetric = keyof typeof TRADE_METRIC_SPECS;
export const TRADE_METRICS = Object.keys(TRADE_METRIC_SPECS) as readonly TradeMetric[];
