import { columnsNamed, type Format, hasAll, placeRoles, rawList } from './format.ts';
import { readNumber } from '../text/number-text.ts';
import { LeftOut, type RawList } from './raw-list.ts';
import { accountCurrency, initialDeposit, reportedByMetaTrader } from './report-labels.ts';
import { normalName, type Row, type Table } from '../tables/table.ts';

const POSITIONS = [
  'Time',
  'Position',
  'Symbol',
  'Type',
  'Volume',
  'Price',
  'S / L',
  'T / P',
  'Time',
  'Price',
  'Commission',
  'Swap',
  'Profit',
];
const DEALS = [
  'Time',
  'Deal',
  'Symbol',
  'Type',
  'Direction',
  'Volume',
  'Price',
  'Order',
  'Commission',
  'Fee',
  'Swap',
  'Profit',
  'Balance',
  'Comment',
];
const TIME = /^\d{4}\.\d{2}\.\d{2} \d{2}:\d{2}(?::\d{2})?$/;
const SIDE = /^(?:buy|sell)$/i;
const DIRECTION = /^(?:in|out|in\/out|out by)$/i;

/**
 * MetaTrader 5, history report (its "Positions": a row a trade). The program translates headers but not `buy` and `sell`, so rows are told by
 * their shape where the names are not English. Profit is before commission and swap, which are added as they are signed.
 */
export const metatrader5: Format = {
  name: 'metatrader5',
  title: 'MetaTrader 5 positions',
  locate: (rows) => headerOf(rows, isPositionsHeader, isPosition),
  readTable: (table) => {
    const named = isPositionsHeader(table.header.map(normalName)) ? table : { ...table, header: POSITIONS };
    const rows = table.rows.filter(isPosition).map((row) => lined(row, named.header.length));
    return rawList(metatrader5, named, {
      shape: 'trades',
      columns: placeRoles(named.header, {
        entry_time: ['time', 'open time'],
        id: ['position', 'ticket'],
        symbol: ['symbol'],
        side: ['type'],
        qty: ['volume'],
        entry_price: ['price', 'open price'],
        exit_time: ['time', 'close time'],
        exit_price: ['price', 'close price'],
        pnl: ['profit'],
      }),
      rows,
      fees: columnsNamed(named.header, ['commission', 'swap', 'fee']),
      conventions: { decimal: '.', dates: 'ymd', pnl: 'gross', fees: 'signed' },
      left_out: openPositions(table.rows),
      ...aboutAccount(table),
    });
  },
};

/** The deals of MetaTrader 5 (all that a report of its strategy tester has): executions with direction in, out or in/out. */
export const metatrader5Deals: Format = {
  name: 'metatrader5-deals',
  title: 'MetaTrader 5 deals',
  locate: (rows) => headerOf(rows, isDealsHeader, isDeal),
  readTable: (table) => {
    const named = isDealsHeader(table.header.map(normalName)) ? table : { ...table, header: shapedDeals(table) };
    const type = named.header.findIndex((name) => normalName(name) === 'type');
    const left_out = new LeftOut();
    left_out.add(
      'balance and credit rows',
      table.rows.filter(({ cells }) => /^(?:balance|credit)$/i.test(cells[type] ?? '')).length,
    );
    return rawList(metatrader5Deals, named, {
      shape: 'fills',
      columns: placeRoles(named.header, {
        time: ['time'],
        id: ['deal'],
        symbol: ['symbol'],
        action: ['type'],
        open_close: ['direction'],
        qty: ['volume'],
        price: ['price'],
        order_id: ['order'],
        pnl: ['profit'],
      }),
      rows: table.rows.filter(isDeal).map((row) => lined(row, named.header.length)),
      fees: columnsNamed(named.header, ['commission', 'fee', 'swap']),
      conventions: { decimal: '.', dates: 'ymd', fees: 'signed', fill_pnl: 'before entry fees' },
      left_out,
      ...aboutAccount(table),
    });
  },
};

function isPositionsHeader(names: readonly string[]): boolean {
  return (
    hasAll(names, ['position', 'symbol', 'type', 'volume', 'profit', 'swap']) &&
    names.filter((name) => name === 'time').length === 2
  );
}

function isDealsHeader(names: readonly string[]): boolean {
  return hasAll(names, ['deal', 'symbol', 'type', 'direction', 'volume', 'price', 'profit']);
}

function isPosition({ cells }: Row): boolean {
  return TIME.test(cells[0] ?? '') && SIDE.test(cells[3] ?? '') && TIME.test(cells[8] ?? '') && cells.length >= 12;
}

function isDeal({ cells }: Row): boolean {
  return TIME.test(cells[0] ?? '') && SIDE.test(cells[3] ?? '') && DIRECTION.test(cells[4] ?? '') && cells.length >= 11;
}

/** The row of names, or, where they are translated, the row above the first that has the shape. */
function headerOf(
  rows: readonly Row[],
  is_header: (names: readonly string[]) => boolean,
  has_shape: (row: Row) => boolean,
): number {
  const first = rows.findIndex(has_shape);
  if (first < 1) return -1;
  for (let at = first - 1; at >= Math.max(0, first - 3); at--)
    if (is_header(rows[at]!.cells.map(normalName))) return at;
  return first - 1;
}

/** Deals have a column of costs more in some versions: with a translated header their number tells. */
function shapedDeals(table: Table): string[] {
  const width = table.rows.find(isDeal)?.cells.length ?? DEALS.length;
  return width >= DEALS.length ? DEALS : DEALS.filter((name) => name !== 'Fee');
}

/** Cells past the header are left out, so that all rows are of one width. */
function lined(row: Row, width: number): Row {
  const cells = row.cells.slice(0, width);
  while (cells.length < width) cells.push('');
  return { ...row, cells };
}

/** Positions that are still open are in a table of their own, without a second time and with a plain volume (orders say `0.5 / 0.5`). */
function openPositions(rows: readonly Row[]): LeftOut {
  const left_out = new LeftOut();
  const is_open = ({ cells }: Row): boolean =>
    TIME.test(cells[0] ?? '') &&
    SIDE.test(cells[3] ?? '') &&
    !TIME.test(cells[8] ?? '') &&
    [cells[4], cells[5]].every((cell) => !Number.isNaN(readNumber(cell ?? '', '.')));
  left_out.add('open trades', rows.filter(is_open).length);
  return left_out;
}

function aboutAccount(
  table: Table,
): Pick<RawList, 'reported'> & { currency: string | undefined; initial_equity: number | undefined } {
  // Rows that begin with a time are trades, orders and deals: none of them is a label, and there may be a million.
  const all = [...table.above, ...table.rows.filter(({ cells }) => !TIME.test(cells[0] ?? ''))];
  return {
    reported: reportedByMetaTrader(all),
    currency: accountCurrency(table.above),
    initial_equity: initialDeposit(all),
  };
}
