import { moveOf, multipleOf } from './multiple.ts';
import type { Conventions, Shape } from '../formats/raw-list.ts';
import type { SourceTrade } from '../matching/source-trade.ts';

/** What a point of price is worth, and what became of the sizes. */
export interface PointValue {
  /** Money per point and unit of the written size; undefined where the list does not show it. */
  readonly value: number | undefined;
  /** The sizes as they are written. NaN where the list has none and none can be told. */
  readonly qty: readonly number[];
  readonly note: string | undefined;
}

const MOST = 0.9;
const NICE = [1, 2, 5, 10, 12.5, 20, 25, 50, 100, 125, 250, 500, 1000, 5000, 10_000, 100_000, 0.1, 0.5, 0.01, 0.001];

/**
 * Compares the P&L before costs with the price moves. One multiple for all: that is the point value. Several, by symbol or (a P&L converted from another
 * currency) by trade: the sizes are written in money per point, so that one point value, 1, is right for all of them.
 */
export function findPointValue(
  trades: readonly SourceTrade[],
  gross: readonly number[],
  { pnl, point_value }: Conventions,
  shape: Shape,
): PointValue {
  const qty = trades.map((trade) => trade.qty);
  if (trades.every((trade) => Number.isNaN(trade.qty))) {
    return {
      value: undefined,
      qty,
      note: 'the list has no sizes: 1 is written, so percent slippage and delays do not fit its P&L',
    };
  }
  const { fitting, by_symbol } = multipleOf(trades, gross);
  const values = new Set(by_symbol.values());
  if (fitting >= MOST && [...values].every((value) => value > 0)) {
    if (values.size === 1) return { value: [...values][0]!, qty, note: undefined };
    return {
      value: 1,
      qty: trades.map((trade) => Number((trade.qty * (by_symbol.get(trade.symbol) ?? 1)).toPrecision(15))),
      note: `a point is worth ${listed(by_symbol)}: sizes are written in money per point`,
    };
  }
  if (pnl === 'gross' || shape === 'fills') return byTrade(trades, gross, by_symbol);
  const about = point_value ?? nearly(trades, gross);
  if (about !== undefined) return { value: about, qty, note: undefined };
  return {
    value: undefined,
    qty,
    note: 'the P&L is not a fixed multiple of price move x size, so percent slippage and delays (which need sizes and prices) may not fit it',
  };
}

function listed(by_symbol: ReadonlyMap<string, number>): string {
  const all = [...by_symbol].map(([symbol, value]) => `${value} (${symbol === '' ? 'no symbol' : symbol})`);
  return all.length > 6 ? `${all.slice(0, 6).join(', ')} and ${all.length - 6} others` : all.join(', ');
}

/** Each trade has its own multiple: its P&L was converted at the rate of its day. Trades that did not move take the symbol's. */
function byTrade(
  trades: readonly SourceTrade[],
  gross: readonly number[],
  by_symbol: ReadonlyMap<string, number>,
): PointValue {
  const qty = trades.map((trade, i) => {
    const move = moveOf(trade);
    const own = Math.abs(move) < 1e-12 ? NaN : gross[i]! / move;
    const usual = by_symbol.get(trade.symbol) ?? 1;
    // Rounding to cents blurs the ratio of a small move; a rate does not move by a third.
    return Number((trade.qty * (own > usual * 0.67 && own < usual * 1.5 ? own : usual)).toPrecision(10));
  });
  if (!qty.every((value) => value > 0)) {
    return { value: undefined, qty: trades.map((trade) => trade.qty), note: 'the P&L does not follow the price moves' };
  }
  return { value: 1, qty, note: 'the P&L was converted from other currencies: sizes are written in money per point' };
}

/** A P&L from which costs were taken that no column states: below a round multiple of the move, and near to it for the large moves. */
function nearly(trades: readonly SourceTrade[], gross: readonly number[]): number | undefined {
  const moves = trades.map(moveOf);
  const large = moves
    .map((move, i) => ({ size: Math.abs(move), ratio: gross[i]! / move }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size)
    .slice(0, Math.max(1, Math.ceil(moves.length / 4)))
    .map(({ ratio }) => ratio)
    .sort((a, b) => a - b);
  const middle = large[large.length >> 1];
  if (middle === undefined) return undefined;
  const value = NICE.find((nice) => Math.abs(middle - nice) <= nice * 0.05);
  if (value === undefined) return undefined;
  const below = moves.filter((move, i) => gross[i]! <= value * move + 0.011).length;
  return below >= moves.length * MOST ? value : undefined;
}
