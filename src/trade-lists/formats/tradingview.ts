import { readNumber } from '../text/number-text.ts';
import { type Format, locateHeader, placeRoles, rawList, reportedOf } from './format.ts';
import { labelled } from './report-labels.ts';
import { normalName } from '../tables/table.ts';

const PRICE = /^price(?: [a-z]{3,5})?$/;
const PNL = /^(?:net )?(?:profit|p&l|pnl)(?: [a-z]{3,5})?$/;
const CUMULATIVE = /^cum(?:ulative|\.)? (?:net )?(?:profit|p&l|pnl)(?: [a-z]{3,5})?$/;

/**
 * The strategy tester's "List of trades" (CSV, or that sheet of the xlsx): an exit row and an entry row for each trade, newest first. P&L is net of the
 * strategy's commission. Both layouts: until 2024 `Date/Time, Contracts, Profit`, since then `Date and time, Position size (qty), Net P&L`.
 */
export const tradingview: Format = {
  name: 'tradingview',
  title: 'TradingView list of trades',
  locate: locateHeader(
    (names) =>
      (names.includes('trade #') || names.includes('trade number')) &&
      names.includes('type') &&
      (names.includes('date/time') || names.includes('date and time')) &&
      names.some((name) => PRICE.test(name)),
  ),
  readTable: (table) => {
    const columns = placeRoles(table.header, {
      id: ['trade #', 'trade number'],
      action: ['type'],
      time: ['date/time', 'date and time'],
      price: [PRICE],
      qty: ['position size (qty)', 'size (qty)', 'contracts', 'quantity', 'qty', 'shares'],
      pnl: [PNL],
      pnl_percent: [/^(?:net )?(?:profit|p&l|pnl) %$/],
      cumulative_pnl: [CUMULATIVE],
      status: ['signal'],
    });
    const pnl = columns.get('pnl');
    const currency = pnl === undefined ? undefined : /\b([A-Z]{3,5})$/.exec(table.header[pnl]!)?.[1];
    // The xlsx has other sheets: Performance, Properties.
    const numberBeside = (label: RegExp): number | undefined => {
      const value = readNumber(labelled(table.above, label) ?? '', '.');
      return Number.isNaN(value) ? undefined : value;
    };
    const has_value = table.header.some((name) => /commission|fee/.test(normalName(name)));
    return rawList(tradingview, table, {
      shape: 'pairs',
      columns,
      conventions: { decimal: '.', dates: 'ymd', pnl: 'net' },
      currency,
      reported: reportedOf({
        pnl: numberBeside(/^net (?:profit|p&l)$/i),
        profit_factor: numberBeside(/^profit factor$/i),
      }),
      initial_equity: numberBeside(/^initial capital$/i),
      notes: has_value ? ['its column of commissions is not deducted: TradingView has already done so'] : [],
    });
  },
};
