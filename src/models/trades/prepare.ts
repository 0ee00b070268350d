import assert from 'node:assert/strict';
import type { Json, Parameters, PrepareContext } from '../../model/model.ts';
import { barReturns, tabulateImpacts } from './delay.ts';
import type { TradeInputs, TradeList } from './inputs.ts';
import { intensity } from './intensity.ts';
import type { StateModel } from './intensity.ts';
import type { PreparedCell, StageDraws } from './prepared.ts';
import { calendarMonth } from './time.ts';

const SKIP_REDRAWS = 50;
const NONE = new Float64Array(0);

function number(parameters: Parameters, name: string): number {
  const value = parameters[name];
  assert(typeof value === 'number', `parameter ${name} must be resolved to a number`);
  return value;
}

/** A choice; the study has checked that the value is one of those allowed. */
function choice(parameters: Parameters, name: string): string {
  const value = parameters[name];
  assert(typeof value === 'string', `parameter ${name} must be resolved to a text`);
  return value;
}

/** (entry_price x qty) x point_value per trade [dollars]. */
function notionals(trades: TradeList, point_value: number): Float64Array {
  return trades.entry_price.map((price, i) => price * trades.qty[i]! * point_value);
}

/** R per trade [dollars]: what the trade states, else 0.01 x notional. */
function risks(trades: TradeList, notional: Float64Array): Float64Array {
  return trades.risk_dollars.map((risk, i) => (Number.isNaN(risk) ? 0.01 * notional[i]! : risk));
}

/** Slot after the last slot of each calendar month that has slots. */
function monthEnds(exit_time: Float64Array): Uint32Array {
  const ends: number[] = [];
  for (let k = 1; k < exit_time.length; k++) {
    if (calendarMonth(exit_time[k]!) !== calendarMonth(exit_time[k - 1]!)) ends.push(k);
  }
  return Uint32Array.from([...ends, exit_time.length]);
}

/** Resolves one cell: all that its permutations have in common. */
export function prepareCell({ parameters, inputs, streams, shared }: PrepareContext<TradeInputs>): PreparedCell {
  const { trades } = inputs;
  const n = trades.count;
  const pnl = trades.pnl.slice();
  const point_value = number(parameters, 'point_value');
  const initial_equity = number(parameters, 'initial_equity');
  const notional = notionals(trades, point_value);
  const risk = risks(trades, notional);
  const state = choice(parameters, 'state_model') as StateModel;
  const lookback = state === 'none' ? 0 : number(parameters, 'state_lookback');
  const intensities = intensity(state, pnl, initial_equity, lookback);
  const shuffle = choice(parameters, 'shuffle_mode') as PreparedCell['shuffle'];
  const bootstrap = choice(parameters, 'bootstrap_mode') as PreparedCell['bootstrap'];
  const in_blocks = shuffle === 'block_permute' || bootstrap === 'block_bootstrap';
  return {
    n,
    pnl,
    p_skip: number(parameters, 'p_skip'),
    min_executed: Math.min(number(parameters, 'min_trades'), n),
    skip_redraws: streams === 'shared' ? 0 : SKIP_REDRAWS,
    ...prepareDelay(parameters, inputs, notional, risk),
    intensity: intensities,
    ...prepareSlip(parameters, notional, risk, intensities),
    shuffle,
    bootstrap,
    block_len: in_blocks ? Math.min(number(parameters, 'block_len'), n) : 1,
    month_end: monthEnds(trades.exit_time),
    initial_equity,
    sharpe_factor: Math.sqrt(number(parameters, 'periods_per_year')),
    profit_factor_cap: number(parameters, 'profit_factor_cap'),
    fixed_draws: streams === 'shared' ? fixedDraws(n, inputs, largestDelay(shared, parameters)) : undefined,
  };
}

type Delay = Pick<
  PreparedCell,
  'delay' | 'delay_bars_max' | 'one_side' | 'entry_impact' | 'exit_impact' | 'pnl_floor' | 'notional' | 'bar_returns'
>;

function prepareDelay(parameters: Parameters, inputs: TradeInputs, notional: Float64Array, risk: Float64Array): Delay {
  const { trades, ohlc, equity_curve } = inputs;
  const delay_bars_max = number(parameters, 'delay_bars_max');
  const one_side = choice(parameters, 'delay_sides') === 'one_side';
  const cap = number(parameters, 'delay_adverse_cap_r');
  const off = { entry_impact: NONE, exit_impact: NONE, pnl_floor: NONE, notional: NONE, bar_returns: NONE };
  if (delay_bars_max === 0) return { delay: 'none', delay_bars_max, one_side, ...off };
  const pnl_floor = trades.pnl.map((pnl, i) => pnl - cap * risk[i]!);
  if (ohlc !== undefined) {
    const { entry, exit } = tabulateImpacts(trades, ohlc, delay_bars_max, number(parameters, 'point_value'));
    return { delay: 'ohlc', delay_bars_max, one_side, ...off, pnl_floor, entry_impact: entry, exit_impact: exit };
  }
  assert(equity_curve !== undefined, 'checkInputs lets no delay pass without ohlc or equity_curve');
  const bar_returns = barReturns(equity_curve.equity);
  return { delay: 'equity_curve', delay_bars_max, one_side, ...off, pnl_floor, notional, bar_returns };
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

function fixedDraws(n: number, inputs: TradeInputs, largest_delay: number): StageDraws {
  const per_trade = inputs.ohlc === undefined ? 3 + 2 * largest_delay : 3;
  return { skip: n, delay: per_trade * n, slip: n, shuffle: n - 1, bootstrap: n };
}

/** D' of the whole study, from `Model.shared`. */
function largestDelay(shared: Json | undefined, parameters: Parameters): number {
  assert(
    typeof shared === 'object' && shared !== null && 'delay_bars_max' in shared,
    'shared streams need the study fact',
  );
  const largest = shared['delay_bars_max'];
  assert(
    typeof largest === 'number' && largest >= number(parameters, 'delay_bars_max'),
    'the largest delay of the study',
  );
  return largest;
}
