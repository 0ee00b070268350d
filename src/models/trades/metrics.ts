import type { Path } from './path.ts';
import type { PreparedCell, TradeMetric } from './prepared.ts';

export type TradeMetrics = Record<TradeMetric, number>;

/**
 * The metrics of a path, evaluated exactly as the specification writes them: sequential sums from left to right.
 * Without a bootstrap the metrics that do not depend on order are summed in canonical order, so that pure reordering
 * leaves them constant to the last bit.
 */
export function pathMetrics(cell: PreparedCell, path: Pick<Path, 'pnl' | 'executed' | 'order'>): TradeMetrics {
  const { n, initial_equity } = cell;
  const pnl = Float64Array.from(path.order, (trade) => path.pnl[trade]!);
  const executed = Uint8Array.from(path.order, (trade) => path.executed[trade]!);
  const canonical = cell.bootstrap === 'none';
  const tally = tallyTrades(canonical ? path.pnl : pnl, canonical ? path.executed : executed);
  const equity = new Float64Array(n + 1);
  let sum = 0;
  equity[0] = initial_equity;
  for (let k = 0; k < n; k++) {
    sum += pnl[k]!;
    equity[k + 1] = initial_equity + sum;
  }
  return {
    total_return_pct: (tally.total / initial_equity) * 100,
    max_drawdown_pct: maxDrawdown(equity) * 100,
    profit_factor: profitFactor(tally, cell.profit_factor_cap),
    worst_month_pct: worstMonth(equity, cell.month_end),
    sharpe_ratio: sharpe(pnl, equity, cell.sharpe_factor),
    win_rate: tally.executed === 0 ? 0 : tally.wins / tally.executed,
    n_trades: tally.executed,
    total_pnl: tally.total,
  };
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
  if (losses > 0) return gains / losses;
  return gains > 0 ? cap : 0;
}

/** As a fraction of the peak; the peak starts at equity[0] and is raised before it is used. */
function maxDrawdown(equity: Float64Array): number {
  let peak = equity[0]!;
  let largest = 0;
  for (let k = 1; k < equity.length; k++) {
    if (equity[k]! > peak) peak = equity[k]!;
    const drawdown = (peak - equity[k]!) / peak;
    if (drawdown > largest) largest = drawdown;
  }
  return largest;
}

/** equity[k] is the equity before slot k. */
function worstMonth(equity: Float64Array, month_end: Uint32Array): number {
  let worst = Infinity;
  let start = 0;
  for (const end of month_end) {
    const before = equity[start]!;
    if (before > 0) worst = Math.min(worst, ((equity[end]! - before) / before) * 100);
    start = end;
  }
  return worst === Infinity ? -100 : worst;
}

function sharpe(pnl: Float64Array, equity: Float64Array, factor: number): number {
  const n = pnl.length;
  const returns = pnl.map((value, k) => (equity[k]! > 0 ? value / equity[k]! : 0));
  let sum = 0;
  for (const r of returns) sum += r;
  const mean = sum / n;
  let squares = 0;
  for (const r of returns) squares += (r - mean) * (r - mean);
  const sd = Math.sqrt(squares / n);
  return sd === 0 ? 0 : (mean / sd) * factor;
}
