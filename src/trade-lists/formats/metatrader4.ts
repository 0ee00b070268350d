import { columnsNamed, type Format, hasAll, locateHeader, placeRoles, rawList } from './format.ts';
import { isMissing } from '../text/number-text.ts';
import { LeftOut, type RawList } from './raw-list.ts';
import { accountCurrency, initialDeposit, reportedByMetaTrader } from './report-labels.ts';
import { normalName, type Row, type Table } from '../tables/table.ts';

const STATEMENT_NAMES = ['ticket', 'open time', 'type', 'close time', 'profit'];

/**
 * MetaTrader 4: a statement or detailed report (HTML: "Closed Transactions"), or the same table as CSV. Times YYYY.MM.DD HH:MM of the server; `Profit` is
 * before commission, taxes and swap, which are added as they are signed.
 */
export const metatrader4: Format = {
  name: 'metatrader4',
  title: 'MetaTrader 4 statement',
  locate: locateHeader((names) => hasAll(names.map(statementName), STATEMENT_NAMES)),
  readTable: (table) => statement(table),
};

/** Scripts and versions differ in a few names. */
function statementName(name: string): string {
  const found = name.replace(/^(?:order|#)$/, 'ticket').replace(/^trade p\/l$/, 'profit');
  return found.replace(/^open ?(?:time|date)$/, 'open time').replace(/^close ?(?:time|date)$/, 'close time');
}

function statement(table: Table): RawList {
  const header = table.header.map((name) => statementName(normalName(name)));
  const columns = placeRoles(header, {
    id: ['ticket'],
    entry_time: ['open time'],
    side: ['type'],
    qty: ['size', 'lots', 'volume'],
    symbol: ['item', 'symbol'],
    entry_price: ['open price', 'price'],
    exit_time: ['close time'],
    exit_price: ['close price', 'price'],
    pnl: ['profit'],
  });
  const [type, id] = [columns.get('side')!, columns.get('id')!];
  const left_out = new LeftOut();
  const rows = table.rows.filter(({ cells }) => {
    const side = (cells[type] ?? '').toLowerCase();
    if (side === 'buy' || side === 'sell') return true;
    if (side === 'balance' || side === 'credit') left_out.add('balance and credit rows');
    else if (/^(?:buy|sell) (?:limit|stop)/.test(side)) left_out.add('pending orders');
    else if (isMissing(cells[id] ?? '') || !/^\d+$/.test(cells[id]!)) return false;
    else left_out.add('other rows');
    return false;
  });
  return rawList(metatrader4, table, {
    shape: 'trades',
    columns,
    rows,
    fees: columnsNamed(header, [/^commis/, 'taxes', 'swap', 'r/o swap']),
    conventions: { decimal: '.', dates: 'ymd', pnl: 'gross', fees: 'signed' },
    left_out,
    reported: reportedByMetaTrader([...table.above, ...table.rows]),
    currency: accountCurrency(table.above),
    initial_equity: initialDeposit([...table.above, ...table.rows]),
  });
}

const TEST_NAMES = ['time', 'type', 'order', 'size', 'price', 'profit', 'balance'];

/** The strategy tester's report of MetaTrader 4: a row opens an order and another one, of the same order, closes it. */
export const metatrader4Test: Format = {
  name: 'metatrader4-test',
  title: 'MetaTrader 4 strategy tester report',
  locate: locateHeader((names) => hasAll(names, TEST_NAMES) && names.includes('#')),
  readTable: (table) => {
    const columns = placeRoles(table.header, {
      time: ['time'],
      action: ['type'],
      id: ['order'],
      qty: ['size'],
      price: ['price'],
      pnl: ['profit'],
    });
    const action = columns.get('action')!;
    const left_out = new LeftOut();
    const rows = table.rows.flatMap((row): Row[] => {
      const type = (row.cells[action] ?? '').toLowerCase();
      if (type === 'buy' || type === 'sell')
        return [withAction(row, action, type === 'buy' ? 'entry long' : 'entry short')];
      if (/^(?:close|s\/l|t\/p|close at stop)$/.test(type)) return [withAction(row, action, 'exit')];
      if (/^(?:modify|delete|(?:buy|sell) (?:limit|stop))$/.test(type)) left_out.add('changes and pending orders');
      return [];
    });
    return rawList(metatrader4Test, table, {
      shape: 'pairs',
      columns,
      rows,
      conventions: { decimal: '.', dates: 'ymd', pnl: 'net' },
      left_out,
      reported: reportedByMetaTrader(table.above),
      initial_equity: initialDeposit(table.above),
    });
  },
};

function withAction(row: Row, at: number, action: string): Row {
  return { ...row, cells: row.cells.map((cell, i) => (i === at ? action : cell)) };
}
