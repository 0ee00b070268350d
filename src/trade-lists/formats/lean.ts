import {
  columnsNamed,
  type Format,
  hasAll,
  isObject,
  locateHeader,
  numberIn,
  objectsIn,
  placeRoles,
  rawList,
  reportedOf,
  tableOfObjects,
} from './format.ts';
import { LeftOut, type RawList } from './raw-list.ts';

type Json = Readonly<Record<string, unknown>>;

const TRADE_FIELDS = [
  'symbol',
  'entrytime',
  'entryprice',
  'direction',
  'quantity',
  'exittime',
  'exitprice',
  'profitloss',
  'totalfees',
];

/**
 * A backtest of QuantConnect's Lean: the result as JSON (its `totalPerformance.closedTrades`, or, where there are none, its `orders`), or the trades
 * as CSV. `ProfitLoss` is gross, `TotalFees` is taken off. Direction 0 is long, 1 short; times are UTC. Source: Common/Statistics/Trade.cs.
 */
export const lean: Format = {
  name: 'lean',
  title: 'QuantConnect Lean trades',
  locate: locateHeader(
    (names) =>
      hasAll(names, ['entry time', 'exit time', 'direction', 'entry price', 'exit price', 'quantity', 'p&l']) &&
      names.includes('fees'),
  ),
  recognises: (value) => closedTrades(value).length > 0 || ordersIn(value).length > 0,
  readTable: (table) =>
    rawList(lean, table, {
      shape: 'trades',
      columns: placeRoles(table.header, {
        symbol: ['symbol', 'symbols'],
        side: ['direction'],
        qty: ['quantity'],
        entry_time: ['entry time'],
        exit_time: ['exit time'],
        entry_price: ['entry price'],
        exit_price: ['exit price'],
        pnl: ['p&l'],
      }),
      fees: columnsNamed(table.header, ['fees']),
      conventions: { decimal: '.', dates: 'ymd', zone: 'UTC', pnl: 'gross', fees: 'cost' },
    }),
  readJson: (value, file) => {
    const trades = closedTrades(value);
    return trades.length > 0 ? tradeList(value, file, trades) : orderList(file, ordersIn(value));
  },
};

/** The orders of a Lean backtest as CSV (downloaded from its page); without fees. */
export const leanOrders: Format = {
  name: 'lean-orders',
  title: 'QuantConnect Lean orders',
  locate: locateHeader((names) =>
    hasAll(names, ['time', 'symbol', 'price', 'quantity', 'type', 'status', 'value', 'tag']),
  ),
  readTable: (table) => {
    const columns = placeRoles(table.header, {
      time: ['time'],
      symbol: ['symbol'],
      price: ['price'],
      qty: ['quantity'],
      status: ['status'],
    });
    const status = columns.get('status')!;
    const left_out = new LeftOut();
    const rows = table.rows.filter((row) => /^filled$/i.test(row.cells[status] ?? ''));
    left_out.add('orders that were not filled', table.rows.length - rows.length);
    columns.delete('status');
    return rawList(leanOrders, table, {
      shape: 'fills',
      columns,
      rows,
      conventions: { decimal: '.', dates: 'ymd', zone: 'UTC', signed_qty: true },
      left_out,
      notes: [WITHOUT_FEES],
    });
  },
};

const WITHOUT_FEES = "Lean's orders hold no fees: the P&L is before them; the result as JSON has them";

/** Lean writes names as .NET has them or in camel case, by version. */
function lowered(object: unknown): Json {
  return isObject(object)
    ? Object.fromEntries(Object.entries(object).map(([name, value]) => [name.toLowerCase(), value]))
    : {};
}

function closedTrades(value: unknown): Json[] {
  const list = Array.isArray(value) ? value : lowered(lowered(value)['totalperformance'])['closedtrades'];
  const trades = objectsIn(list).map(lowered);
  return trades.length > 0 && 'entryprice' in trades[0]! && 'profitloss' in trades[0] ? trades : [];
}

function ordersIn(value: unknown): Json[] {
  const found = lowered(value)['orders'];
  const orders = (isObject(found) ? objectsIn(Object.values(found)) : objectsIn(found)).map(lowered);
  return orders.length > 0 && 'price' in orders[0]! && 'quantity' in orders[0] && 'status' in orders[0] ? orders : [];
}

function symbolOf(object: Json): string {
  const several: readonly unknown[] = Array.isArray(object['symbols']) ? object['symbols'] : [];
  const one = object['symbol'] ?? several[0];
  if (typeof one === 'string') return one;
  const named = lowered(one);
  for (const name of [named['value'], named['permtick'], named['id']]) if (typeof name === 'string') return name;
  return '';
}

function tradeList(value: unknown, file: string, trades: readonly Json[]): RawList {
  const objects = trades.map((trade) => ({
    ...trade,
    symbol: symbolOf(trade),
    direction: trade['direction'] === 0 ? 'long' : trade['direction'] === 1 ? 'short' : trade['direction'],
  }));
  const table = tableOfObjects(file, objects, TRADE_FIELDS);
  const statistics = lowered(lowered(lowered(value)['totalperformance'])['tradestatistics']);
  const start = numberIn(lowered(lowered(lowered(value)['totalperformance'])['portfoliostatistics']), 'startequity');
  const gross = numberIn(statistics, 'totalprofitloss');
  const fees = numberIn(statistics, 'totalfees');
  const drawdown = numberIn(statistics, 'maximumclosedtradedrawdown');
  return rawList(lean, table, {
    shape: 'trades',
    columns: placeRoles(table.header, {
      symbol: ['symbol'],
      side: ['direction'],
      qty: ['quantity'],
      entry_time: ['entrytime'],
      exit_time: ['exittime'],
      entry_price: ['entryprice'],
      exit_price: ['exitprice'],
      pnl: ['profitloss'],
    }),
    fees: columnsNamed(table.header, ['totalfees']),
    conventions: { decimal: '.', dates: 'ymd', zone: 'UTC', pnl: 'gross', fees: 'cost' },
    reported: reportedOf({
      trades: numberIn(statistics, 'totalnumberoftrades'),
      pnl: gross === undefined ? undefined : gross - (fees ?? 0),
      win_rate: numberIn(statistics, 'winrate'),
      profit_factor: numberIn(statistics, 'profitfactor'),
      max_drawdown: drawdown === undefined ? undefined : Math.abs(drawdown),
    }),
    initial_equity: start !== undefined && start > 0 ? start : undefined,
    notes:
      gross === undefined
        ? []
        : ["Lean's win rate, profit factor and drawdown are those of its closed trades before fees"],
  });
}

function orderList(file: string, orders: readonly Json[]): RawList {
  const left_out = new LeftOut();
  const filled = orders.filter(
    ({ status }) => status === 3 || (typeof status === 'string' && /^filled$/i.test(status)),
  );
  left_out.add('orders that were not filled', orders.length - filled.length);
  const objects = filled.map((order) => ({
    ...order,
    symbol: symbolOf(order),
    time: order['lastfilltime'] ?? order['lastupdatetime'] ?? order['time'],
  }));
  const table = tableOfObjects(file, objects, ['id', 'symbol', 'time', 'price', 'quantity']);
  return rawList(leanOrders, table, {
    shape: 'fills',
    columns: placeRoles(table.header, {
      id: ['id'],
      symbol: ['symbol'],
      time: ['time'],
      price: ['price'],
      qty: ['quantity'],
    }),
    conventions: { decimal: '.', dates: 'ymd', zone: 'UTC', signed_qty: true },
    left_out,
    notes: [WITHOUT_FEES],
  });
}
