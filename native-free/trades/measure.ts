import type { TradesCell } from './cell.ts';

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
  into.gains = twiceGains * 0.5;
  into.losses = twiceLosses * 0.5;
  into.wins = wins;
  into.executed = n - missed;
}

/** The metrics of one path, written to row `at` of the columns; `returns` is scratch of n. */
export function measure(
  cell: TradesCell,
  path: Float64Array,
  sums: Tally,
  returns: Float64Array,
  columns: readonly Float64Array[],
  at: number,
): void {
  const n = path.length;
  const initial = cell.initial_equity;
  const monthEnds = cell.month_end;
  let sum = 0;
  let equity = initial;
  let peak = initial;
  let drawdown = 0;
  let worst = Infinity;
  let sumOfReturns = 0;
  for (let month = 0, k = 0; month < monthEnds.length; month++) {
    const start = equity;
    for (const end = monthEnds[month]!; k < end; k++) {
      const pnl = path[k]!;
      const r = equity > 0 ? pnl / equity : 0;
      returns[k] = r;
      sumOfReturns += r;
      sum += pnl;
      equity = initial + sum;
      if (equity > peak) peak = equity;
      const down = (peak - equity) / peak;
      if (down > drawdown) drawdown = down;
    }
    if (start > 0) {
      const change = ((equity - start) / start) * 100;
      if (change < worst) worst = change;
    }
  }
  const mean = sumOfReturns / n;
  let squares = 0;
  for (let k = 0; k < n; k++) {
    const off = returns[k]! - mean;
    squares += off * off;
  }
  const sd = Math.sqrt(squares / n);
  const { gains, losses, executed, total } = sums;
  put(columns, 0, at, (total / initial) * 100);
  put(columns, 1, at, drawdown * 100);
  put(columns, 2, at, losses > 0 ? gains / losses : gains > 0 ? cell.profit_factor_cap : 0);
  put(columns, 3, at, worst === Infinity ? -100 : worst);
  put(columns, 4, at, sd === 0 ? 0 : (mean / sd) * cell.sharpe_factor);
  put(columns, 5, at, executed === 0 ? 0 : sums.wins / executed);
  put(columns, 6, at, executed);
  put(columns, 7, at, total);
}

/** Stored values are canonical: no -0, one NaN. */
function put(columns: readonly Float64Array[], metric: number, at: number, value: number): void {
  columns[metric]![at] = value + 0;
}
