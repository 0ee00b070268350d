/**
 * plain-model.mjs made faster, a step at a time, in plain JavaScript still and with the same rows:
 *
 *   arrays    draws come into typed arrays (`rng.fill`), and one loop does for a trade what three did
 *   division  the drawdown is divided once per peak, not once per trade: of all quotients with one divisor the largest has the lowest equity
 *   branches  the sign of a result, which nobody can foresee, is calculated with and no longer branched on
 */
import { tabulateDelays } from './plain-model.mjs';

/** @param {'arrays' | 'division' | 'branches'} step the last one that is taken */
export function createModel(cell, step) {
  const { n, min_executed, skip_redraws, p_skip, initial_equity } = cell;
  const choices = cell.delay_bars_max + 1;
  const late = tabulateDelays(cell, choices);
  const scale = Float64Array.from(cell.slip_scale);
  const multiplier = Float64Array.from(cell.slip_multiplier);
  const skips = new Float64Array(n);
  // Two draws of a delay for each trade, one of slippage, then those of the shuffle, then those of the bootstrap.
  const draws = new Float64Array(5 * n - 1);
  const [SLIPPAGE, SHUFFLE, BOOTSTRAP] = [2 * n, 3 * n, 4 * n - 1];
  const list = new Float64Array(n);
  const path = new Float64Array(n);
  const returns = new Float64Array(n);
  const tally = step === 'branches' ? tallyWithoutBranches : tallyWithBranches;
  const walk = step === 'arrays' ? walkDividing : walkByPeaks;

  return function simulate(rng, row) {
    for (let attempt = 0; attempt <= skip_redraws; attempt++) {
      rng.fill(skips);
      let executed = 0;
      for (let i = 0; i < n; i++) executed += skips[i] >= p_skip ? 1 : 0;
      if (executed >= min_executed) break;
    }
    rng.fill(draws);
    for (let i = 0; i < n; i++) {
      const entry = (draws[2 * i] * choices) | 0;
      const exit = (draws[2 * i + 1] * choices) | 0;
      const value = late[(i * choices + entry) * choices + exit] - draws[SLIPPAGE + i] * scale[i] * multiplier[i];
      // A missed trade is NaN until it is counted: so it travels with the others.
      list[i] = skips[i] >= p_skip ? value : NaN;
    }
    for (let i = n - 1, k = SHUFFLE; i > 0; i--, k++) {
      const j = (draws[k] * (i + 1)) | 0;
      const value = list[i];
      list[i] = list[j];
      list[j] = value;
    }
    for (let k = 0; k < n; k++) path[k] = list[(draws[BOOTSTRAP + k] * n) | 0];
    tally(path, cell, row);
    walk(path, returns, cell, row);
    row[0] = (row[7] / initial_equity) * 100 + 0;
  };
}

function tallyWithBranches(path, cell, row) {
  let total = 0;
  let gains = 0;
  let losses = 0;
  let wins = 0;
  let missed = 0;
  for (let k = 0; k < path.length; k++) {
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
  writeTally(total, gains, losses, wins, path.length - missed, cell, row);
}

function tallyWithoutBranches(path, cell, row) {
  let total = 0;
  let gains = 0;
  let losses = 0;
  let wins = 0;
  let missed = 0;
  for (let k = 0; k < path.length; k++) {
    let value = path[k];
    // One in twenty: this branch is foreseen.
    if (Number.isNaN(value)) {
      path[k] = value = 0;
      missed++;
    }
    const won = Number(value > 0);
    total += value;
    wins += won;
    gains += value * won;
    losses -= value * (1 - won);
  }
  writeTally(total, gains, losses, wins, path.length - missed, cell, row);
}

function writeTally(total, gains, losses, wins, trades, { profit_factor_cap }, row) {
  row[2] = losses > 0 ? Math.min(gains / losses, profit_factor_cap) : gains > 0 ? profit_factor_cap : 0;
  row[5] = trades === 0 ? 0 : wins / trades;
  row[6] = trades;
  // `+ 0`: rows hold no -0.
  row[7] = total + 0;
}

function walkDividing(path, returns, cell, row) {
  const { month_end, initial_equity } = cell;
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
    worst = worseMonth(worst, start, equity);
  }
  writeWalk(returns, drawdown, worst, sumOfReturns, cell, row);
}

function walkByPeaks(path, returns, cell, row) {
  const { month_end, initial_equity } = cell;
  let sum = 0;
  let equity = initial_equity;
  let peak = initial_equity;
  let trough = initial_equity;
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
      if (equity < trough) trough = equity;
      else if (equity > peak) {
        drawdown = Math.max(drawdown, (peak - trough) / peak);
        peak = equity;
        trough = equity;
      }
    }
    worst = worseMonth(worst, start, equity);
  }
  drawdown = Math.max(drawdown, (peak - trough) / peak);
  writeWalk(returns, drawdown, worst, sumOfReturns, cell, row);
}

function worseMonth(worst, start, equity) {
  if (start <= 0) return worst;
  const change = ((equity - start) / start) * 100;
  return change < worst ? change : worst;
}

function writeWalk(returns, drawdown, worst, sumOfReturns, { sharpe_factor }, row) {
  const n = returns.length;
  const mean = sumOfReturns / n;
  let squares = 0;
  for (let k = 0; k < n; k++) squares += (returns[k] - mean) * (returns[k] - mean);
  const sd = Math.sqrt(squares / n);
  row[1] = drawdown * 100;
  row[3] = worst === Infinity ? -100 : worst;
  row[4] = sd === 0 ? 0 : (mean / sd) * sharpe_factor;
}
