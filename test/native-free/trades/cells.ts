import { TRADES_METRICS, type TradesCell } from '#native-free/trades/cell';

/** What a test says of a cell; the rest is made up, the same for the same `seed`. */
export interface CellOptions {
  readonly n: number;
  readonly seed?: number;
  readonly p_skip?: number;
  readonly min_trades?: number;
  readonly delay?: TradesCell['delay'];
  readonly bars?: number;
  readonly one_side?: boolean;
  readonly state?: boolean;
  readonly slip?: number;
  readonly shuffle?: TradesCell['shuffle'];
  readonly bootstrap?: TradesCell['bootstrap'];
  readonly block_len?: number;
  readonly initial_equity?: number;
  /** A delay that makes trades miss, where the entry comes too late. */
  readonly late_misses?: boolean;
  readonly capped?: boolean;
  readonly adverse_only?: boolean;
  readonly shares?: 'equity' | 'risk' | undefined;
  readonly stop?: boolean;
  readonly ruin_pct?: number;
  readonly metrics?: TradesCell['metrics'];
  /** Calendar months that overlap. */
  readonly overlapping?: boolean;
  /** Trades are these instead of made up, over and over. */
  readonly pnl?: readonly number[];
  /** Common random numbers. */
  readonly shared?: boolean;
}

/** A small generator of the tests' own: what is tested must not make its own data. */
function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** A cell with trades of cent-valued P&L, calendar months of uneven length, and impacts of both signs. */
export function makeCell(options: CellOptions): TradesCell {
  const { n, bars = 1, state = false, slip = 100, block_len = 10 } = options;
  const u = uniforms(options.seed ?? 1);
  const delay = options.delay ?? (bars > 0 ? 'ohlc' : 'none');
  const D = delay === 'none' ? 0 : bars;
  const array = (length: number, value: (i: number) => number) => Float64Array.from({ length }, (_, i) => value(i));
  const given = options.pnl;
  const pnl = array(
    n,
    (i) => (given === undefined ? Math.round((u() + u() - 0.95) * 200_000) / 100 : given[i % given.length]!) + 0,
  );
  const impacts = () => array(delay === 'ohlc' ? n * (D + 1) : 0, (i) => (i % (D + 1) === 0 ? 0 : (u() - 0.4) * 400));
  const entry_impact = impacts().map((value) =>
    value !== 0 && options.late_misses === true && u() < 0.3 ? Infinity : value,
  );
  const exit_impact = impacts();
  const intensity = array(state ? n : 0, (i) => [0, 1, u()][i % 3]!);
  const month_end: number[] = [];
  for (let end = 1 + Math.floor(u() * 9); end < n; end += 1 + Math.floor(u() * 30)) month_end.push(end);
  month_end.push(n);
  const bootstrap = options.bootstrap ?? 'none';
  const usesBlocks = options.shuffle === 'block_permute' || bootstrap.includes('block');
  const initial_equity = options.initial_equity ?? 100_000;
  const month_start = [0, ...month_end.slice(0, -1)];
  // The second month begins before the first one has ended.
  if (options.overlapping === true && month_end.length > 1 && month_end[0]! > 1) month_start[1] = month_end[0]! - 1;
  const { shares, stop = false } = options;
  // What a trade was made with: near the initial equity, or an R.
  const base = (): number => (shares === 'equity' ? initial_equity * (0.5 + u()) : 20 + 200 * u());
  return {
    n,
    pnl,
    p_skip: options.p_skip ?? 0.05,
    min_executed: Math.min(options.min_trades ?? 30, n),
    skip_redraws: options.shared === true ? 0 : 50,
    delay,
    delay_bars_max: D,
    one_side: options.one_side ?? false,
    entry_impact,
    exit_impact,
    pnl_floor: array(delay === 'none' ? 0 : n, (i) => (options.capped === false ? -Infinity : pnl[i]! - 150 * u())),
    pnl_ceiling: array(delay === 'none' ? 0 : n, (i) => (options.adverse_only === false ? Infinity : pnl[i]!)),
    intensity,
    notional: array(delay === 'equity_curve' ? n : 0, () => 10_000 * u()),
    bar_returns: array(delay === 'equity_curve' ? 97 : 0, () => (u() - 0.5) / 50),
    slip: slip > 0,
    slip_scale: array(slip > 0 ? n : 0, () => slip * (0.5 + u())),
    slip_multiplier: array(slip > 0 ? n : 0, (i) => (state ? 1 + intensity[i]! : 1)),
    shuffle: options.shuffle ?? 'none',
    shares: shares !== undefined,
    share_base: array(shares === undefined ? 0 : n, base),
    share_factor: shares === 'risk' ? 0.02 : 1,
    bootstrap,
    block_len: usesBlocks ? Math.min(block_len, n) : 1,
    restart_chance: bootstrap === 'stationary_bootstrap' ? 1 / block_len : 0,
    month_start: Uint32Array.from(month_start),
    month_end: Uint32Array.from(month_end),
    initial_equity,
    stop,
    ruin_level: stop ? ((options.ruin_pct ?? 0) / 100) * initial_equity : 0,
    sharpe_factor: Math.sqrt(252),
    profit_factor_cap: 999,
    metrics: options.metrics ?? TRADES_METRICS,
    fixed_draws:
      options.shared === true
        ? {
            skip: n,
            delay: delay === 'equity_curve' ? 3 * n + 2 * n * 50 : 3 * n,
            slip: n,
            shuffle: n - 1,
            bootstrap: 2 * n,
          }
        : undefined,
  };
}

export function makeColumns(count: number): Float64Array[] {
  return Array.from({ length: TRADES_METRICS.length }, () => new Float64Array(count));
}

/** The first place where two sets of columns differ in a bit (any NaN equals any other), or undefined. */
export function firstDifference(a: readonly Float64Array[], b: readonly Float64Array[]): string | undefined {
  for (let m = 0; m < a.length; m++) {
    for (let i = 0; i < a[m]!.length; i++) {
      if (!Object.is(a[m]![i], b[m]![i])) return `metric ${m}, row ${i}: ${a[m]![i]} and ${b[m]![i]}`;
    }
  }
  return undefined;
}

export const SHUFFLES = ['none', 'permute', 'block_permute'] as const;
export const BOOTSTRAPS = [
  'none',
  'trade_bootstrap',
  'block_bootstrap',
  'stationary_bootstrap',
  'moving_block_bootstrap',
] as const;
