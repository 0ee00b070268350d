import { columnsNamed, type Format, hasAll, locateHeader, placeRoles, rawList } from './format.ts';

/**
 * `stats._trades.to_csv()` of backtesting.py: negative sizes are short. `PnL` came to include the commission in version 0.6, so where there is a
 * `Commission` column the prices tell. Source: backtesting/_stats.py, backtesting/backtesting.py (class Trade).
 */
export const backtestingPy: Format = {
  name: 'backtesting.py',
  title: 'backtesting.py trades (stats._trades)',
  locate: locateHeader((names) => hasAll(names, ['size', 'entrybar', 'exitbar', 'entryprice', 'exitprice', 'pnl'])),
  readTable: (table) => {
    const columns = placeRoles(table.header, {
      qty: ['size'],
      entry_time: ['entrytime'],
      exit_time: ['exittime'],
      entry_price: ['entryprice'],
      exit_price: ['exitprice'],
      pnl: ['pnl'],
      pnl_ratio: ['returnpct'],
    });
    return rawList(backtestingPy, table, {
      shape: 'trades',
      columns,
      fees: columnsNamed(table.header, ['commission']),
      conventions: { decimal: '.', dates: 'ymd', signed_qty: true, fees: 'cost', point_value: 1 },
      notes: ["backtesting.py's own Profit Factor counts returns, not money, so it may differ from the one below"],
    });
  },
};
