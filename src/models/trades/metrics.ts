import { pow } from '../../random/math.ts';
import type { TradeMetric } from './metric-specs.ts';
import type { Path } from './path.ts';
import type { PreparedCell } from './cell/prepared.ts';

export type TradeMetrics = Record<TradeMetric, number>;

/**
 * All metrics of a path, evaluated exactly as the specification writes them: sequential sums from left to right. Written to be
 * read; `chunk.ts` and the kernels give the same bits faster, and only what is asked for.
 *
 * @param years From the first entry to the last exit; undefined for less than a day, where there is no growth per year.
 */
export function pathMetrics(
  cell: PreparedCell,
  path: Pick<Path, 'pnl' | 'share' | 'executed' | 'order'>,
  years: number | undefined,
): TradeMetrics {
  const { n, initial_equity } = cell;
  const course = followPath(cell, path);
  const { gain, equity, executed, returns, closed } = course;
  // Without a bootstrap what does not depend on order is summed in canonical order, so that pure reordering leaves it constant to the last bit.
  const canonical = path.share === undefined && cell.bootstrap === 'none' && !closed;
  const tally = tallyTrades(canonical ? path.pnl : gain, canonical ? path.executed : executed);
  const total_pnl = path.share === undefined ? tally.total : equity[n]! - initial_equity;
  const fall = falls(equity);
  const max_drawdown_pct = fall.largest * 100;
  const cagr_pct = growth(equity[n]! / initial_equity, years);
  return {
    total_return_pct: (total_pnl / initial_equity) * 100,
    max_drawdown_pct,
    profit_factor: profitFactor(tally, cell.profit_factor_cap),
    worst_month_pct: worstMonth(equity, cell),
    sharpe_ratio: sharpe(returns, cell.sharpe_factor),
    win_rate: tally.executed === 0 ? 0 : tally.wins / tally.executed,
    n_trades: tally.executed,
    total_pnl,
    final_equity: equity[n]!,
    lowest_equity: equity.reduce((lowest, value) => Math.min(lowest, value), Infinity),
    ruined: Number(equity.subarray(1).some((value) => value <= cell.ruin_level)),
    cagr_pct,
    calmar_ratio: max_drawdown_pct === 0 ? NaN : cagr_pct / max_drawdown_pct,
    sortino_ratio: sortino(returns, cell.sharpe_factor),
    ulcer_index_pct: Math.sqrt(fall.squares / n),
    max_drawdown_dollars: fall.dollars,
    longest_drawdown_trades: fall.longest,
    time_under_water_pct: (fall.under / n) * 100,
    max_losing_streak: losingStreak(gain, executed),
    expectancy: tally.executed === 0 ? 0 : tally.total / tally.executed,
  };
}

/** (growth ^ (1 / years) - 1) x 100 by the engine's own power; -100 where nothing is left. */
export function growth(factor: number, years: number | undefined): number {
  if (factor <= 0) return -100;
  return years === undefined ? NaN : (pow(factor, 1 / years) - 1) * 100;
}

/** A path position by position. */
interface Course {
  /** What a position adds to the equity [dollars]; 0 where no trade is made. */
  readonly gain: Float64Array;
  readonly executed: Uint8Array;
  readonly returns: Float64Array;
  /** equity[k] before position k, equity[n] at the end. */
  readonly equity: Float64Array;
  /** The account was closed on the way. */
  readonly closed: boolean;
}

export function followPath(
  cell: PreparedCell,
  { pnl, share, executed, order }: Pick<Path, 'pnl' | 'share' | 'executed' | 'order'>,
): Course {
  const { n, initial_equity, stop, ruin_level } = cell;
  const course = {
    gain: new Float64Array(n),
    executed: new Uint8Array(n),
    returns: new Float64Array(n),
    equity: new Float64Array(n + 1).fill(initial_equity, 0, 1),
    closed: false,
  };
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const trade = order[k]!;
    const before = course.equity[k]!;
    if (!course.closed && executed[trade] === 1) {
      course.executed[k] = 1;
      course.gain[k] = share === undefined ? pnl[trade]! : before * share[trade]!;
      course.returns[k] = share !== undefined ? share[trade]! : before > 0 ? pnl[trade]! / before : 0;
    }
    sum += course.gain[k]!;
    course.equity[k + 1] = share === undefined ? initial_equity + sum : before + course.gain[k]!;
    if (stop && course.equity[k + 1]! <= ruin_level) course.closed = true;
  }
  return course;
}

interface Tally {
  readonly total: number;
  readonly gains: number;
  readonly losses: number;
  readonly wins: number;
  readonly executed: number;
}

function tallyTrades(pnl: Float64Array, executed: Uint8Array): Tally {
  let [total, gains, losses, wins, count] = [0, 0, 0, 0, 0];
  for (let i = 0; i < pnl.length; i++) {
    const value = pnl[i]!;
    total += value;
    count += executed[i]!;
    // A missed trade has P&L 0, so it is neither gain nor loss.
    if (value > 0) {
      gains += value;
      wins++;
    } else if (value < 0) losses += -value;
  }
  return { total, gains, losses, wins, executed: count };
}

function profitFactor({ gains, losses }: Tally, cap: number): number {
  if (losses > 0) return Math.min(cap, gains / losses);
  return gains > 0 ? cap : 0;
}

/** How the equity falls below its peak, which starts at equity[0] and is raised before it is used. */
function falls(equity: Float64Array): {
  /** Largest fall as a fraction of the peak, and in dollars. */
  readonly largest: number;
  readonly dollars: number;
  /** Sum of the squares of the falls [%^2]. */
  readonly squares: number;
  /** Positions below the peak: how many, and most in a row. */
  readonly under: number;
  readonly longest: number;
} {
  let [peak, largest, dollars, squares, under, run, longest] = [equity[0]!, 0, 0, 0, 0, 0, 0];
  for (let k = 1; k < equity.length; k++) {
    const value = equity[k]!;
    if (value > peak) peak = value;
    const fall = (peak - value) / peak;
    const percent = fall * 100;
    if (fall > largest) largest = fall;
    if (peak - value > dollars) dollars = peak - value;
    squares += percent * percent;
    run = value < peak ? run + 1 : 0;
    under += value < peak ? 1 : 0;
    if (run > longest) longest = run;
  }
  return { largest, dollars, squares, under, longest };
}

function worstMonth(equity: Float64Array, { month_start, month_end }: PreparedCell): number {
  let worst = Infinity;
  for (const [month, start] of month_start.entries()) {
    const before = equity[start]!;
    if (before > 0) worst = Math.min(worst, ((equity[month_end[month]!]! - before) / before) * 100);
  }
  return worst === Infinity ? -100 : worst;
}

function meanOf(returns: Float64Array): number {
  let sum = 0;
  for (const r of returns) sum += r;
  return sum / returns.length;
}

function sharpe(returns: Float64Array, factor: number): number {
  const mean = meanOf(returns);
  let squares = 0;
  for (const r of returns) squares += (r - mean) * (r - mean);
  const sd = Math.sqrt(squares / returns.length);
  return sd === 0 ? 0 : (mean / sd) * factor;
}

function sortino(returns: Float64Array, factor: number): number {
  if (!returns.some((r) => r < 0)) return NaN;
  let squares = 0;
  for (const r of returns) squares += Math.min(r, 0) * Math.min(r, 0);
  return (meanOf(returns) / Math.sqrt(squares / returns.length)) * factor;
}

/** Trades that are not made are skipped. */
function losingStreak(gain: Float64Array, executed: Uint8Array): number {
  let [streak, longest] = [0, 0];
  for (const [k, made] of executed.entries()) {
    if (made === 0) continue;
    streak = gain[k]! < 0 ? streak + 1 : 0;
    longest = Math.max(longest, streak);
  }
  return longest;
}
