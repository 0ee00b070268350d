import type { Bars, TradeList } from '../list/inputs.ts';

/**
 * What a late fill costs [dollars], for every trade and every delay k = 0 .. max, at [trade * (max + 1) + k].
 * Negative where the later price was better.
 */
export interface DelayImpacts {
  readonly entry: Float64Array;
  readonly exit: Float64Array;
}

/**
 * Tabulates both sides from the opens of the bars. With b_in and b_out the last bars at or before entry and exit, a
 * fill k > 0 bars late gets open[b_in + k] for the entry and open[min(b_out + k, last bar)] for the exit. Where b_in + k
 * is after b_out the entry would come after the exit: its impact is Infinity, the trade is missed; with `adverse_only` it
 * gets open[b_out] (as version 1 had it). Every trade must begin at or after the first bar.
 */
export function tabulateImpacts(
  trades: TradeList,
  bars: Bars,
  max: number,
  point_value: number,
  adverse_only: boolean,
): DelayImpacts {
  const width = max + 1;
  const entry = new Float64Array(trades.count * width);
  const exit = new Float64Array(trades.count * width);
  const last = bars.count - 1;
  for (let i = 0; i < trades.count; i++) {
    const s = trades.side[i]!;
    const qty = trades.qty[i]!;
    const b_in = lastBarAtOrBefore(bars.time, trades.entry_time[i]!);
    const b_out = lastBarAtOrBefore(bars.time, trades.exit_time[i]!);
    for (let k = 1; k <= max; k++) {
      const in_open = bars.open[Math.min(b_in + k, b_out)]!;
      const out_open = bars.open[Math.min(b_out + k, last)]!;
      const too_late = b_in + k > b_out && !adverse_only;
      entry[i * width + k] = too_late ? Infinity : s * (in_open - trades.entry_price[i]!) * qty * point_value;
      exit[i * width + k] = s * (trades.exit_price[i]! - out_open) * qty * point_value;
    }
  }
  return { entry, exit };
}

/** Index of the last bar whose time is not after `time`; -1 if all are. */
export function lastBarAtOrBefore(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** E_j / E_(j-1) - 1 for j = 1, 2, ...: one value less than the curve has points. */
export function barReturns(equity: Float64Array): Float64Array {
  const returns = new Float64Array(Math.max(0, equity.length - 1));
  for (let j = 1; j < equity.length; j++) returns[j - 1] = equity[j]! / equity[j - 1]! - 1;
  return returns;
}
