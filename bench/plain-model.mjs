/**
 * The headline work as a careful user writes it, one permutation at a time: typed arrays that are used again, plain loops, the
 * generator a function that is called. The same rows as the built-in model.
 */
export function createModel(cell) {
  const { n, pnl, p_skip, min_executed, skip_redraws, entry_impact, exit_impact, pnl_floor, month_end } = cell;
  const { slip_scale, slip_multiplier, initial_equity, profit_factor_cap, sharpe_factor } = cell;
  const choices = cell.delay_bars_max + 1;
  const executed = new Uint8Array(n);
  const list = new Float64Array(n);
  const path = new Float64Array(n);
  const returns = new Float64Array(n);
  return function simulate(rng, row) {
    for (let attempt = 0; attempt <= skip_redraws; attempt++) {
      let count = 0;
      for (let i = 0; i < n; i++) {
        const taken = rng() >= p_skip ? 1 : 0;
        executed[i] = taken;
        count += taken;
      }
      if (count >= min_executed) break;
    }
    for (let i = 0; i < n; i++) {
      const entry = entry_impact[i * choices + Math.floor(rng() * choices)];
      const impact = entry + exit_impact[i * choices + Math.floor(rng() * choices)];
      const later = pnl[i] - impact;
      const held = later > pnl_floor[i] ? later : pnl_floor[i];
      list[i] = held < pnl[i] ? held : pnl[i];
    }
    for (let i = 0; i < n; i++) {
      const slipped = list[i] - rng() * slip_scale[i] * slip_multiplier[i];
      list[i] = executed[i] === 1 ? slipped : 0;
    }
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(rng() * (i + 1));
      const value = list[i];
      list[i] = list[j];
      list[j] = value;
      const taken = executed[i];
      executed[i] = executed[j];
      executed[j] = taken;
    }
    let [total, gains, losses, wins, done] = [0, 0, 0, 0, 0];
    for (let k = 0; k < n; k++) {
      const j = Math.floor(rng() * n);
      const value = list[j];
      path[k] = value;
      total += value;
      done += executed[j];
      if (value > 0) {
        gains += value;
        wins++;
      } else losses -= value;
    }
    let [sum, equity, peak, drawdown, worst, sumOfReturns, k] = [0, initial_equity, initial_equity, 0, Infinity, 0, 0];
    for (let m = 0; m < month_end.length; m++) {
      const start = equity;
      for (const end = month_end[m]; k < end; k++) {
        const r = equity > 0 ? path[k] / equity : 0;
        returns[k] = r;
        sumOfReturns += r;
        sum += path[k];
        equity = initial_equity + sum;
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
    for (let i = 0; i < n; i++) squares += (returns[i] - mean) * (returns[i] - mean);
    const sd = Math.sqrt(squares / n);
    row[0] = (total / initial_equity) * 100 + 0;
    row[1] = drawdown * 100 + 0;
    row[2] = losses > 0 ? gains / losses : gains > 0 ? profit_factor_cap : 0;
    row[3] = worst === Infinity ? -100 : worst;
    row[4] = sd === 0 ? 0 : (mean / sd) * sharpe_factor;
    row[5] = done === 0 ? 0 : wins / done;
    row[6] = done;
    row[7] = total + 0;
  };
}
