/**
 * The model `trades` in plain JavaScript with typed arrays and a `seedrandom.alea` closure per permutation. Only the
 * headline work: skip, delay on both sides with bars, slippage, permute, trade_bootstrap.
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
  const executed = new Uint8Array(n);
  for (let attempt = 0; attempt <= cell.skip_redraws; attempt++) {
    let count = 0;
    for (let i = 0; i < n; i++) count += executed[i] = rng() >= cell.p_skip ? 1 : 0;
    if (count >= cell.min_executed) break;
  }
  const choices = cell.delay_bars_max + 1;
  const list = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const impact = cell.entry_impact[i * choices + index(choices)] + cell.exit_impact[i * choices + index(choices)];
    list[i] = Math.min(cell.pnl[i], Math.max(cell.pnl_floor[i], cell.pnl[i] - impact));
  }
  for (let i = 0; i < n; i++) list[i] -= rng() * cell.slip_scale[i] * cell.slip_multiplier[i];
  for (let i = 0; i < n; i++) if (executed[i] === 0) list[i] = 0;
  for (let i = n - 1; i > 0; i--) {
    const j = index(i + 1);
    [list[i], list[j]] = [list[j], list[i]];
    [executed[i], executed[j]] = [executed[j], executed[i]];
  }
  const path = new Float64Array(n);
  let [total, gains, losses, wins, done] = [0, 0, 0, 0, 0];
  for (let k = 0; k < n; k++) {
    const j = index(n);
    const pnl = (path[k] = list[j]);
    total += pnl;
    done += executed[j];
    if (pnl > 0) {
      gains += pnl;
      wins++;
    } else losses -= pnl;
  }
  const initial = cell.initial_equity;
  let [sum, equity, peak, drawdown, worst, sumOfReturns] = [0, initial, initial, 0, Infinity, 0];
  const returns = new Float64Array(n);
  let k = 0;
  for (const end of cell.month_end) {
    const start = equity;
    for (; k < end; k++) {
      const r = equity > 0 ? path[k] / equity : 0;
      returns[k] = r;
      sumOfReturns += r;
      sum += path[k];
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
