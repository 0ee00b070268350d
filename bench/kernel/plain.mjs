/**
 * The model `trades` as one would write it first: plain JavaScript, a `seedrandom.alea` closure per permutation. Only
 * the headline work: skip, delay on both sides with bars, slippage, permute, trade_bootstrap.
 */
import seedrandom from 'seedrandom';

export function simulatePlain(cell, base_seed, first, count, columns) {
  for (let i = 0; i < count; i++) {
    const row = simulateOne(cell, seedrandom.alea((base_seed + Math.imul(first + i, 1000003)) >>> 0));
    for (const [m, value] of row.entries()) columns[m][i] = value + 0;
  }
}

function simulateOne(cell, rng) {
  const { n } = cell;
  const index = (m) => Math.floor(rng() * m);
  let executed;
  for (let attempt = 0; attempt <= cell.skip_redraws; attempt++) {
    executed = Array.from({ length: n }, () => rng() >= cell.p_skip);
    if (executed.filter(Boolean).length >= cell.min_executed) break;
  }
  const choices = cell.delay_bars_max + 1;
  const trades = [];
  for (let i = 0; i < n; i++) {
    const impact = cell.entry_impact[i * choices + index(choices)] + cell.exit_impact[i * choices + index(choices)];
    const pnl = Math.min(cell.pnl[i], Math.max(cell.pnl_floor[i], cell.pnl[i] - impact));
    trades.push({ pnl, executed: executed[i] });
  }
  for (let i = 0; i < n; i++) trades[i].pnl -= rng() * cell.slip_scale[i] * cell.slip_multiplier[i];
  for (const trade of trades) if (!trade.executed) trade.pnl = 0;
  for (let i = n - 1; i > 0; i--) {
    const j = index(i + 1);
    [trades[i], trades[j]] = [trades[j], trades[i]];
  }
  const path = Array.from({ length: n }, () => trades[index(n)]);

  let [total, gains, losses, wins, done] = [0, 0, 0, 0, 0];
  for (const { pnl, executed: counts } of path) {
    total += pnl;
    if (!counts) continue;
    done++;
    if (pnl > 0) {
      gains += pnl;
      wins++;
    } else losses -= pnl;
  }
  const initial = cell.initial_equity;
  let [sum, equity, peak, drawdown, worst, sumOfReturns] = [0, initial, initial, 0, Infinity, 0];
  const returns = [];
  let k = 0;
  for (const end of cell.month_end) {
    const start = equity;
    for (; k < end; k++) {
      const r = equity > 0 ? path[k].pnl / equity : 0;
      returns.push(r);
      sumOfReturns += r;
      sum += path[k].pnl;
      equity = initial + sum;
      peak = Math.max(peak, equity);
      drawdown = Math.max(drawdown, (peak - equity) / peak);
    }
    if (start > 0) worst = Math.min(worst, ((equity - start) / start) * 100);
  }
  const mean = sumOfReturns / n;
  let squares = 0;
  for (const r of returns) squares += (r - mean) * (r - mean);
  const sd = Math.sqrt(squares / n);
  return [
    (total / initial) * 100,
    drawdown * 100,
    losses > 0 ? gains / losses : gains > 0 ? cell.profit_factor_cap : 0,
    worst === Infinity ? -100 : worst,
    sd === 0 ? 0 : (mean / sd) * cell.sharpe_factor,
    done === 0 ? 0 : wins / done,
    done,
    total,
  ];
}
