import { columnsNamed, type Format, hasAll, locateHeader, placeRoles, rawList } from './format.ts';
import { readNumber } from '../text/number-text.ts';

/**
 * A session of FX Replay as CSV: `rPnL` is the realized P&L in the account's currency, `amount` units, `initialSL` the stop the trade began with
 * (so its risk is known), `initialBalance` the session's account.
 */
export const fxreplay: Format = {
  name: 'fxreplay',
  title: 'FX Replay session',
  locate: locateHeader((names) =>
    hasAll(names, ['datestart', 'dateend', 'rpnl', 'entryprice', 'avgcloseprice', 'side']),
  ),
  readTable: (table) => {
    const columns = placeRoles(table.header, {
      id: ['id'],
      symbol: ['pair', 'symbol'],
      side: ['side'],
      entry_time: ['datestart'],
      exit_time: ['dateend'],
      entry_price: ['entryprice'],
      exit_price: ['avgcloseprice'],
      pnl: ['rpnl'],
      qty: ['amount'],
      stop: ['initialsl'],
      status: ['status'],
    });
    const balance = columnsNamed(table.header, ['initialbalance'])[0];
    const first = balance === undefined ? NaN : readNumber(table.rows[0]?.cells[balance] ?? '', '.');
    return rawList(fxreplay, table, {
      shape: 'trades',
      columns,
      fees: columnsNamed(table.header, ['commission', 'commissions', 'swap']),
      conventions: { decimal: '.', dates: 'ymd' },
      initial_equity: first > 0 ? first : undefined,
    });
  },
};
