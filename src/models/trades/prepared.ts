/**
 * One cell of the `trades` model with every fact resolved that is the same for all its permutations: plain data,
 * and all that anyone needs, together with a stream of random numbers, to compute the cell's rows.
 *
 * It is the seam between the model (which reads files and parameters) and whoever computes paths: `path.ts` (the
 * readable reference, any generator), `chunk.ts` (the fast form, any generator) and the kernels of `native-free`.
 *
 * Conventions: n trades in canonical order 0 .. n-1 (by exit time, entry time, file order). Arrays are `n` long unless
 * their comment says otherwise. No value of `pnl` is -0, and no stage below can make one for an executed trade, so a
 * kernel may use -0 as its mark of a missed trade. Money is in dollars.
 */
export interface PreparedCell {
  /** Number of trades, 1 .. 2^21 - 1 (the bound of an exact index by multiplication). */
  readonly n: number;
  /** P&L of each trade, unperturbed. */
  readonly pnl: Float64Array;

  /** Stage 1, skip. Off when 0. A trade is executed when u >= p_skip; p_skip = 1 leaves none. */
  readonly p_skip: number;
  /** min(min_trades, n): with fewer executed the whole mask is drawn again, at most `skip_redraws` times more. */
  readonly min_executed: number;
  /** 50; 0 with shared streams. So at most 1 + skip_redraws masks of n draws each. */
  readonly skip_redraws: number;

  /** Stage 2, delay. `none` when delay_bars_max is 0. */
  readonly delay: 'none' | 'ohlc' | 'equity_curve';
  /** D: k is an index below D + 1. 0 with `none`. */
  readonly delay_bars_max: number;
  /** One u decides the side (below 0.5 entry, else exit), then one k; otherwise k_in, then k_out. */
  readonly one_side: boolean;
  /**
   * Mode `ohlc` only, else empty: cost of a fill k bars late, at [i * (D + 1) + k]; row entry k = 0 is 0. May be
   * negative (a better price); the clamp below removes the gain. n * (D + 1) long.
   */
  readonly entry_impact: Float64Array;
  readonly exit_impact: Float64Array;
  /**
   * With a delay, else empty: pnl - delay_adverse_cap_r x R. The delayed P&L is
   * min(pnl, max(pnl_floor, pnl - (entry + exit))).
   */
  readonly pnl_floor: Float64Array;
  /**
   * With a state model, else empty: 0 .. 1. In the delay stage each trade then first draws one u, and its delay counts
   * only when u < intensity[i]; k is drawn all the same.
   */
  readonly intensity: Float64Array;
  /**
   * Mode `equity_curve` only, else empty: (entry_price x qty) x point_value. After the draws of k of a trade, D indices
   * below bar_returns.length are drawn for the entry, then D for the exit (always both); the first k of each are used:
   * cost of a side = |(1 + r_1) x ... x (1 + r_k) - 1| x notional, the product taken from left to right; 0 for k = 0.
   */
  readonly notional: Float64Array;
  /** Mode `equity_curve` only, else empty: E_j / E_(j-1) - 1 for j = 1 .. number of bars - 1. Its own length. */
  readonly bar_returns: Float64Array;

  /** Stage 3, slippage: one u per trade, and an executed trade loses (u x slip_scale[i]) x slip_multiplier[i]. */
  readonly slip: boolean;
  /** s_i by slip_mode; empty when `slip` is false. */
  readonly slip_scale: Float64Array;
  /** m_i = 1 or 1 + intensity; empty when `slip` is false. */
  readonly slip_multiplier: Float64Array;

  /** Stage 4. */
  readonly shuffle: 'none' | 'permute' | 'block_permute';
  /** Stage 5. */
  readonly bootstrap: 'none' | 'trade_bootstrap' | 'block_bootstrap';
  /** min(block_len, n); used by the block modes only, otherwise 1. */
  readonly block_len: number;

  /** Slot after the last slot of each calendar month (UTC) that has a slot, ascending; the last one is n. Its own length. */
  readonly month_end: Uint32Array;
  readonly initial_equity: number;
  /** sqrt(periods_per_year). */
  readonly sharpe_factor: number;
  readonly profit_factor_cap: number;

  /**
   * Common random numbers: draws that each stage consumes in every cell, used or not. After its own draws a stage draws
   * and discards until its number is reached; a stage that is off discards them all. Undefined with independent
   * streams: a stage that is off draws nothing.
   */
  readonly fixed_draws: StageDraws | undefined;
}

/** Draws per stage with shared streams, D' being the study's largest delay_bars_max. */
export interface StageDraws {
  /** n. */
  readonly skip: number;
  /** 3 n with OHLC, 3 n + 2 n D' without. */
  readonly delay: number;
  /** n. */
  readonly slip: number;
  /** n - 1. */
  readonly shuffle: number;
  /** n. */
  readonly bootstrap: number;
}

/** The metric columns, in the order of the rows. */
export const TRADE_METRICS = [
  'total_return_pct',
  'max_drawdown_pct',
  'profit_factor',
  'worst_month_pct',
  'sharpe_ratio',
  'win_rate',
  'n_trades',
  'total_pnl',
] as const;
export type TradeMetric = (typeof TRADE_METRICS)[number];
