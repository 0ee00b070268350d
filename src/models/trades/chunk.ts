import { delayed, delayedPnl, type DelayedPnl } from '#native-free/trades/delayed';
import { Meter } from '#native-free/trades/measure';

import type { Rng } from '../../random/generator.ts';
import type { PreparedCell } from './cell/prepared.ts';

/** The mark of a trade that is not made: it changes no sum, and no executed trade is -0. */
const MISSED = -0;

/**
 * The fast form of `drawPath` and `pathMetrics` for any generator: the same draws, the same operations in the same
 * order, so the same bits, but arrays made once per cell and nothing allocated per permutation. The path is measured as
 * the kernels' twin measures it.
 */
export class ChunkRunner {
  private readonly cell: PreparedCell;
  private readonly meter: Meter;
  private readonly missed: Uint8Array;
  /** Perturbed results by trade, later by position after the shuffle. */
  private readonly values: Float64Array;
  /** Path after bootstrap, and copy of `values` in block shuffles. */
  private readonly path: Float64Array;
  private readonly blocks: Int32Array;
  /** P&L after a delay for every outcome of its draws, where that table is not too large. */
  private readonly outcomes: DelayedPnl | undefined;

  constructor(cell: PreparedCell) {
    this.cell = cell;
    this.meter = new Meter(cell);
    this.missed = new Uint8Array(cell.n);
    this.values = new Float64Array(cell.n);
    this.path = new Float64Array(cell.n);
    this.blocks = new Int32Array(Math.ceil(cell.n / cell.block_len));
    this.outcomes = cell.delay === 'ohlc' ? delayedPnl(cell) : undefined;
  }

  /** Computes one permutation and writes the cell's metrics to row `at` of the columns. */
  run(rng: Rng, columns: readonly Float64Array[], at: number): void {
    this.skip(rng);
    this.delay(rng);
    this.slip(rng);
    this.strikeAndScale();
    this.meter.beforeShuffle(this.values);
    this.shuffle(rng);
    this.meter.measure(this.resample(rng), columns, at);
  }

  private skip(rng: Rng): void {
    const { n, p_skip, min_executed, skip_redraws, fixed_draws } = this.cell;
    const { missed } = this;
    if (p_skip === 0) {
      if (fixed_draws !== undefined) discard(rng, fixed_draws.skip);
      return;
    }
    for (let masks = 1; ; masks++) {
      let count = n;
      for (let i = 0; i < n; i++) {
        missed[i] = Number(rng() < p_skip);
        count -= missed[i]!;
      }
      if (count >= min_executed || masks > skip_redraws) return;
    }
  }

  private delay(rng: Rng): void {
    const { cell, values, outcomes } = this;
    const { n, pnl, one_side, intensity, fixed_draws, entry_impact, exit_impact } = cell;
    if (cell.delay === 'none') {
      values.set(pnl);
      if (fixed_draws !== undefined) discard(rng, fixed_draws.delay);
      return;
    }
    const width = cell.delay_bars_max + 1;
    const always = intensity.length === 0;
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
      if (outcomes !== undefined) {
        const outcome = one_side && k_out > 0 ? width + k_out : one_side ? k_in : k_in * width + k_out;
        values[i] = outcomes.pnl[i * outcomes.width + outcome]!;
        continue;
      }
      const impact = priced
        ? entry_impact[i * width + k_in]! + exit_impact[i * width + k_out]!
        : resampledImpact(cell, rng, i, k_in) + resampledImpact(cell, rng, i, k_out);
      values[i] = delayed(cell, i, impact);
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
    for (let i = 0; i < n; i++) {
      const cost = rng() * slip_scale[i]! * slip_multiplier[i]!;
      if (!Object.is(values[i], MISSED)) values[i] = values[i]! - cost;
    }
  }

  /** Marks the missed trades and makes shares of the others, where results go with the equity. */
  private strikeAndScale(): void {
    const { n, p_skip, shares, share_base, share_factor } = this.cell;
    const { values, missed } = this;
    if (p_skip > 0) for (let i = 0; i < n; i++) if (missed[i] === 1) values[i] = MISSED;
    if (!shares) return;
    for (let i = 0; i < n; i++) {
      if (Object.is(values[i], MISSED)) continue;
      // Never -0: a loss so small that its share is none is no missed trade.
      values[i] = share_factor * (values[i]! / share_base[i]!) + 0;
    }
  }

  private shuffle(rng: Rng): void {
    const { cell, values, path, blocks } = this;
    const { n, block_len, fixed_draws } = cell;
    let used = 0;
    if (cell.shuffle === 'permute') {
      fisherYates(rng, values);
      used = n - 1;
    } else if (cell.shuffle === 'block_permute') {
      const count = blocks.length;
      for (let b = 0; b < count; b++) blocks[b] = b * block_len;
      fisherYates(rng, blocks);
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
    let used = 0;
    switch (cell.bootstrap) {
      case 'none':
        break;
      case 'trade_bootstrap':
        for (let k = 0; k < n; k++) path[k] = values[rng.index(n)]!;
        used = n;
        break;
      case 'block_bootstrap':
        used = this.resampleBlocks(rng, n);
        break;
      case 'moving_block_bootstrap':
        used = this.resampleBlocks(rng, n - block_len + 1);
        break;
      case 'stationary_bootstrap':
        for (let k = 0, from = 0; k < n; k++) {
          const begins = rng() < cell.restart_chance;
          const start = rng.index(n);
          from = k === 0 || begins ? start : from + 1 === n ? 0 : from + 1;
          path[k] = values[from]!;
        }
        used = 2 * n;
        break;
    }
    if (fixed_draws !== undefined) discard(rng, fixed_draws.bootstrap - used);
    return cell.bootstrap === 'none' ? values : path;
  }

  /** Returns how many starts were drawn. */
  private resampleBlocks(rng: Rng, starts: number): number {
    const { values, path } = this;
    const { n, block_len } = this.cell;
    let used = 0;
    for (let k = 0; k < n; k += block_len) {
      let from = rng.index(starts);
      const end = Math.min(k + block_len, n);
      for (let at = k; at < end; at++) {
        path[at] = values[from++]!;
        if (from === n) from = 0;
      }
      used++;
    }
    return used;
  }
}

function fisherYates(rng: Rng, list: Float64Array | Int32Array): void {
  for (let i = list.length - 1; i >= 1; i--) {
    const j = rng.index(i + 1);
    const held = list[i]!;
    list[i] = list[j]!;
    list[j] = held;
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
