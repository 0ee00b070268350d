import type { Cells } from './cells.ts';
import { instant, type Moment } from '../text/date-text.ts';
import { feesOf } from './fees.ts';
import { isMissing } from '../text/number-text.ts';
import type { Side } from '../text/side.ts';
import type { SourceTrade, SourceTrades } from './source-trade.ts';
import { compactName, type Row } from '../tables/table.ts';

/** Reads a list whose rows are trades. What cannot be read goes to the problems of `cells`. */
export function readTrades(cells: Cells): SourceTrades {
  const trades: SourceTrade[] = [];
  const left_out = new Map<string, number>();
  let open_trades = 0;
  let undirected = 0;
  const bought_and_sold = cells.raw.conventions.bought_and_sold === true;
  for (const row of cells.raw.rows) {
    const entry_text = cells.text(row, 'entry_time');
    if (isMissing(entry_text) && isMissing(cells.text(row, 'exit_time'))) {
      left_out.set('rows without times', (left_out.get('rows without times') ?? 0) + 1);
      continue;
    }
    if (isOpen(cells, row)) {
      open_trades++;
      continue;
    }
    const trade = bought_and_sold ? boughtAndSold(cells, row) : tradeOf(cells, row);
    if (trade === undefined) continue;
    if (trade.side === undefined && bought_and_sold) undirected++;
    trades.push(trade);
  }
  return {
    trades,
    open_trades,
    made: 'a row is a trade',
    notes:
      undirected === 0
        ? []
        : [`trades bought and sold at the same second, with nothing that says which came first: ${undirected}`],
    left_out,
  };
}

/** Not closed yet: a column says so, or there is no exit. */
function isOpen(cells: Cells, row: Row): boolean {
  const at = cells.raw.columns.get('status');
  const status = cells.text(row, 'status').toLowerCase();
  const asks = at !== undefined && compactName(cells.raw.header[at]!) === 'isopen';
  if (asks ? /^(?:true|1|yes)$/.test(status) : /^(?:open|opened|running|active)$/.test(status)) return true;
  return isMissing(cells.text(row, 'exit_time')) || isMissing(cells.text(row, 'exit_price'));
}

/** One literal for all trades: a hundred thousand of them are of one shape. Undefined where a time cannot be read (a problem by then). */
function tradeOf(cells: Cells, row: Row): SourceTrade | undefined {
  const entry_time = cells.moment(row, 'entry_time', 'entry_clock');
  const exit_time = cells.moment(row, 'exit_time', 'exit_clock');
  if (isMissing(cells.text(row, 'entry_time'))) cells.bad(row, 'entry_time', 'is missing');
  const entry_price = cells.needed(row, 'entry_price');
  const exit_price = cells.needed(row, 'exit_price');
  const pnl = pnlOf(cells, row);
  const signed = cells.has('qty') ? cells.needed(row, 'qty') : NaN;
  const side = cells.side(row, 'side') ?? sideOfSize(cells, signed);
  const fees = feesOf(cells, row);
  if (entry_time === undefined || exit_time === undefined) return undefined;
  const in_order = cells.raw.conventions.bought_and_sold === true || instant(exit_time) >= instant(entry_time);
  if (!in_order) cells.bad(row, 'exit_time', 'is before the entry of the trade');
  if (signed === 0) cells.bad(row, 'qty', 'is zero');
  if (signed < 0 && side === 1) cells.bad(row, 'qty', 'is negative, and the side is long');
  return {
    row,
    entry_time,
    exit_time,
    entry_price,
    exit_price,
    qty: Math.abs(signed),
    side,
    symbol: cells.text(row, 'symbol'),
    pnl,
    fees,
    equity: cells.number(row, 'equity'),
    risk_dollars: cells.number(row, 'risk_dollars'),
    stop: cells.number(row, 'stop'),
  };
}

/** The columns are those of buying and selling: what came first is the entry. Without side where nothing tells. */
function boughtAndSold(cells: Cells, row: Row): SourceTrade | undefined {
  const trade = tradeOf(cells, row);
  if (trade === undefined) return undefined;
  const sold_first = soldFirst(cells, row, trade.entry_time, trade.exit_time);
  if (sold_first === undefined) return trade;
  if (!sold_first) return { ...trade, side: 1 };
  const { entry_time, exit_time, entry_price, exit_price } = trade;
  return {
    ...trade,
    side: -1,
    entry_time: exit_time,
    exit_time: entry_time,
    entry_price: exit_price,
    exit_price: entry_price,
  };
}

/** The stated P&L: money, or where the list has none the percentage (`units.ts` turns it into money). */
function pnlOf(cells: Cells, row: Row): number {
  if (cells.has('pnl')) return cells.needed(row, 'pnl');
  if (cells.has('pnl_percent')) return cells.needed(row, 'pnl_percent');
  return cells.has('pnl_ratio') ? cells.needed(row, 'pnl_ratio') : NaN;
}

function sideOfSize(cells: Cells, signed: number): Side | undefined {
  if (cells.raw.conventions.signed_qty !== true || Number.isNaN(signed)) return undefined;
  return signed < 0 ? -1 : 1;
}

/** Which came first; by the fills' numbers where the times are equal. Undefined where nothing tells. */
function soldFirst(cells: Cells, row: Row, bought: Moment, sold: Moment): boolean | undefined {
  if (instant(bought) !== instant(sold)) return instant(sold) < instant(bought);
  const [buy, sell] = [cells.text(row, 'id'), cells.text(row, 'order_id')];
  if (!/^\d+$/.test(buy) || !/^\d+$/.test(sell) || buy === sell) return undefined;
  return BigInt(sell) < BigInt(buy);
}
