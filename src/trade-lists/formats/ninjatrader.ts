import { columnsNamed, type Format, hasAll, locateHeader, placeRoles, rawList } from './format.ts';

/**
 * NinjaTrader 8, Trade Performance or Strategy Analyzer, the grid of trades exported as CSV: one row a trade, money with a currency sign and losses
 * in parentheses, dates and separators as Windows has them set. Whether `Profit` is net of the commission depends on how the
 * report was set up, so `Cum. net profit` and the prices tell.
 */
export const ninjatrader: Format = {
  name: 'ninjatrader',
  title: 'NinjaTrader trade performance',
  locate: locateHeader(
    (names) =>
      hasAll(names, ['entry price', 'exit price', 'entry time', 'exit time', 'profit']) &&
      (names.includes('market pos.') || names.includes('market pos')),
  ),
  readTable: (table) =>
    rawList(ninjatrader, table, {
      shape: 'trades',
      columns: placeRoles(table.header, {
        id: ['trade number', 'trade-#', 'trade #'],
        symbol: ['instrument'],
        account: ['account'],
        side: ['market pos.', 'market pos'],
        qty: ['qty', 'quantity'],
        entry_price: ['entry price'],
        exit_price: ['exit price'],
        entry_time: ['entry time'],
        exit_time: ['exit time'],
        pnl: ['profit'],
        cumulative_pnl: ['cum. net profit', 'cum. profit'],
      }),
      fees: columnsNamed(table.header, [/^commission$/, /^(?:clearing|exchange|ip|nfa|broker) fee$/]),
      conventions: { fees: 'cost' },
    }),
};
