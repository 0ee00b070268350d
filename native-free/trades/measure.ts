import { monthsFollow, TRADES_METRICS, wanted, type TradesCell, type Wanted } from './cell.ts';

/** What does not depend on the order of the trades, but on the order of its own sums: see `tally`. */
export interface Tally {
  total: number;
  gains: number;
  losses: number;
  wins: number;
  executed: number;
}

/** Sums over `list` from first to last. A missed trade is -0 there. */
export function tally(list: Float64Array, into: Tally): void {
  const n = list.length;
  let total = 0;
  let twiceGains = 0;
  let twiceLosses = 0;
  let wins = 0;
  let missed = 0;
  for (let i = 0; i < n; i++) {
    const pnl = list[i]!;
    const size = Math.abs(pnl);
    total += pnl;
    // Without a branch on the sign, which is a coin: pnl + |pnl| is 2 pnl or 0, exactly, and doubling commutes with rounding.
    twiceGains += pnl + size;
    twiceLosses += size - pnl;
    wins += Number(pnl > 0);
    if (pnl === 0 && 1 / pnl < 0) missed++;
  }
  into.total = total;
  // Beyond the largest doubles the trick gives way to its comparison.
  if (!(twiceGains < TWICE_LARGEST && twiceLosses < TWICE_LARGEST)) sumByComparison(list, into);
  else {
    into.gains = twiceGains * 0.5;
    into.losses = twiceLosses * 0.5;
  }
  into.wins = wins;
  into.executed = n - missed;
}

const TWICE_LARGEST = 1e308;

function sumByComparison(list: Float64Array, into: Tally): void {
  into.gains = 0;
  into.losses = 0;
  for (const pnl of list) {
    if (pnl > 0) into.gains += pnl;
    if (pnl < 0) into.losses -= pnl;
  }
}

/** Where each metric stands in `values`: in the order of TRADES_METRICS. */
const AT = Object.fromEntries(TRADES_METRICS.map((name, m) => [name, m])) as Record<
  (typeof TRADES_METRICS)[number],
  number
>;

/** Measures the paths of one cell: its work arrays, and what one path comes to. Not for two paths at a time. */
export class Meter {
  private readonly cell: TradesCell;
  private readonly wanted: Wanted;
  private readonly follow: boolean;
  private readonly returns: Float64Array;
  /** E before each position and after the last; only where months overlap. */
  private readonly equities: Float64Array;
  private readonly sums: Tally = { total: 0, gains: 0, losses: 0, wins: 0, executed: 0 };
  private readonly values = new Float64Array(TRADES_METRICS.length);
  private readonly places: readonly number[];

  // What the walk along a path leaves.
  private equity = 0;
  private drawdown = 0;
  private worst = 0;
  private sumOfReturns = 0;
  private closed = false;

  constructor(cell: TradesCell) {
    this.cell = cell;
    this.wanted = wanted(cell);
    this.follow = monthsFollow(cell);
    this.returns = new Float64Array(cell.n);
    this.equities = new Float64Array(this.follow ? 0 : cell.n + 1);
    this.places = cell.metrics.map((name) => AT[name]);
  }

  /** With dollars and no bootstrap, before the shuffle: pure reordering leaves these sums constant to the last bit. */
  beforeShuffle(list: Float64Array): void {
    if (this.wanted.tally && this.inCanonicalOrder) tally(list, this.sums);
  }

  private get inCanonicalOrder(): boolean {
    return !this.cell.shares && this.cell.bootstrap === 'none';
  }

  /** The metrics of one path, written to row `at` of the columns. The path becomes that of its gains: [dollars], -0 where nothing was traded. */
  measure(path: Float64Array, columns: readonly Float64Array[], at: number): void {
    const { cell, values } = this;
    if (cell.shares) this.walkShares(path);
    else this.walkDollars(path);
    if (!this.follow) this.overlappingMonths(path);
    values[AT.max_drawdown_pct] = this.drawdown * 100;
    values[AT.worst_month_pct] = this.worst === Infinity ? -100 : this.worst;
    values[AT.final_equity] = this.equity;
    if (this.wanted.returns) this.ratios();
    if (this.wanted.tally) {
      if (!this.inCanonicalOrder || this.closed) tally(path, this.sums);
      this.totals();
    }
    if (this.wanted.more) this.walkAgain(path);
    // Stored values are canonical: no -0.
    for (let m = 0; m < this.places.length; m++) columns[m]![at] = values[this.places[m]!]! + 0;
  }

  private walkDollars(path: Float64Array): void {
    const { initial_equity: initial, month_end: ends, stop, ruin_level } = this.cell;
    const { returns } = this;
    // Nothing is at NaN or below.
    const level = stop ? ruin_level : NaN;
    let sum = 0;
    let equity = initial;
    let peak = initial;
    let drawdown = 0;
    let worst = Infinity;
    let sumOfReturns = 0;
    let k = 0;
    let open = true;
    for (let month = 0; month < ends.length && open; month++) {
      const start = equity;
      for (const end = ends[month]!; k < end;) {
        const pnl = path[k]!;
        const r = equity > 0 ? pnl / equity : 0;
        returns[k] = r;
        sumOfReturns += r;
        sum += pnl;
        equity = initial + sum;
        if (equity > peak) peak = equity;
        const down = (peak - equity) / peak;
        if (down > drawdown) drawdown = down;
        k++;
        if (equity <= level) {
          open = false;
          break;
        }
      }
      if (start > 0) {
        const change = ((equity - start) / start) * 100;
        if (change < worst) worst = change;
      }
    }
    this.closed = !open;
    this.end(path, k, equity, drawdown, worst, sumOfReturns);
  }

  private walkShares(path: Float64Array): void {
    const { initial_equity: initial, month_end: ends, stop, ruin_level } = this.cell;
    const { returns } = this;
    // Nothing is at NaN or below.
    const level = stop ? ruin_level : NaN;
    let equity = initial;
    let peak = initial;
    let drawdown = 0;
    let worst = Infinity;
    let sumOfReturns = 0;
    let k = 0;
    let open = true;
    for (let month = 0; month < ends.length && open; month++) {
      const start = equity;
      for (const end = ends[month]!; k < end;) {
        const share = path[k]!;
        returns[k] = share;
        sumOfReturns += share;
        // A missed trade stays marked, whatever the sign of the equity; an executed one never becomes so.
        const gain = share === 0 ? share : equity * share + 0;
        path[k] = gain;
        equity += gain;
        if (equity > peak) peak = equity;
        const down = (peak - equity) / peak;
        if (down > drawdown) drawdown = down;
        k++;
        if (equity <= level) {
          open = false;
          break;
        }
      }
      if (start > 0) {
        const change = ((equity - start) / start) * 100;
        if (change < worst) worst = change;
      }
    }
    this.closed = !open;
    this.end(path, k, equity, drawdown, worst, sumOfReturns);
  }

  /** The walk ended before position k: at the end of the path, or where the account was closed, after which nothing is traded. */
  private end(path: Float64Array, k: number, equity: number, drawdown: number, worst: number, sum: number): void {
    const { month_end: ends, n } = this.cell;
    if (k < n) {
      path.fill(-0, k);
      this.returns.fill(0, k);
      // A whole month in which nothing happens changes by 0; one that begins with nothing left does not count.
      if (equity > 0 && worst > 0 && ends.at(-2)! >= k) worst = 0;
    }
    this.equity = equity;
    this.drawdown = drawdown;
    this.worst = worst;
    this.sumOfReturns = sum;
  }

  /** Months of a list whose times carry different offsets. */
  private overlappingMonths(gains: Float64Array): void {
    const { month_start, month_end, n } = this.cell;
    const { equities } = this;
    equities[0] = this.cell.initial_equity;
    for (let k = 0, sum = 0; k < n; k++) {
      sum += gains[k]!;
      equities[k + 1] = this.cell.shares ? equities[k]! + gains[k]! : this.cell.initial_equity + sum;
    }
    let worst = Infinity;
    for (let month = 0; month < month_start.length; month++) {
      const start = equities[month_start[month]!]!;
      if (start > 0) {
        const change = ((equities[month_end[month]!]! - start) / start) * 100;
        if (change < worst) worst = change;
      }
    }
    this.worst = worst;
  }

  private ratios(): void {
    const { returns, values } = this;
    const { n, sharpe_factor } = this.cell;
    const mean = this.sumOfReturns / n;
    let squares = 0;
    for (let k = 0; k < n; k++) {
      const off = returns[k]! - mean;
      squares += off * off;
    }
    const sd = Math.sqrt(squares / n);
    values[AT.sharpe_ratio] = sd === 0 ? 0 : (mean / sd) * sharpe_factor;
    if (!this.wanted.sortino) return;
    let below = 0;
    let losses = 0;
    for (let k = 0; k < n; k++) {
      const r = returns[k]!;
      const low = r < 0 ? r : 0;
      below += low * low;
      losses += Number(r < 0);
    }
    values[AT.sortino_ratio] = losses === 0 ? NaN : (mean / Math.sqrt(below / n)) * sharpe_factor;
  }

  private totals(): void {
    const { values, sums, cell } = this;
    const { gains, losses, executed } = sums;
    const total = cell.shares ? this.equity - cell.initial_equity : sums.total;
    const cap = cell.profit_factor_cap;
    const ratio = gains / losses;
    values[AT.total_return_pct] = (total / cell.initial_equity) * 100;
    values[AT.profit_factor] = losses > 0 ? (ratio < cap ? ratio : cap) : gains > 0 ? cap : 0;
    values[AT.win_rate] = executed === 0 ? 0 : sums.wins / executed;
    values[AT.n_trades] = executed;
    values[AT.total_pnl] = total;
    values[AT.expectancy] = executed === 0 ? 0 : sums.total / executed;
  }

  /** What is asked for rarely: a second walk, along the gains. */
  private walkAgain(gains: Float64Array): void {
    const { values, cell } = this;
    const { n, shares, initial_equity: initial } = cell;
    const { ulcer } = this.wanted;
    let sum = 0;
    let equity = initial;
    let peak = initial;
    let lowest = Infinity;
    let dollars = 0;
    let squares = 0;
    let under = 0;
    let run = 0;
    let longest = 0;
    let streak = 0;
    let longestStreak = 0;
    for (let k = 0; k < n; k++) {
      const gain = gains[k]!;
      sum += gain;
      equity = shares ? equity + gain : initial + sum;
      if (equity > peak) peak = equity;
      if (equity < lowest) lowest = equity;
      const below = peak - equity;
      if (below > dollars) dollars = below;
      if (ulcer) {
        const down = (below / peak) * 100;
        squares += down * down;
      }
      if (equity < peak) {
        under++;
        run++;
        if (run > longest) longest = run;
      } else run = 0;
      if (gain < 0) {
        streak++;
        if (streak > longestStreak) longestStreak = streak;
      } else if (gain !== 0 || 1 / gain > 0) streak = 0;
    }
    values[AT.lowest_equity] = lowest < initial ? lowest : initial;
    values[AT.ruined] = Number(lowest <= cell.ruin_level);
    values[AT.ulcer_index_pct] = Math.sqrt(squares / n);
    values[AT.max_drawdown_dollars] = dollars;
    values[AT.longest_drawdown_trades] = longest;
    values[AT.time_under_water_pct] = (under / n) * 100;
    values[AT.max_losing_streak] = longestStreak;
  }
}
