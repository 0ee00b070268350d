import { columnsNamed, type Format, locateHeader, placeRoles, rawList } from './format.ts';
import { LeftOut } from './raw-list.ts';
import { compactName } from '../tables/table.ts';

function compacted(names: readonly string[]): string[] {
  return names.map(compactName);
}

/**
 * Tradovate's Performance report (and Position History): each row pairs a buying with a selling fill; which was first is the side. P&L is before
 * commissions, which this report does not hold. Times MM/DD/YYYY in the zone of the account.
 */
export const tradovatePerformance: Format = {
  name: 'tradovate',
  title: 'Tradovate performance report',
  locate: locateHeader((names) => {
    const found = compacted(names);
    return ['boughttimestamp', 'soldtimestamp', 'buyprice', 'sellprice'].every((name) => found.includes(name));
  }),
  readTable: (table) => {
    const header = compacted(table.header);
    const columns = placeRoles(header, {
      symbol: ['contract', 'symbol'],
      account: ['account'],
      qty: ['pairedqty', 'qty', 'quantity'],
      entry_price: ['buyprice'],
      exit_price: ['sellprice'],
      entry_time: ['boughttimestamp'],
      exit_time: ['soldtimestamp'],
      pnl: ['pnl', 'pl'],
      currency: ['currency'],
      id: ['buyfillid'],
      order_id: ['sellfillid'],
    });
    return rawList(tradovatePerformance, table, {
      shape: 'trades',
      columns,
      conventions: { decimal: '.', dates: 'mdy', bought_and_sold: true },
      notes: [
        "Tradovate's performance report is before commissions: import the Fills report (with --point-value) to have them deducted",
      ],
    });
  },
};

/** Tradovate's Fills report: executions with commission; and its Orders report, whose filled orders are executions without one. */
export const tradovateFills: Format = {
  name: 'tradovate-fills',
  title: 'Tradovate fills or orders',
  locate: locateHeader((names) => {
    const found = compacted(names);
    return (
      names.includes('b/s') &&
      found.includes('contract') &&
      found.includes('product') &&
      ((found.includes('fillid') && found.includes('timestamp') && found.includes('price')) ||
        found.includes('filltime'))
    );
  }),
  readTable: (table) => {
    const header = compacted(table.header);
    const orders = header.includes('filltime') && header.includes('filledqty');
    const columns = placeRoles(header, {
      id: [orders ? 'orderid' : 'fillid'],
      order_id: ['orderid'],
      time: [orders ? 'filltime' : 'timestamp'],
      account: ['account'],
      action: ['bs'],
      qty: [orders ? 'filledqty' : 'quantity'],
      price: orders ? ['avgfillprice', 'avgprice'] : ['price'],
      symbol: ['contract'],
      currency: ['currency'],
    });
    const left_out = new LeftOut();
    const time = columns.get('time')!;
    const rows = orders ? table.rows.filter((row) => (row.cells[time] ?? '') !== '') : table.rows;
    left_out.add('orders that were not filled', table.rows.length - rows.length);
    return rawList(tradovateFills, table, {
      shape: 'fills',
      columns,
      rows,
      fees: columnsNamed(header, ['commission']),
      conventions: { decimal: '.', dates: 'mdy', fees: 'cost' },
      left_out,
      notes: orders ? ["Tradovate's orders report holds no commissions: the P&L is before them"] : [],
    });
  },
};
