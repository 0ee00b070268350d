import { type Cells, placeOf } from './cells.ts';
import { instant } from '../text/date-text.ts';
import { isMissing } from '../text/number-text.ts';
import type { Side } from '../text/side.ts';
import { isNewestFirst, type SourceTrade, type SourceTrades } from './source-trade.ts';
import { feesOf } from './fees.ts';
import type { Row } from '../tables/table.ts';
import { counted } from '../../wording/format-number.ts';

interface Legs {
  entry: Row | undefined;
  exit: Row | undefined;
}

/** Joins the entry row and the exit row of each trade (the same id within a file). A trade without exit is open. */
export function pairRows(cells: Cells): SourceTrades {
  const by_id = new Map<string, Legs>();
  for (const row of cells.raw.rows) {
    const id = cells.text(row, 'id');
    const action = cells.text(row, 'action').toLowerCase();
    const is_entry = /\bentry\b/.test(action);
    if (!is_entry && !/\bexit\b/.test(action)) {
      cells.bad(row, 'action', 'is neither an entry nor an exit');
      continue;
    }
    const key = `${row.file}\n${id}`;
    const legs = by_id.get(key) ?? { entry: undefined, exit: undefined };
    const leg = is_entry ? 'entry' : 'exit';
    if (legs[leg] !== undefined) cells.bad(row, 'id', `has a second ${leg} (the first is in line ${legs[leg].line})`);
    legs[leg] = row;
    by_id.set(key, legs);
  }
  const trades: SourceTrade[] = [];
  let open_trades = 0;
  for (const { entry, exit } of by_id.values()) {
    if (entry === undefined) {
      cells.bad(exit!, 'id', 'has an exit and no entry');
    } else if (exit === undefined || isOpen(cells, exit)) open_trades++;
    else {
      const trade = join(cells, entry, exit);
      if (trade !== undefined) trades.push(trade);
    }
  }
  const newest_first = isNewestFirst(trades.map((trade) => instant(trade.exit_time)));
  return {
    trades,
    open_trades,
    made: `${trades.length * 2} rows paired to ${counted(trades.length, 'trade')}${newest_first ? ' (newest first)' : ''}`,
    notes: [],
    left_out: new Map(),
  };
}

/** TradingView writes an open trade with an exit `Open`, at the last price. */
function isOpen(cells: Cells, exit: Row): boolean {
  return (
    /^open$/i.test(cells.text(exit, 'status')) ||
    isMissing(cells.text(exit, 'price')) ||
    isMissing(cells.text(exit, 'time'))
  );
}

function join(cells: Cells, entry: Row, exit: Row): SourceTrade | undefined {
  const entry_time = cells.moment(entry, 'time', 'clock');
  const exit_time = cells.moment(exit, 'time', 'clock');
  const entry_price = cells.needed(entry, 'price');
  const exit_price = cells.needed(exit, 'price');
  const qty = cells.has('qty') ? cells.needed(exit, 'qty') : NaN;
  const side = sideOf(cells.text(entry, 'action'));
  if (side === undefined) cells.bad(entry, 'action', 'is neither long nor short');
  if (qty <= 0) cells.bad(exit, 'qty', 'is not above 0');
  const role = cells.has('pnl') ? 'pnl' : 'pnl_percent';
  const pnl = cells.has(role) ? cells.needed(isMissing(cells.text(exit, role)) ? entry : exit, role) : NaN;
  if (entry_time === undefined || exit_time === undefined) {
    const missing = entry_time === undefined ? entry : exit;
    if (isMissing(cells.text(missing, 'time'))) cells.bad(missing, 'time', 'is missing');
    return undefined;
  }
  if (instant(exit_time) < instant(entry_time)) {
    cells.bad(exit, 'time', `is before the entry in line ${placeOf(entry).line}`);
  }
  return {
    row: exit,
    entry_time,
    exit_time,
    entry_price,
    exit_price,
    qty: Math.abs(qty),
    side,
    symbol: '',
    pnl,
    fees: feesOf(cells, entry) + feesOf(cells, exit),
    equity: NaN,
    risk_dollars: NaN,
    stop: NaN,
  };
}

function sideOf(action: string): Side | undefined {
  if (/\blong\b/i.test(action)) return 1;
  return /\bshort\b/i.test(action) ? -1 : undefined;
}
