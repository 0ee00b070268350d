import type { TradesCell } from './cell.ts';

/**
 * Above this many entries [8 bytes each] the impacts are added up per trade instead: `both` has many outcomes and its
 * table would leave the cache; that of `one_side` is no larger than its impacts, but has to stay within reason.
 */
const LARGEST_TABLE = { both: 1 << 15, one_side: 1 << 22 };

/**
 * P&L of trade i after a delay, for every outcome of its two draws, at [i x width + outcome]; -0 where it is missed. Delayed values are few
 * (four per trade for one bar), so clamping them once per cell takes comparisons, which no processor can predict here,
 * out of every permutation.
 *
 * With D bars: `both` has outcome k_in x (D + 1) + k_out; `one_side` has k for the entry, (D + 1) + k for the exit.
 */
export interface DelayedPnl {
  readonly width: number;
  readonly pnl: Float64Array;
}

const known = new WeakMap<TradesCell, DelayedPnl>();

/** The table of a cell with `delay: 'ohlc'`, or undefined where it would be too large. Made once per cell. */
export function delayedPnl(cell: TradesCell): DelayedPnl | undefined {
  const choices = cell.delay_bars_max + 1;
  const width = cell.one_side ? 2 * choices : choices * choices;
  if (cell.n * width > (cell.one_side ? LARGEST_TABLE.one_side : LARGEST_TABLE.both)) return undefined;
  let table = known.get(cell);
  if (table === undefined) {
    const pnl = new Float64Array(cell.n * width);
    for (let at = 0; at < pnl.length; at++) {
      const i = Math.floor(at / width);
      const outcome = at % width;
      const high = Math.floor(outcome / choices);
      const low = outcome % choices;
      const entryBars = cell.one_side ? (high === 0 ? low : 0) : high;
      const exitBars = cell.one_side ? (high === 0 ? 0 : low) : low;
      pnl[at] = delayed(
        cell,
        i,
        cell.entry_impact[i * choices + entryBars]! + cell.exit_impact[i * choices + exitBars]!,
      );
    }
    table = { width, pnl };
    known.set(cell, table);
  }
  return table;
}

/** min(pnl_ceiling, max(pnl_floor, pnl - impact)); -0, the mark of a missed trade, where the entry came after the exit. */
export function delayed(cell: TradesCell, i: number, impact: number): number {
  if (impact === Infinity) return -0;
  const lowest = cell.pnl_floor[i]!;
  const most = cell.pnl_ceiling[i]!;
  const after = cell.pnl[i]! - impact;
  const clamped = lowest < after ? after : lowest;
  return most < clamped ? most : clamped;
}

/** Whether a delay can make a trade miss. */
export function mayMiss(cell: TradesCell): boolean {
  return cell.delay === 'ohlc' && cell.entry_impact.includes(Infinity);
}
