import { type Format, hasAll, locateHeader, placeRoles, rawList } from './format.ts';

/**
 * `portfolio.trades.records_readable` of vectorbt (and VectorBT PRO), as CSV: P&L is net of entry and exit fees; open trades are in the list with status
 * Open. Source: vectorbt/portfolio/trades.py.
 */
export const vectorbt: Format = {
  name: 'vectorbt',
  title: 'vectorbt trades (records_readable)',
  locate: locateHeader((names) =>
    hasAll(names, ['size', 'avg entry price', 'avg exit price', 'pnl', 'direction', 'status']),
  ),
  readTable: (table) => {
    const columns = placeRoles(table.header, {
      symbol: ['column'],
      qty: ['size'],
      entry_time: ['entry timestamp', 'entry date', 'entry index'],
      exit_time: ['exit timestamp', 'exit date', 'exit index'],
      entry_price: ['avg entry price'],
      exit_price: ['avg exit price'],
      pnl: ['pnl'],
      pnl_ratio: ['return'],
      side: ['direction'],
      status: ['status'],
    });
    return rawList(vectorbt, table, {
      shape: 'trades',
      columns,
      conventions: { decimal: '.', dates: 'ymd', pnl: 'net', point_value: 1 },
    });
  },
};
