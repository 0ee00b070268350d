/**
 * One cell of the model `trades`, version 2, as the kernels take it: plain data with every fact resolved that is the same
 * for all permutations. It is the seam between the model (src/models/trades), which reads files and parameters, and whoever
 * computes paths.
 *
 * Conventions: n trades in canonical order 0 .. n-1 (by exit time, entry time, file order). Arrays are `n` long unless
 * their comment says otherwise. No value of `pnl` is -0, and no stage below can make one for an executed trade, so -0
 * is the kernels' mark of a missed trade: it travels with the trade and changes no sum. Money is in dollars.
 */
export interface TradesCell {
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
   * negative (a better price). Infinity at the entry: it would come after the exit, so the trade is missed. n * (D + 1) long.
   */
  readonly entry_impact: Float64Array;
  readonly exit_impact: Float64Array;
  /**
   * With a delay, else empty. The delayed P&L is min(pnl_ceiling, max(pnl_floor, pnl - (entry + exit))). Floor:
   * pnl - delay_adverse_cap_r x R, -Infinity without a cap. Ceiling: pnl where only adverse moves count, else Infinity.
   */
  readonly pnl_floor: Float64Array;
  readonly pnl_ceiling: Float64Array;
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

  /**
   * Sizing: with `shares` a trade's result goes with the equity along the path, and after stage 3 a trade becomes
   * share_factor x (pnl / share_base[i]), the equity that it was made with or its R. Without, it is dollars all the way.
   */
  readonly shares: boolean;
  /** Above 0; empty without `shares`. */
  readonly share_base: Float64Array;
  /** 1, or risk_pct / 100; above 0. */
  readonly share_factor: number;

  /** Stage 4. */
  readonly shuffle: 'none' | 'permute' | 'block_permute';
  /** Stage 5. */
  readonly bootstrap:
    'none' | 'trade_bootstrap' | 'block_bootstrap' | 'stationary_bootstrap' | 'moving_block_bootstrap';
  /** min(block_len, n); used by the block modes only, otherwise 1. */
  readonly block_len: number;
  /** `stationary_bootstrap` only, else 0: 1 / block_len, the chance that a block begins at a position, 0 < chance <= 1. */
  readonly restart_chance: number;

  /**
   * First slot of each calendar month that has slots, by their order, and the slot after its last one. Both of one length. Months
   * follow each other without a gap, but for a list whose times carry different offsets: there they may overlap.
   */
  readonly month_start: Uint32Array;
  readonly month_end: Uint32Array;
  readonly initial_equity: number;
  /** Whether the account is closed by the first position that leaves it at ruin_level or below. */
  readonly stop: boolean;
  /** Equity at which a path is ruined [dollars]: (ruin_equity_pct / 100) x initial_equity; 0 without `stop`. */
  readonly ruin_level: number;
  /** sqrt(periods_per_year), for Sharpe and Sortino ratio. */
  readonly sharpe_factor: number;
  /** Largest profit factor, and that of a path with gains and no loss. */
  readonly profit_factor_cap: number;
  /** What is computed, in the order of the columns. */
  readonly metrics: readonly TradesMetric[];

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
  /** n, 2 n where the study has a cell with a stationary bootstrap. */
  readonly bootstrap: number;
}

/**
 * What the kernels compute. (Of the model's metrics `cagr_pct` and `calmar_ratio` are missing: they need a power, and are made
 * from these by whoever has the engine's own.)
 */
export const TRADES_METRICS = [
  'total_return_pct',
  'max_drawdown_pct',
  'profit_factor',
  'worst_month_pct',
  'sharpe_ratio',
  'win_rate',
  'n_trades',
  'total_pnl',
  'final_equity',
  'lowest_equity',
  'ruined',
  'sortino_ratio',
  'ulcer_index_pct',
  'max_drawdown_dollars',
  'longest_drawdown_trades',
  'time_under_water_pct',
  'max_losing_streak',
  'expectancy',
] as const;
export type TradesMetric = (typeof TRADES_METRICS)[number];

/** Months follow each other without a gap: the kernels walk them in one pass. */
export function monthsFollow({ month_start, month_end }: Pick<TradesCell, 'month_start' | 'month_end'>): boolean {
  return month_start.every((start, i) => start === (i === 0 ? 0 : month_end[i - 1]!));
}

/** Which groups of metrics a cell asks for; the others are not computed. */
export interface Wanted {
  /** What is summed over executed trades. */
  readonly tally: boolean;
  /** Returns per position: Sharpe or Sortino ratio. */
  readonly returns: boolean;
  readonly sortino: boolean;
  /** What needs a second walk along the path; and, in it, the ulcer index. */
  readonly more: boolean;
  readonly ulcer: boolean;
}

const IN_TALLY: readonly TradesMetric[] = [
  'total_return_pct',
  'profit_factor',
  'win_rate',
  'n_trades',
  'total_pnl',
  'expectancy',
];
const IN_MORE: readonly TradesMetric[] = [
  'lowest_equity',
  'ruined',
  'ulcer_index_pct',
  'max_drawdown_dollars',
  'longest_drawdown_trades',
  'time_under_water_pct',
  'max_losing_streak',
];

export function wanted({ metrics }: Pick<TradesCell, 'metrics'>): Wanted {
  const any = (names: readonly TradesMetric[]): boolean => metrics.some((name) => names.includes(name));
  return {
    tally: any(IN_TALLY),
    returns: any(['sharpe_ratio', 'sortino_ratio']),
    sortino: any(['sortino_ratio']),
    more: any(IN_MORE),
    ulcer: any(['ulcer_index_pct']),
  };
}

/** seed(p) = (base_seed + p x 1000003) mod 2^32. */
export const SEED_STEP = 1000003;
