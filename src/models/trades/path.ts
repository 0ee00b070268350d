import type { Rng } from '../../random/generator.ts';
import type { PreparedCell } from './cell/prepared.ts';

/**
 * One perturbed path, with what happened to each trade. Arrays are n long; all but `order` are by trade in canonical order.
 */
export interface Path {
  /** 1 where the trade is made: neither missed nor so late that its exit came before. */
  readonly executed: Uint8Array;
  /** How often the skip mask was drawn: 0 with the stage off. */
  readonly masks: number;
  /** Bars late at entry and exit; 0 where the delay did not apply. */
  readonly entry_bars: Int32Array;
  readonly exit_bars: Int32Array;
  /** P&L after the delay, before slippage; NaN where the entry came after the exit. */
  readonly delayed: Float64Array;
  /** What slippage took: 0 or more. Drawn for missed trades too. */
  readonly slip_cost: Float64Array;
  /** Perturbed P&L [dollars]; 0 for a trade that is not made. */
  readonly pnl: Float64Array;
  /** The same as shares of what the trades were made with; undefined with `sizing: dollars`. */
  readonly share: Float64Array | undefined;
  /** The trade at each position of the path after shuffle and bootstrap. */
  readonly order: Int32Array;
}

/**
 * Draws one path: the five stages in order, written to be read. `chunk.ts` and the kernels give the same bits faster.
 */
export function drawPath(cell: PreparedCell, rng: Rng): Path {
  const stage = new Draws(rng);
  const fixed = cell.fixed_draws;
  const { executed: drawn, masks } = skip(cell, stage);
  stage.finish(fixed?.skip);
  const { entry_bars, exit_bars, delayed } = delay(cell, stage);
  stage.finish(fixed?.delay);
  const slip_cost = slippage(cell, stage);
  stage.finish(fixed?.slip);
  const executed = drawn.map((made, i) => (Number.isNaN(delayed[i]!) ? 0 : made));
  const pnl = delayed.map((value, i) => (executed[i] === 0 ? 0 : value - slip_cost[i]!));
  const { shares, share_factor, share_base } = cell;
  const share = shares ? pnl.map((value, i) => share_factor * (value / share_base[i]!)) : undefined;
  const shuffled = shuffle(cell, stage);
  stage.finish(fixed?.shuffle);
  const order = bootstrap(cell, stage, shuffled);
  stage.finish(fixed?.bootstrap);
  return { executed, masks, entry_bars, exit_bars, delayed, slip_cost, pnl, share, order };
}

/** Counts the draws of a stage so that common random numbers can be kept in step. */
class Draws {
  private readonly rng: Rng;
  private used = 0;

  constructor(rng: Rng) {
    this.rng = rng;
  }
  u(): number {
    this.used++;
    return this.rng();
  }
  index(m: number): number {
    this.used++;
    return this.rng.index(m);
  }
  /** Ends a stage: with shared streams, draws and discards what is left of its fixed number. */
  finish(fixed: number | undefined): void {
    if (fixed !== undefined) for (; this.used < fixed; this.used++) this.rng();
    this.used = 0;
  }
}

function skip(cell: PreparedCell, draws: Draws): { executed: Uint8Array; masks: number } {
  const { n, p_skip, min_executed, skip_redraws } = cell;
  const executed = new Uint8Array(n).fill(1);
  if (p_skip === 0) return { executed, masks: 0 };
  for (let masks = 1; ; masks++) {
    let count = 0;
    for (let i = 0; i < n; i++) {
      executed[i] = draws.u() >= p_skip ? 1 : 0;
      count += executed[i]!;
    }
    if (count >= min_executed || masks > skip_redraws) return { executed, masks };
  }
}

function delay(cell: PreparedCell, draws: Draws): Pick<Path, 'entry_bars' | 'exit_bars' | 'delayed'> {
  const { n, pnl, delay_bars_max: D, intensity, one_side } = cell;
  const entry_bars = new Int32Array(n);
  const exit_bars = new Int32Array(n);
  const delayed = pnl.slice();
  if (cell.delay === 'none') return { entry_bars, exit_bars, delayed };
  for (let i = 0; i < n; i++) {
    const applies = intensity.length === 0 || draws.u() < intensity[i]!;
    let k_in = 0;
    let k_out = 0;
    if (one_side) {
      const at_entry = draws.u() < 0.5;
      const k = draws.index(D + 1);
      if (at_entry) k_in = k;
      else k_out = k;
    } else {
      k_in = draws.index(D + 1);
      k_out = draws.index(D + 1);
    }
    if (!applies) k_in = k_out = 0;
    entry_bars[i] = k_in;
    exit_bars[i] = k_out;
    const impact =
      cell.delay === 'ohlc'
        ? cell.entry_impact[i * (D + 1) + k_in]! + cell.exit_impact[i * (D + 1) + k_out]!
        : resampledImpact(cell, draws, i, k_in) + resampledImpact(cell, draws, i, k_out);
    const late = Math.min(cell.pnl_ceiling[i]!, Math.max(cell.pnl_floor[i]!, pnl[i]! - impact));
    delayed[i] = impact === Infinity ? NaN : late;
  }
  return { entry_bars, exit_bars, delayed };
}

/** Cost of k bars without prices: the size of a compound return over k bars of the equity curve. Always D draws. */
function resampledImpact(cell: PreparedCell, draws: Draws, trade: number, k: number): number {
  let growth = 1;
  for (let j = 0; j < cell.delay_bars_max; j++) {
    const r = cell.bar_returns[draws.index(cell.bar_returns.length)]!;
    if (j < k) growth = growth * (1 + r);
  }
  return Math.abs(growth - 1) * cell.notional[trade]!;
}

function slippage(cell: PreparedCell, draws: Draws): Float64Array {
  const cost = new Float64Array(cell.n);
  if (!cell.slip) return cost;
  return cost.map((_, i) => draws.u() * cell.slip_scale[i]! * cell.slip_multiplier[i]!);
}

function fisherYates(count: number, draws: Draws): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i >= 1; i--) {
    const j = draws.index(i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

function shuffle(cell: PreparedCell, draws: Draws): Int32Array {
  const { n, block_len } = cell;
  switch (cell.shuffle) {
    case 'none':
      return Int32Array.from({ length: n }, (_, i) => i);
    case 'permute':
      return fisherYates(n, draws);
    case 'block_permute': {
      const blocks = fisherYates(Math.ceil(n / block_len), draws);
      const order = new Int32Array(n);
      let k = 0;
      for (const block of blocks) {
        for (let i = block * block_len; i < Math.min((block + 1) * block_len, n); i++) order[k++] = i;
      }
      return order;
    }
  }
}

function bootstrap(cell: PreparedCell, draws: Draws, shuffled: Int32Array): Int32Array {
  const { n, block_len } = cell;
  switch (cell.bootstrap) {
    case 'none':
      return shuffled;
    case 'trade_bootstrap':
      return shuffled.map(() => shuffled[draws.index(n)]!);
    case 'block_bootstrap':
      return blocks(n, block_len, () => draws.index(n), shuffled);
    case 'moving_block_bootstrap':
      return blocks(n, block_len, () => draws.index(n - block_len + 1), shuffled);
    case 'stationary_bootstrap': {
      const order = new Int32Array(n);
      let from = 0;
      for (let k = 0; k < n; k++) {
        const begins = draws.u() < cell.restart_chance;
        const start = draws.index(n);
        from = k === 0 || begins ? start : (from + 1) % n;
        order[k] = shuffled[from]!;
      }
      return order;
    }
  }
}

/** Blocks of `length` from drawn starts, on a circle, cut to n. */
function blocks(n: number, length: number, start: () => number, shuffled: Int32Array): Int32Array {
  const order = new Int32Array(n);
  for (let k = 0; k < n; k += length) {
    const first = start();
    for (let i = 0; i < length && k + i < n; i++) order[k + i] = shuffled[(first + i) % n]!;
  }
  return order;
}
