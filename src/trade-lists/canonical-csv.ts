import type { Moment } from './text/date-text.ts';
import { momentText } from './text/date-text.ts';
import type { Side } from './text/side.ts';

/** A trade of the canonical list: the form in which the model `trades` takes it (specification of the model, "Inputs"). */
export interface CanonicalTrade {
  readonly entry_time: Moment;
  readonly exit_time: Moment;
  readonly entry_price: number;
  readonly exit_price: number;
  /** Net of costs. */
  readonly pnl: number;
  readonly qty: number;
  readonly side: Side;
  /** NaN where unknown. */
  readonly risk_dollars: number;
  /** The account before the trade; NaN where unknown. */
  readonly equity: number;
}

/** The canonical CSV; `risk_dollars` and `equity` are there where some trade has one. LF, numbers as JavaScript prints them. */
export function canonicalCsv(trades: readonly CanonicalTrade[]): string {
  const with_risk = trades.some(({ risk_dollars }) => !Number.isNaN(risk_dollars));
  const with_equity = trades.some(({ equity }) => !Number.isNaN(equity));
  const optional = (value: number): string => (Number.isNaN(value) ? '' : String(value));
  const names = ['entry_time,exit_time,entry_price,exit_price,pnl,qty,side'];
  if (with_risk) names.push('risk_dollars');
  if (with_equity) names.push('equity');
  const lines = [names.join()];
  for (const trade of trades) {
    const { entry_time, exit_time, entry_price, exit_price, pnl, qty, side } = trade;
    let line = `${momentText(entry_time)},${momentText(exit_time)},${entry_price},${exit_price},${pnl},${qty},${side === 1 ? 'long' : 'short'}`;
    if (with_risk) line += `,${optional(trade.risk_dollars)}`;
    if (with_equity) line += `,${optional(trade.equity)}`;
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}
