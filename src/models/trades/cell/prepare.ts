import assert from 'node:assert/strict';
import { TRADES_METRICS, type TradesMetric } from '#native-free/trades/cell';

import type { PrepareContext } from '../../../model/model.ts';
import { equityBefore } from './account.ts';
import { barReturns, tabulateImpacts } from './delay.ts';
import type { TradeInputs } from '../list/inputs.ts';
import { intensity } from './intensity.ts';
import type { TradeParameters } from './parameters.ts';
import type { PreparedCell, StageDraws } from './prepared.ts';
import { notionals, risks } from './risk.ts';

const SKIP_REDRAWS = 50;
const NONE = new Float64Array(0);

/** What a cell is prepared from. */
export type TradesContext = PrepareContext<TradeInputs, TradeParameters, StudyFacts>;

/** The value of a parameter that is active in this cell. */
function active(value: number | undefined, name: string): number {
  assert(value !== undefined, `parameter ${name} must be resolved where it is active`);
  return value;
}

/** First slot of each calendar month by their order, and the slot after its last one. */
export function monthSlots(exit_month: Float64Array): Pick<PreparedCell, 'month_start' | 'month_end'> {
  const slots = new Map<number, { start: number; end: number }>();
  for (const [k, month] of exit_month.entries()) {
    const known = slots.get(month);
    if (known === undefined) slots.set(month, { start: k, end: k + 1 });
    else known.end = k + 1;
  }
  const list = [...slots.values()];
  return {
    month_start: Uint32Array.from(list, ({ start }) => start),
    month_end: Uint32Array.from(list, ({ end }) => end),
  };
}

/** What the kernels compute so that these metrics of the model can be stored. */
export function kernelMetrics(metrics: readonly string[]): TradesMetric[] {
  const growth = metrics.includes('cagr_pct') || metrics.includes('calmar_ratio');
  return TRADES_METRICS.filter(
    (name) =>
      metrics.includes(name) ||
      (growth && name === 'final_equity') ||
      (name === 'max_drawdown_pct' && metrics.includes('calmar_ratio')),
  );
}

/** Resolves one cell: all that its permutations have in common. */
export function prepareCell(context: TradesContext): PreparedCell {
  const { parameters, inputs, streams, shared, metrics } = context;
  const { trades } = inputs;
  const n = trades.count;
  const pnl = trades.pnl.slice();
  const initial_equity = parameters.initial_equity;
  const notional = notionals(trades, parameters.point_value);
  const risk = risks(trades, notional, parameters.risk_fallback_pct);
  const state = parameters.state_model;
  const lookback = state === 'none' ? 0 : active(parameters.state_lookback, 'state_lookback');
  const intensities = intensity(state, pnl, initial_equity, lookback);
  const stop = parameters.after_ruin === 'stop';
  return {
    n,
    pnl,
    p_skip: parameters.p_skip,
    min_executed: Math.min(parameters.min_trades, n),
    skip_redraws: streams === 'shared' ? 0 : SKIP_REDRAWS,
    ...prepareDelay(parameters, inputs, notional, risk),
    intensity: intensities,
    ...prepareSlip(parameters, notional, risk, intensities),
    ...prepareShares(parameters, inputs, risk),
    ...prepareOrder(parameters, n),
    ...monthSlots(trades.exit_month),
    initial_equity,
    stop,
    ruin_level: stop ? (active(parameters.ruin_equity_pct, 'ruin_equity_pct') / 100) * initial_equity : 0,
    // Where the list is too short for one, a study that needs it was refused.
    sharpe_factor: Math.sqrt(parameters.periods_per_year ?? NaN),
    profit_factor_cap: parameters.profit_factor_cap,
    metrics: kernelMetrics(metrics),
    fixed_draws: streams === 'shared' ? fixedDraws(n, inputs, studyFacts(shared, parameters)) : undefined,
  };
}

function prepareOrder(
  parameters: TradeParameters,
  n: number,
): Pick<PreparedCell, 'shuffle' | 'bootstrap' | 'block_len' | 'restart_chance'> {
  const shuffle = parameters.shuffle_mode;
  const bootstrap = parameters.bootstrap_mode;
  const stationary = bootstrap === 'stationary_bootstrap';
  const in_blocks =
    stationary ||
    shuffle === 'block_permute' ||
    bootstrap === 'block_bootstrap' ||
    bootstrap === 'moving_block_bootstrap';
  const block_len = in_blocks ? active(parameters.block_len, 'block_len') : 1;
  return { shuffle, bootstrap, block_len: Math.min(block_len, n), restart_chance: stationary ? 1 / block_len : 0 };
}

function prepareShares(
  parameters: TradeParameters,
  { trades }: TradeInputs,
  risk: Float64Array,
): Pick<PreparedCell, 'shares' | 'share_base' | 'share_factor'> {
  switch (parameters.sizing) {
    case 'dollars':
      return { shares: false, share_base: NONE, share_factor: 1 };
    case 'equity': {
      const share_base = equityBefore(trades, parameters.initial_equity);
      return { shares: true, share_base, share_factor: 1 };
    }
    case 'risk':
      return { shares: true, share_base: risk, share_factor: active(parameters.risk_pct, 'risk_pct') / 100 };
  }
}

type Delay = Pick<
  PreparedCell,
  | 'delay'
  | 'delay_bars_max'
  | 'one_side'
  | 'entry_impact'
  | 'exit_impact'
  | 'pnl_floor'
  | 'pnl_ceiling'
  | 'notional'
  | 'bar_returns'
>;

function prepareDelay(
  parameters: TradeParameters,
  inputs: TradeInputs,
  notional: Float64Array,
  risk: Float64Array,
): Delay {
  const { trades, ohlc, equity_curve } = inputs;
  const delay_bars_max = parameters.delay_bars_max;
  const one_side = parameters.delay_sides === 'one_side';
  const cap = parameters.delay_adverse_cap_r;
  const adverse_only = parameters.delay_effect === 'adverse_only';
  const off = { entry_impact: NONE, exit_impact: NONE, notional: NONE, bar_returns: NONE };
  if (delay_bars_max === 0)
    return { delay: 'none', delay_bars_max, one_side, ...off, pnl_floor: NONE, pnl_ceiling: NONE };
  const pnl_floor = trades.pnl.map((pnl, i) => (cap === undefined ? -Infinity : pnl - cap * risk[i]!));
  const pnl_ceiling = trades.pnl.map((pnl) => (adverse_only ? pnl : Infinity));
  const late = { delay_bars_max, one_side, ...off, pnl_floor, pnl_ceiling };
  if (ohlc !== undefined) {
    const point_value = parameters.point_value;
    const { entry, exit } = tabulateImpacts(trades, ohlc, delay_bars_max, point_value, adverse_only);
    return { ...late, delay: 'ohlc', entry_impact: entry, exit_impact: exit };
  }
  assert(equity_curve !== undefined, 'checkInputs lets no delay pass without ohlc or equity_curve');
  const bar_returns = barReturns(equity_curve.equity);
  return { ...late, delay: 'equity_curve', notional, bar_returns };
}

function prepareSlip(
  parameters: TradeParameters,
  notional: Float64Array,
  risk: Float64Array,
  intensities: Float64Array,
): Pick<PreparedCell, 'slip' | 'slip_scale' | 'slip_multiplier'> {
  const slip_dollars = parameters.slip_dollars;
  if (slip_dollars === 0) return { slip: false, slip_scale: NONE, slip_multiplier: NONE };
  const mode = parameters.slip_mode;
  const scale = {
    dollars: () => slip_dollars,
    r: (i: number) => slip_dollars * risk[i]!,
    percent: (i: number) => (slip_dollars / 100) * notional[i]!,
  }[mode];
  const multiplier = intensities.length === 0 ? () => 1 : (i: number) => 1 + intensities[i]!;
  return {
    slip: true,
    slip_scale: notional.map((_, i) => scale(i)),
    slip_multiplier: notional.map((_, i) => multiplier(i)),
  };
}

/** What shared streams make the draws of a cell depend on: all cells of its study together (`Model.shared`). */
export interface StudyFacts {
  /** D', the largest delay. */
  readonly delay_bars_max: number;
  /** Whether any cell has a stationary bootstrap. */
  readonly stationary: boolean;
  /** It is JSON. */
  readonly [key: string]: number | boolean;
}

export function factsOfStudy(cells: Iterable<TradeParameters>): StudyFacts {
  let delay_bars_max = 0;
  let stationary = false;
  for (const cell of cells) {
    delay_bars_max = Math.max(delay_bars_max, cell.delay_bars_max);
    stationary ||= cell.bootstrap_mode === 'stationary_bootstrap';
  }
  return { delay_bars_max, stationary };
}

function studyFacts(facts: StudyFacts | undefined, parameters: TradeParameters): StudyFacts {
  assert(facts !== undefined, 'shared streams need the facts of the study');
  assert(facts.delay_bars_max >= parameters.delay_bars_max, 'the largest delay of the study');
  return facts;
}

function fixedDraws(n: number, inputs: TradeInputs, { delay_bars_max, stationary }: StudyFacts): StageDraws {
  const per_trade = inputs.ohlc === undefined ? 3 + 2 * delay_bars_max : 3;
  return { skip: n, delay: per_trade * n, slip: n, shuffle: n - 1, bootstrap: stationary ? 2 * n : n };
}
