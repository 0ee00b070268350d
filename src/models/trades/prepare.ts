import assert from 'node:assert/strict';
import { TRADES_METRICS, type TradesMetric } from '#native-free/trades/cell';

import type { Json, Parameters, PrepareContext } from '../../model/model.ts';
import { equityBefore } from './account.ts';
import { barReturns, tabulateImpacts } from './delay.ts';
import type { TradeInputs } from './inputs.ts';
import { intensity } from './intensity.ts';
import type { StateModel } from './intensity.ts';
import type { PreparedCell, StageDraws } from './prepared.ts';
import { notionals, risks } from './risk.ts';

const SKIP_REDRAWS = 50;
const NONE = new Float64Array(0);

function number(parameters: Parameters, name: string): number {
  const value = parameters[name];
  assert(typeof value === 'number', `parameter ${name} must be resolved to a number`);
  return value;
}

/** A number that may be absent. */
function optionalNumber(parameters: Parameters, name: string): number | undefined {
  return parameters[name] === undefined ? undefined : number(parameters, name);
}

/** A choice; the study has checked that the value is one of those allowed. */
function choice(parameters: Parameters, name: string): string {
  const value = parameters[name];
  assert(typeof value === 'string', `parameter ${name} must be resolved to a text`);
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
export function prepareCell(context: PrepareContext<TradeInputs>): PreparedCell {
  const { parameters, inputs, streams, shared, metrics } = context;
  const { trades } = inputs;
  const n = trades.count;
  const pnl = trades.pnl.slice();
  const initial_equity = number(parameters, 'initial_equity');
  const notional = notionals(trades, number(parameters, 'point_value'));
  const risk = risks(trades, notional, optionalNumber(parameters, 'risk_fallback_pct'));
  const state = choice(parameters, 'state_model') as StateModel;
  const lookback = state === 'none' ? 0 : number(parameters, 'state_lookback');
  const intensities = intensity(state, pnl, initial_equity, lookback);
  const stop = choice(parameters, 'after_ruin') === 'stop';
  return {
    n,
    pnl,
    p_skip: number(parameters, 'p_skip'),
    min_executed: Math.min(number(parameters, 'min_trades'), n),
    skip_redraws: streams === 'shared' ? 0 : SKIP_REDRAWS,
    ...prepareDelay(parameters, inputs, notional, risk),
    intensity: intensities,
    ...prepareSlip(parameters, notional, risk, intensities),
    ...prepareShares(parameters, inputs, risk),
    ...prepareOrder(parameters, n),
    ...monthSlots(trades.exit_month),
    initial_equity,
    stop,
    ruin_level: stop ? (number(parameters, 'ruin_equity_pct') / 100) * initial_equity : 0,
    // Where the list is too short for one, a study that needs it was refused.
    sharpe_factor: Math.sqrt(optionalNumber(parameters, 'periods_per_year') ?? NaN),
    profit_factor_cap: number(parameters, 'profit_factor_cap'),
    metrics: kernelMetrics(metrics),
    fixed_draws: streams === 'shared' ? fixedDraws(n, inputs, studyFacts(shared, parameters)) : undefined,
  };
}

function prepareOrder(
  parameters: Parameters,
  n: number,
): Pick<PreparedCell, 'shuffle' | 'bootstrap' | 'block_len' | 'restart_chance'> {
  const shuffle = choice(parameters, 'shuffle_mode') as PreparedCell['shuffle'];
  const bootstrap = choice(parameters, 'bootstrap_mode') as PreparedCell['bootstrap'];
  const stationary = bootstrap === 'stationary_bootstrap';
  const in_blocks =
    stationary ||
    shuffle === 'block_permute' ||
    bootstrap === 'block_bootstrap' ||
    bootstrap === 'moving_block_bootstrap';
  const block_len = in_blocks ? number(parameters, 'block_len') : 1;
  return { shuffle, bootstrap, block_len: Math.min(block_len, n), restart_chance: stationary ? 1 / block_len : 0 };
}

function prepareShares(
  parameters: Parameters,
  { trades }: TradeInputs,
  risk: Float64Array,
): Pick<PreparedCell, 'shares' | 'share_base' | 'share_factor'> {
  switch (choice(parameters, 'sizing') as 'dollars' | 'equity' | 'risk') {
    case 'dollars':
      return { shares: false, share_base: NONE, share_factor: 1 };
    case 'equity': {
      const share_base = equityBefore(trades, number(parameters, 'initial_equity'));
      return { shares: true, share_base, share_factor: 1 };
    }
    case 'risk':
      return { shares: true, share_base: risk, share_factor: number(parameters, 'risk_pct') / 100 };
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

function prepareDelay(parameters: Parameters, inputs: TradeInputs, notional: Float64Array, risk: Float64Array): Delay {
  const { trades, ohlc, equity_curve } = inputs;
  const delay_bars_max = number(parameters, 'delay_bars_max');
  const one_side = choice(parameters, 'delay_sides') === 'one_side';
  const cap = optionalNumber(parameters, 'delay_adverse_cap_r');
  const adverse_only = choice(parameters, 'delay_effect') === 'adverse_only';
  const off = { entry_impact: NONE, exit_impact: NONE, notional: NONE, bar_returns: NONE };
  if (delay_bars_max === 0)
    return { delay: 'none', delay_bars_max, one_side, ...off, pnl_floor: NONE, pnl_ceiling: NONE };
  const pnl_floor = trades.pnl.map((pnl, i) => (cap === undefined ? -Infinity : pnl - cap * risk[i]!));
  const pnl_ceiling = trades.pnl.map((pnl) => (adverse_only ? pnl : Infinity));
  const late = { delay_bars_max, one_side, ...off, pnl_floor, pnl_ceiling };
  if (ohlc !== undefined) {
    const point_value = number(parameters, 'point_value');
    const { entry, exit } = tabulateImpacts(trades, ohlc, delay_bars_max, point_value, adverse_only);
    return { ...late, delay: 'ohlc', entry_impact: entry, exit_impact: exit };
  }
  assert(equity_curve !== undefined, 'checkInputs lets no delay pass without ohlc or equity_curve');
  const bar_returns = barReturns(equity_curve.equity);
  return { ...late, delay: 'equity_curve', notional, bar_returns };
}

function prepareSlip(
  parameters: Parameters,
  notional: Float64Array,
  risk: Float64Array,
  intensities: Float64Array,
): Pick<PreparedCell, 'slip' | 'slip_scale' | 'slip_multiplier'> {
  const slip_dollars = number(parameters, 'slip_dollars');
  if (slip_dollars === 0) return { slip: false, slip_scale: NONE, slip_multiplier: NONE };
  const mode = choice(parameters, 'slip_mode') as 'dollars' | 'r' | 'percent';
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
interface StudyFacts {
  /** D', the largest delay. */
  readonly delay_bars_max: number;
  /** Whether any cell has a stationary bootstrap. */
  readonly stationary: boolean;
}

export function factsOfStudy(cells: Iterable<Parameters>): Json {
  let delay_bars_max = 0;
  let stationary = false;
  for (const cell of cells) {
    delay_bars_max = Math.max(delay_bars_max, Number(cell['delay_bars_max']));
    stationary ||= cell['bootstrap_mode'] === 'stationary_bootstrap';
  }
  return { delay_bars_max, stationary };
}

function studyFacts(shared: Json | undefined, parameters: Parameters): StudyFacts {
  const facts = shared as Partial<StudyFacts> | null | undefined;
  const { delay_bars_max, stationary } = facts ?? {};
  assert(
    typeof delay_bars_max === 'number' && typeof stationary === 'boolean',
    'shared streams need the facts of the study',
  );
  assert(delay_bars_max >= number(parameters, 'delay_bars_max'), 'the largest delay of the study');
  return { delay_bars_max, stationary };
}

function fixedDraws(n: number, inputs: TradeInputs, { delay_bars_max, stationary }: StudyFacts): StageDraws {
  const per_trade = inputs.ohlc === undefined ? 3 + 2 * delay_bars_max : 3;
  return { skip: n, delay: per_trade * n, slip: n, shuffle: n - 1, bootstrap: stationary ? 2 * n : n };
}
