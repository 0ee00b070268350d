import Big from 'big.js';
import type { Moment } from '../text/date-text.ts';
import type { Side } from '../text/side.ts';
import type { Row } from '../tables/table.ts';

/** An own constructor: division (shares of fees, average prices) to 30 places whatever others set. */
const Decimal = Big();
Decimal.DP = 30;

/** One execution. Money in the currency of the list. */
export interface Fill {
  readonly row: Row;
  readonly time: Moment;
  /** Fills match within a book: one symbol of one account. */
  readonly book: string;
  readonly symbol: string;
  /** 1 bought, -1 sold. */
  readonly direction: Side;
  /** Above 0. */
  readonly qty: number;
  readonly price: number;
  /** Paid, positive. */
  readonly fee: number;
  /** Money per point and unit. */
  readonly multiplier: number;
  readonly order_id: string;
  /** Whether the source says that it opens or closes; `undefined` where it does not. */
  readonly effect: 'opens' | 'closes' | undefined;
  /** P&L that the source states for what it closes; NaN where it states none. */
  readonly pnl: number;
}

/** What one fill closed: the lots that were open longest. */
export interface Match {
  readonly row: Row;
  readonly symbol: string;
  readonly side: Side;
  readonly entry_time: Moment;
  readonly exit_time: Moment;
  /** Averages over the lots, weighted by size. */
  readonly entry_price: number;
  readonly exit_price: number;
  readonly qty: number;
  readonly multiplier: number;
  /** From the prices, before fees; NaN where the multiplier is unknown. */
  readonly gross: number;
  /** The share of the fees of its entries; the fees of the exit. */
  readonly entry_fees: number;
  readonly exit_fees: number;
  /** As the source states it for the closing fill; NaN where it states none. */
  readonly stated: number;
}

export interface Matched {
  readonly matches: readonly Match[];
  /** Fills after those of one order are put together. */
  readonly orders: number;
  /** Lots that nothing closes: trades that are open at the end. */
  readonly open_lots: number;
  /** Closing fills whose opening is not in the files. */
  readonly unopened: readonly Fill[];
}

interface Lot {
  readonly fill: Fill;
  left: Big;
  fee_left: Big;
}

/**
 * Matches fills first in, first out: a fill against the position closes the lots that are open longest, and is one trade; what is left of it opens the
 * other side. Fills of one order that follow each other in their book are one fill at their average price. All sums are exact decimals.
 */
export function matchFills(fills: readonly Fill[]): Matched {
  const merged = mergeOrders(fills);
  const books = new Map<string, Lot[]>();
  const matches: Match[] = [];
  const unopened: Fill[] = [];
  for (const fill of merged) {
    const lots = books.get(fill.book) ?? [];
    books.set(fill.book, lots);
    const against = lots.length > 0 && lots[0]!.fill.direction !== fill.direction;
    if (!against) {
      if (fill.effect === 'closes') unopened.push(fill);
      else lots.push({ fill, left: new Decimal(fill.qty), fee_left: new Decimal(fill.fee) });
      continue;
    }
    const rest = closeLots(lots, fill, matches);
    if (rest === undefined) continue;
    const opening: Fill = { ...fill, qty: rest.left.toNumber(), fee: rest.fee_left.toNumber(), pnl: NaN };
    if (fill.effect === 'closes') unopened.push(opening);
    else lots.push({ fill: opening, left: rest.left, fee_left: rest.fee_left });
  }
  const open_lots = [...books.values()].reduce((count, lots) => count + lots.length, 0);
  return { matches, orders: merged.length, open_lots, unopened };
}

/** Takes lots from the front until the fill is used up; what is left of it is returned. */
function closeLots(lots: Lot[], fill: Fill, matches: Match[]): Omit<Lot, 'fill'> | undefined {
  let left = new Decimal(fill.qty);
  const first = lots[0]!.fill;
  let value = new Decimal(0);
  let entry_fees = new Decimal(0);
  let taken = 0;
  while (taken < lots.length && left.gt(0)) {
    const lot = lots[taken]!;
    const whole = lot.left.lte(left);
    const qty = whole ? lot.left : left;
    const fee = whole ? lot.fee_left : lot.fee_left.times(qty).div(lot.left);
    value = value.plus(qty.times(lot.fill.price));
    entry_fees = entry_fees.plus(fee);
    lot.left = lot.left.minus(qty);
    lot.fee_left = lot.fee_left.minus(fee);
    left = left.minus(qty);
    if (whole) taken++;
  }
  lots.splice(0, taken);
  const closed = new Decimal(fill.qty).minus(left);
  const all = left.eq(0);
  const exit_fees = all ? new Decimal(fill.fee) : new Decimal(fill.fee).times(closed).div(fill.qty);
  const side: Side = first.direction;
  const points = closed.times(fill.price).minus(value).times(side);
  matches.push({
    row: fill.row,
    symbol: fill.symbol,
    side,
    entry_time: first.time,
    exit_time: fill.time,
    entry_price: value.div(closed).toNumber(),
    exit_price: fill.price,
    qty: closed.toNumber(),
    multiplier: fill.multiplier,
    gross: Number.isNaN(fill.multiplier) ? NaN : points.times(fill.multiplier).toNumber(),
    entry_fees: entry_fees.toNumber(),
    exit_fees: exit_fees.toNumber(),
    stated: fill.pnl,
  });
  return all ? undefined : { left, fee_left: new Decimal(fill.fee).minus(exit_fees) };
}

/** Executions of one order, one after the other in their book, become one. Without numbers of orders: those of one instant. */
function mergeOrders(fills: readonly Fill[]): Fill[] {
  const merged: Fill[] = [];
  const last = new Map<string, number>();
  for (const fill of fills) {
    const at = last.get(fill.book);
    const before = at === undefined ? undefined : merged[at]!;
    if (before !== undefined && isSameOrder(before, fill)) {
      merged[at!] = together(before, fill);
      continue;
    }
    last.set(fill.book, merged.length);
    merged.push(fill);
  }
  return merged;
}

function isSameOrder(a: Fill, b: Fill): boolean {
  if (a.direction !== b.direction || a.effect !== b.effect || a.multiplier !== b.multiplier) return false;
  if (a.order_id !== '' || b.order_id !== '') return a.order_id === b.order_id;
  return a.time.us === b.time.us && !a.time.day_only;
}

function together(a: Fill, b: Fill): Fill {
  const qty = new Decimal(a.qty).plus(b.qty);
  const value = new Decimal(a.price).times(a.qty).plus(new Decimal(b.price).times(b.qty));
  const stated = Number.isNaN(a.pnl) ? b.pnl : Number.isNaN(b.pnl) ? a.pnl : new Decimal(a.pnl).plus(b.pnl).toNumber();
  return {
    ...b,
    // The entry is when the order began to be filled.
    time: a.time,
    qty: qty.toNumber(),
    price: a.price === b.price ? a.price : value.div(qty).toNumber(),
    fee: new Decimal(a.fee).plus(b.fee).toNumber(),
    pnl: stated,
  };
}
