/**
 * The headline work as a careful user writes it in plain JavaScript, one permutation at a time: a function per stage, typed arrays that
 * are used again, what does not change tabulated beforehand, the generator a function that is called. The same rows as the built-in model.
 */
export function createModel(cell) {
  const { n, min_executed, skip_redraws, p_skip, slip_scale, slip_multiplier } = cell;
  const choices = cell.delay_bars_max + 1;
  const late = tabulateDelays(cell, choices);
  const executed = new Uint8Array(n);
  const list = new Float64Array(n);
  const path = new Float64Array(n);
  const returns = new Float64Array(n);
  return function simulate(rng, row) {
    for (let attempt = 0; attempt <= skip_redraws; attempt++) {
      if (skip(rng, p_skip, executed) >= min_executed) break;
    }
    delay(rng, late, choices, list);
    slip(rng, slip_scale, slip_multiplier, list);
    // A missed trade is NaN until it is counted: so it travels with the others.
    for (let i = 0; i < n; i++) if (executed[i] === 0) list[i] = NaN;
    shuffle(rng, list);
    bootstrap(rng, list, path);
    measure(path, returns, cell, row);
  };
}

/** P&L of trade i whose entry is a bars late and its exit b, at [(i x choices + a) x choices + b]. */
export function tabulateDelays({ n, pnl, pnl_floor, entry_impact, exit_impact }, choices) {
  const late = [];
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < choices; a++) {
      for (let b = 0; b < choices; b++) {
        const impact = entry_impact[i * choices + a] + exit_impact[i * choices + b];
        late.push(Math.min(pnl[i], Math.max(pnl_floor[i], pnl[i] - impact)));
      }
    }
  }
  return Float64Array.from(late);
}

function skip(rng, p_skip, executed) {
  let count = 0;
  for (let i = 0; i < executed.length; i++) {
    const taken = rng() >= p_skip ? 1 : 0;
    executed[i] = taken;
    count += taken;
  }
  return count;
}

function delay(rng, late, choices, list) {
  for (let i = 0; i < list.length; i++) {
    const entry = (rng() * choices) | 0;
    const exit = (rng() * choices) | 0;
    list[i] = late[(i * choices + entry) * choices + exit];
  }
}

function slip(rng, scale, multiplier, list) {
  for (let i = 0; i < list.length; i++) list[i] -= rng() * scale[i] * multiplier[i];
}

function shuffle(rng, list) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = (rng() * (i + 1)) | 0;
    const value = list[i];
    list[i] = list[j];
    list[j] = value;
  }
}

function bootstrap(rng, list, path) {
  const n = list.length;
  for (let k = 0; k < n; k++) path[k] = list[(rng() * n) | 0];
}

function measure(path, returns, { month_end, initial_equity, profit_factor_cap, sharpe_factor }, row) {
  const n = path.length;
  let total = 0;
  let gains = 0;
  let losses = 0;
  let wins = 0;
  let missed = 0;
  for (let k = 0; k < n; k++) {
    const value = path[k];
    if (value > 0) {
      total += value;
      gains += value;
      wins++;
    } else if (value <= 0) {
      total += value;
      losses -= value;
    } else {
      path[k] = 0;
      missed++;
    }
  }
  let sum = 0;
  let equity = initial_equity;
  let peak = initial_equity;
  let drawdown = 0;
  let worst = Infinity;
  let sumOfReturns = 0;
  for (let m = 0, k = 0; m < month_end.length; m++) {
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
  for (let k = 0; k < n; k++) squares += (returns[k] - mean) * (returns[k] - mean);
  const sd = Math.sqrt(squares / n);
  const trades = n - missed;
  // `+ 0`: rows hold no -0.
  row[0] = (total / initial_equity) * 100 + 0;
  row[1] = drawdown * 100;
  row[2] = losses > 0 ? Math.min(gains / losses, profit_factor_cap) : gains > 0 ? profit_factor_cap : 0;
  row[3] = worst === Infinity ? -100 : worst;
  row[4] = sd === 0 ? 0 : (mean / sd) * sharpe_factor;
  row[5] = trades === 0 ? 0 : wins / trades;
  row[6] = trades;
  row[7] = total + 0;
}
