import type { TradeList } from '../list/inputs.ts';

const YEAR_MS = 365.25 * 86_400_000;
const DAY_MS = 86_400_000;

/** Years of 365.25 days from the first entry to the last exit; undefined for less than a day. */
export function yearsOf({ entry_time, exit_time, count }: TradeList): number | undefined {
  const first = entry_time.reduce((earliest, time) => Math.min(earliest, time), Infinity);
  const span = exit_time[count - 1]! - first;
  return span < DAY_MS ? undefined : span / YEAR_MS;
}

/** The equity that each trade was made with: what the list says, else the initial equity and the results of the trades before. */
export function equityBefore({ pnl, equity }: TradeList, initial_equity: number): Float64Array {
  let sum = 0;
  return pnl.map((value, i) => {
    const before = initial_equity + sum;
    sum += value;
    return Number.isNaN(equity[i]!) ? before : equity[i]!;
  });
}
