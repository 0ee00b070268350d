import type { Rng } from '../../random/generator.ts';
import type { PreparedCell } from './prepared.ts';

/**
 * The fast form of `drawPath` and `pathMetrics` for any generator: the same draws, the same operations in the same
 * order, so the same bits, but arrays made once per cell and nothing allocated per permutation.
 *
 * A missed trade is marked by NaN in the buffers (no executed trade can be NaN) until it is counted, then becomes 0.
 */
export class ChunkRunner {
  private readonly cell: PreparedCell;
  /** Perturbed P&L by trade, later by position after the shuffle. */
  private readonly values: Float64Array;
  /** Path after bootstrap, and copy of `values` in block shuffles. */
  private readonly path: Float64Array;
  private readonly returns: Float64Array;
  private readonly blocks: Int32Array;
  /** P&L after delay for every (trade, k_in, k_out), or empty where that table would be large. */
  private readonly delayed: Float64Array;

  // What one permutation leaves for the columns.
  private total = 0;
  private gains = 0;
  private losses = 0;
  private wins = 0;
  private executed = 0;
  private drawdown = 0;
  private worst = 0;
  private sharpe = 0;

  constructor(cell: PreparedCell) {
    this.cell = cell;
    this.values = new Float64Array(cell.n);
    this.path = new Float64Array(cell.n);
    this.returns = new Float64Array(cell.n);
    this.blocks = new Int32Array(Math.ceil(cell.n / cell.block_len));
    this.delayed = delayedTable(cell);
  }

  /** Computes one permutation and writes its metrics to row `at` of the columns. */
  run(rng: Rng, columns: readonly Float64Array[], at: number): void {
    const { cell } = this;
    this.skip(rng);
    this.delay(rng);
    this.slip(rng);
    if (cell.bootstrap === 'none') this.tally(this.values);
    this.shuffle(rng);
    const path = this.resample(rng);
    if (cell.bootstrap !== 'none') this.tally(path);
    this.walk(path);
    columns[0]![at] = (this.total / cell.initial_equity) * 100;
    columns[1]![at] = this.drawdown * 100;
    columns[2]![at] = this.losses > 0 ? this.gains / this.losses : this.gains > 0 ? cell.profit_factor_cap : 0;
    columns[3]![at] = this.worst;
    columns[4]![at] = this.sharpe;
    columns[5]![at] = this.executed === 0 ? 0 : this.wins / this.executed;
    columns[6]![at] = this.executed;
    columns[7]![at] = this.total;
  }

  private skip(rng: Rng): void {
    const { n, pnl, p_skip, min_executed, skip_redraws, fixed_draws } = this.cell;
    const { values } = this;
    if (p_skip === 0) {
      values.set(pnl);
      if (fixed_draws !== undefined) discard(rng, fixed_draws.skip);
      return;
    }
    for (let masks = 1; ; masks++) {
      let count = 0;
      for (let i = 0; i < n; i++) {
        if (rng() >= p_skip) {
          values[i] = pnl[i]!;
          count++;
        } else values[i] = NaN;
      }
      if (count >= min_executed || masks > skip_redraws) return;
    }
  }

  private delay(rng: Rng): void {
    const { cell, values, delayed } = this;
    const { n, pnl, one_side, intensity, fixed_draws, pnl_floor, entry_impact, exit_impact } = cell;
    if (cell.delay === 'none') {
      if (fixed_draws !== undefined) discard(rng, fixed_draws.delay);
      return;
    }
    const width = cell.delay_bars_max + 1;
    const always = intensity.length === 0;
    const tabulated = delayed.length > 0;
    const priced = cell.delay === 'ohlc';
    for (let i = 0; i < n; i++) {
      const applies = always || rng() < intensity[i]!;
      const at_entry = !one_side || rng() < 0.5;
      let k_in = rng.index(width);
      let k_out = 0;
      if (!one_side) k_out = rng.index(width);
      else if (!at_entry) {
        k_out = k_in;
        k_in = 0;
      }
      if (!applies) k_in = k_out = 0;
      const missed = Number.isNaN(values[i]!);
      if (tabulated) {
        if (!missed) values[i] = delayed[(i * width + k_in) * width + k_out]!;
        continue;
      }
      const impact = priced
        ? entry_impact[i * width + k_in]! + exit_impact[i * width + k_out]!
        : resampledImpact(cell, rng, i, k_in) + resampledImpact(cell, rng, i, k_out);
      if (!missed) values[i] = Math.min(pnl[i]!, Math.max(pnl_floor[i]!, pnl[i]! - impact));
    }
    if (fixed_draws === undefined) return;
    const used = (always ? 0 : 1) + 2 + (priced ? 0 : 2 * cell.delay_bars_max);
    discard(rng, fixed_draws.delay - used * n);
  }

  private slip(rng: Rng): void {
    const { n, slip, slip_scale, slip_multiplier, fixed_draws } = this.cell;
    const { values } = this;
    if (!slip) {
      if (fixed_draws !== undefined) discard(rng, fixed_draws.slip);
      return;
    }
    // NaN - x is NaN: a missed trade stays marked.
    for (let i = 0; i < n; i++) values[i] = values[i]! - rng() * slip_scale[i]! * slip_multiplier[i]!;
  }

  /** Sums the order-free metrics and turns the mark of missed trades into their P&L, 0. */
  private tally(values: Float64Array): void {
    const n = values.length;
    let total = 0;
    let gains = 0;
    let losses = 0;
    let wins = 0;
    let executed = n;
    for (let i = 0; i < n; i++) {
      const value = values[i]!;
      if (value > 0) {
        total += value;
        gains += value;
        wins++;
      } else if (value < 0) {
        total += value;
        losses -= value;
      } else if (value !== 0) {
        executed--;
        values[i] = 0;
      }
    }
    this.total = total;
    this.gains = gains;
    this.losses = losses;
    this.wins = wins;
    this.executed = executed;
  }

  private shuffle(rng: Rng): void {
    const { cell, values, path, blocks } = this;
    const { n, block_len, fixed_draws } = cell;
    let used = 0;
    if (cell.shuffle === 'permute') {
      for (let i = n - 1; i >= 1; i--) {
        const j = rng.index(i + 1);
        const held = values[i]!;
        values[i] = values[j]!;
        values[j] = held;
      }
      used = n - 1;
    } else if (cell.shuffle === 'block_permute') {
      const count = blocks.length;
      for (let b = 0; b < count; b++) blocks[b] = b * block_len;
      for (let i = count - 1; i >= 1; i--) {
        const j = rng.index(i + 1);
        const held = blocks[i]!;
        blocks[i] = blocks[j]!;
        blocks[j] = held;
      }
      used = count - 1;
      path.set(values);
      let k = 0;
      for (let b = 0; b < count; b++) {
        const start = blocks[b]!;
        const end = Math.min(start + block_len, n);
        for (let i = start; i < end; i++) values[k++] = path[i]!;
      }
    }
    if (fixed_draws !== undefined) discard(rng, fixed_draws.shuffle - used);
  }

  /** The path: `values` itself without a bootstrap. */
  private resample(rng: Rng): Float64Array {
    const { cell, values, path } = this;
    const { n, block_len, fixed_draws } = cell;
    if (cell.bootstrap === 'trade_bootstrap') {
      for (let k = 0; k < n; k++) path[k] = values[rng.index(n)]!;
      return path;
    }
    let used = 0;
    if (cell.bootstrap === 'block_bootstrap') {
      for (let k = 0; k < n; k += block_len) {
        const start = rng.index(n - block_len + 1);
        const taken = Math.min(block_len, n - k);
        for (let i = 0; i < taken; i++) path[k + i] = values[start + i]!;
        used++;
      }
    }
    if (fixed_draws !== undefined) discard(rng, fixed_draws.bootstrap - used);
    return cell.bootstrap === 'none' ? values : path;
  }

  /** The metrics that depend on order: drawdown, worst month, Sharpe ratio. */
  private walk(path: Float64Array): void {
    const { n, initial_equity, month_end, sharpe_factor } = this.cell;
    const { returns } = this;
    let sum = 0;
    let equity = initial_equity;
    let peak = initial_equity;
    let drawdown = 0;
    let worst = Infinity;
    let sum_of_returns = 0;
    let k = 0;
    for (let month = 0; month < month_end.length; month++) {
      const end = month_end[month]!;
      const start_equity = equity;
      for (; k < end; k++) {
        const value = path[k]!;
        const r = equity > 0 ? value / equity : 0;
        returns[k] = r;
        sum_of_returns += r;
        sum += value;
        equity = initial_equity + sum;
        if (equity > peak) peak = equity;
        else {
          const below = (peak - equity) / peak;
          if (below > drawdown) drawdown = below;
        }
      }
      if (start_equity > 0) {
        const change = ((equity - start_equity) / start_equity) * 100;
        if (change < worst) worst = change;
      }
    }
    const mean = sum_of_returns / n;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const deviation = returns[i]! - mean;
      squares += deviation * deviation;
    }
    const sd = Math.sqrt(squares / n);
    this.drawdown = drawdown;
    this.worst = worst === Infinity ? -100 : worst;
    this.sharpe = sd === 0 ? 0 : (mean / sd) * sharpe_factor;
  }
}

function discard(rng: Rng, count: number): void {
  for (let i = 0; i < count; i++) rng();
}

function resampledImpact(cell: PreparedCell, rng: Rng, trade: number, k: number): number {
  const { bar_returns, delay_bars_max } = cell;
  let growth = 1;
  for (let j = 0; j < delay_bars_max; j++) {
    const r = bar_returns[rng.index(bar_returns.length)]!;
    if (j < k) growth = growth * (1 + r);
  }
  return Math.abs(growth - 1) * cell.notional[trade]!;
}

/** A table of n (D + 1)^2 values is used up to this size (512 kB). */
const LARGEST_TABLE = 65536;

function delayedTable(cell: PreparedCell): Float64Array {
  const width = cell.delay_bars_max + 1;
  if (cell.delay !== 'ohlc' || cell.n * width * width > LARGEST_TABLE) return new Float64Array(0);
  const table = new Float64Array(cell.n * width * width);
  for (let i = 0; i < cell.n; i++) {
    const pnl = cell.pnl[i]!;
    for (let k_in = 0; k_in < width; k_in++) {
      for (let k_out = 0; k_out < width; k_out++) {
        const impact = cell.entry_impact[i * width + k_in]! + cell.exit_impact[i * width + k_out]!;
        table[(i * width + k_in) * width + k_out] = Math.min(pnl, Math.max(cell.pnl_floor[i]!, pnl - impact));
      }
    }
  }
  return table;
}
