import { instant, type Moment } from '../text/date-text.ts';
import type { Side } from '../text/side.ts';
import type { Row } from '../tables/table.ts';

/** A closed trade as its source has it. */
export interface SourceTrade {
  /** The row that closes it (or its only one). */
  readonly row: Row;
  readonly entry_time: Moment;
  readonly exit_time: Moment;
  readonly entry_price: number;
  readonly exit_price: number;
  /** Above 0; NaN where the source has none. */
  readonly qty: number;
  /** Undefined where the source has none. */
  readonly side: Side | undefined;
  readonly symbol: string;
  /** As stated [currency of the list]; NaN where the source has none. */
  readonly pnl: number;
  /** Paid, positive [currency of the list]; 0 where the source has none. */
  readonly fees: number;
  readonly equity: number;
  readonly risk_dollars: number;
  /** The stop the trade began with [price]; NaN where unknown. */
  readonly stop: number;
}

/** What a shape made of the rows. */
export interface SourceTrades {
  readonly trades: readonly SourceTrade[];
  readonly open_trades: number;
  /** How rows became trades, for the record: `28 rows paired to 14 trades`. */
  readonly made: string;
  readonly notes: readonly string[];
  /** Rows that are not trades, by what they are. */
  readonly left_out: ReadonlyMap<string, number>;
}

/** Whether times go down from the first to the last row: then rows of one instant are in reverse as well. */
export function isNewestFirst(times: readonly number[]): boolean {
  let up = 0;
  let down = 0;
  for (let i = 1; i < times.length; i++) {
    if (times[i]! > times[i - 1]!) up++;
    else if (times[i]! < times[i - 1]!) down++;
  }
  return down > up;
}

/** By exit, then entry, then as in the file (turned round where it is newest first): the order of the canonical list. */
export function inOrder(trades: readonly SourceTrade[]): SourceTrade[] {
  const keyed = trades.map((trade) => ({ trade, exit: instant(trade.exit_time), entry: instant(trade.entry_time) }));
  if (isNewestFirst(keyed.map(({ exit }) => exit))) keyed.reverse();
  return keyed.sort((a, b) => a.exit - b.exit || a.entry - b.entry).map(({ trade }) => trade);
}
