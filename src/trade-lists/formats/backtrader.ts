import { EngineError } from '../../errors.ts';
import { columnsNamed, type Format, hasAll, isObject, locateHeader, placeRoles, rawList } from './format.ts';

/**
 * backtrader: the trade-list analyzer that its community passes on (`ref, ticker, dir, datein, pricein, dateout, priceout, ..., pnl, size`), and the
 * Transactions analyzer (`date, amount, price, sid, symbol, value`), whose amounts are negative for sales. Trade P&L of the analyzer is net
 * (`trade.pnlcomm`); transactions hold no commission. Source: backtrader/analyzers/transactions.py, pyfolio.py, tradeanalyzer.py.
 */
export const backtrader: Format = {
  name: 'backtrader',
  title: 'backtrader trade list',
  locate: locateHeader((names) => hasAll(names, ['datein', 'pricein', 'dateout', 'priceout'])),
  recognises: (value) =>
    isObject(value) &&
    isObject(value['total']) &&
    isObject(value['streak']) &&
    isObject(value['pnl']) &&
    isObject(value['won']),
  readJson: (_value, file) => {
    throw new EngineError(
      'DATA',
      `${file} is what backtrader's TradeAnalyzer prints: totals, no trades. Export the trades themselves: the Transactions analyzer as CSV, or a trade list with datein, pricein, dateout, priceout, pnl, size.`,
      { path: file },
    );
  },
  readTable: (table) =>
    rawList(backtrader, table, {
      shape: 'trades',
      columns: placeRoles(table.header, {
        id: ['ref'],
        symbol: ['ticker', 'symbol', 'data'],
        side: ['dir', 'direction'],
        entry_time: ['datein'],
        exit_time: ['dateout'],
        entry_price: ['pricein'],
        exit_price: ['priceout'],
        pnl: ['pnlcomm', 'pnl'],
        pnl_percent: ['pnl%'],
        cumulative_pnl: ['cumpnl'],
        qty: ['size'],
      }),
      fees: columnsNamed(table.header, ['commission']),
      conventions: { decimal: '.', dates: 'ymd', fees: 'cost' },
    }),
};

export const backtraderTransactions: Format = {
  name: 'backtrader-transactions',
  title: 'backtrader transactions',
  locate: locateHeader((names) => hasAll(names, ['amount', 'price', 'sid', 'symbol', 'value'])),
  readTable: (table) => {
    const columns = placeRoles(table.header, {
      time: ['date', 'index', ''],
      qty: ['amount'],
      price: ['price'],
      symbol: ['symbol'],
    });
    return rawList(backtraderTransactions, table, {
      shape: 'fills',
      columns,
      conventions: { decimal: '.', dates: 'ymd', signed_qty: true },
      notes: ['backtrader transactions hold no commissions: the P&L is before them'],
    });
  },
};
