/**
 * Made-up cells of the model `trades` for the benches: cent-valued P&L, months of 20 trades, impacts of both signs.
 * The headline work ("full"): p_skip 0.05, one delay bar with bars, $100 of slippage, permute, trade_bootstrap.
 */
import { Buffer } from 'node:buffer';
import { TRADES_METRICS } from '../../dist/native-free/trades/cell.js';

/** @typedef {import('../../dist/native-free/trades/cell.js').TradesCell} TradesCell */

/** @type {TradesCell['shuffle'][]} */
export const SHUFFLES = ['none', 'permute', 'block_permute'];
/** @type {TradesCell['bootstrap'][]} */
export const BOOTSTRAPS = ['none', 'trade_bootstrap', 'moving_block_bootstrap'];
/** What rows hold where a study does not say. */
export const METRICS = TRADES_METRICS.slice(0, 8);

/**
 * `sizing` equity: a trade's result is a share of the equity it was made with. `stop`: the account is closed at `ruin` of its
 * initial equity.
 *
 * @param {number} n
 * @param {Partial<Pick<TradesCell, 'shuffle' | 'bootstrap' | 'block_len' | 'stop' | 'metrics'>> & { bars?: number, sizing?: 'dollars' | 'equity', ruin?: number }} [options]
 * @returns {TradesCell}
 */
export function makeCell(
  n,
  {
    shuffle = 'permute',
    bootstrap = 'trade_bootstrap',
    block_len = 10,
    bars = 1,
    sizing = 'dollars',
    stop = false,
    ruin = 0,
    metrics = METRICS,
  } = {},
) {
  let state = 12345;
  const u = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const array = (length, value) => Float64Array.from({ length }, (_, i) => value(i));
  const pnl = array(n, () => Math.round((u() + u() + u() - 1.45) * 100_000) / 100 + 0);
  const impacts = () => array(bars > 0 ? n * (bars + 1) : 0, (i) => (i % (bars + 1) === 0 ? 0 : (u() - 0.4) * 300));
  const month_end = [];
  for (let end = 20; end < n; end += 20) month_end.push(end);
  const empty = new Float64Array(0);
  const initial_equity = 100_000;
  let equity = initial_equity;
  const before = array(n, (i) => {
    const held = equity;
    equity = Math.max(equity + pnl[i], 1000);
    return held;
  });
  return {
    n,
    pnl,
    p_skip: 0.05,
    min_executed: Math.min(30, n),
    skip_redraws: 50,
    delay: bars > 0 ? 'ohlc' : 'none',
    delay_bars_max: bars,
    one_side: false,
    entry_impact: impacts(),
    exit_impact: impacts(),
    pnl_floor: array(bars > 0 ? n : 0, (i) => pnl[i] - 250),
    pnl_ceiling: bars > 0 ? pnl : empty,
    intensity: empty,
    notional: empty,
    bar_returns: empty,
    slip: true,
    slip_scale: array(n, () => 100),
    slip_multiplier: array(n, () => 1),
    shares: sizing === 'equity',
    share_base: sizing === 'equity' ? before : empty,
    share_factor: 1,
    shuffle,
    bootstrap,
    block_len: Math.min(block_len, n),
    restart_chance: bootstrap === 'stationary_bootstrap' ? 1 / block_len : 0,
    month_start: Uint32Array.from([0, ...month_end]),
    month_end: Uint32Array.from([...month_end, n]),
    initial_equity,
    stop,
    ruin_level: stop ? ruin * initial_equity : 0,
    sharpe_factor: Math.sqrt(252),
    profit_factor_cap: 999,
    metrics,
    fixed_draws: undefined,
  };
}

export function makeColumns(count) {
  return METRICS.map(() => new Float64Array(count));
}

/**
 * The cell as peer.cpp reads it.
 *
 * @param {TradesCell} cell
 */
export function encodeForPeer(cell) {
  const bytes = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const header = Int32Array.of(
    cell.n,
    cell.min_executed,
    cell.skip_redraws,
    cell.delay_bars_max,
    Number(cell.one_side),
    Number(cell.intensity.length > 0),
    Number(cell.slip),
    SHUFFLES.indexOf(cell.shuffle),
    BOOTSTRAPS.indexOf(cell.bootstrap),
    cell.block_len,
    cell.month_end.length,
    0,
  );
  const numbers = Float64Array.of(cell.p_skip, cell.initial_equity, cell.sharpe_factor, cell.profit_factor_cap);
  return Buffer.concat(
    [
      header,
      numbers,
      cell.pnl,
      cell.entry_impact,
      cell.exit_impact,
      cell.pnl_floor,
      cell.intensity,
      cell.slip_scale,
      cell.slip_multiplier,
      cell.month_end,
    ].map(bytes),
  );
}
