import { EngineError } from '../../errors.ts';
import {
  type Format,
  type FormatOptions,
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
import type { RawList, Reported } from './raw-list.ts';
import type { Table } from '../tables/table.ts';

const FIELDS = [
  'pair',
  'amount',
  'is_short',
  'open_date',
  'close_date',
  'open_timestamp',
  'close_timestamp',
  'open_rate',
  'close_rate',
  'profit_abs',
  'close_profit_abs',
  'profit_ratio',
  'is_open',
];

/**
 * A freqtrade backtest result (`backtest-result-*.json`, also in its zip), the trades of its API, or its trades as CSV. `profit_abs` is net of
 * `fee_open` and `fee_close`; times are UTC. Source: freqtrade/data/btanalysis.py, freqtrade/optimize/optimize_reports.
 */
export const freqtrade: Format = {
  name: 'freqtrade',
  title: 'freqtrade backtest result',
  locate: locateHeader((names) => hasAll(names, ['pair', 'open_date', 'close_date', 'open_rate', 'close_rate'])),
  recognises: (value) => tradesOf(value) !== undefined || strategiesOf(value) !== undefined,
  readTable: (table) => listOf(table, {}),
  readJson: (value, file, options) => {
    const trades = tradesOf(value);
    if (trades !== undefined) {
      const fields = FIELDS.filter((name) => trades.some((trade) => name in trade));
      return listOf(tableOfObjects(file, trades, fields), {});
    }
    const strategies = strategiesOf(value)!;
    const result = strategies[chosenStrategy(Object.keys(strategies), file, options)];
    if (!isObject(result)) throw new EngineError('DATA', `${file}: the strategy holds no trades.`, { path: file });
    return listOf(tableOfObjects(file, objectsIn(result['trades']), FIELDS), result);
  },
};

function strategiesOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const strategies = isObject(value) ? value['strategy'] : undefined;
  if (!isObject(strategies)) return undefined;
  return Object.values(strategies).some((result) => isObject(result) && Array.isArray(result['trades']))
    ? strategies
    : undefined;
}

/** `{ trades: [...] }` of the API, the bare list, or the bare rows of versions before 2020.9. */
function tradesOf(value: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  const list = isObject(value) ? value['trades'] : value;
  const early = rowsWithoutNames(list);
  if (early !== undefined) return early;
  const trades = objectsIn(list);
  return trades.length > 0 && 'open_rate' in trades[0]! && 'pair' in trades[0] ? trades : undefined;
}

/**
 * Rows of a backtest result before freqtrade 2020.9, which have no names: pair, profit as a share of the stake, timestamps of open and close,
 * index, minutes, rates of open and close, whether it was closed by the end of the data, why. Source: freqtrade/data/btanalysis.py of then.
 */
function rowsWithoutNames(list: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const trades = (list as readonly unknown[]).map((row) => {
    if (!Array.isArray(row) || row.length !== 10) return undefined;
    const [pair, profit_ratio, open_timestamp, close_timestamp, , , open_rate, close_rate] = row as readonly unknown[];
    const numbers = [profit_ratio, open_timestamp, close_timestamp, open_rate, close_rate];
    if (typeof pair !== 'string' || !numbers.every((value) => typeof value === 'number')) return undefined;
    return { pair, profit_ratio, open_timestamp, close_timestamp, open_rate, close_rate };
  });
  return trades.every((trade) => trade !== undefined) ? trades : undefined;
}

function chosenStrategy(names: readonly string[], file: string, { strategy }: FormatOptions): string {
  if (strategy === undefined && names.length === 1) return names[0]!;
  if (strategy !== undefined && names.includes(strategy)) return strategy;
  throw new EngineError(
    'DATA',
    strategy === undefined
      ? `${file} holds ${names.length} strategies: name one with --strategy (${names.join(', ')}).`
      : `${file} holds no strategy ${JSON.stringify(strategy)}; there are ${names.join(', ')}.`,
    { path: '--strategy', ...(strategy !== undefined && { value: strategy }), allowed: names.join(' | ') },
  );
}

function listOf(table: Table, result: Readonly<Record<string, unknown>>): RawList {
  const filled = (name: string): boolean => {
    const at = table.header.findIndex((column) => column.toLowerCase() === name);
    return at >= 0 && table.rows.some((row) => (row.cells[at] ?? '') !== '');
  };
  // Timestamps say that they are UTC; the dates of the API do not.
  const stamped = filled('open_timestamp') && filled('close_timestamp');
  const currency = result['stake_currency'];
  return rawList(freqtrade, table, {
    shape: 'trades',
    columns: placeRoles(table.header, {
      symbol: ['pair'],
      qty: ['amount'],
      side: ['is_short', 'trade_direction', 'direction'],
      entry_time: [stamped ? 'open_timestamp' : 'open_date'],
      exit_time: [stamped ? 'close_timestamp' : 'close_date'],
      entry_price: ['open_rate'],
      exit_price: ['close_rate'],
      pnl: filled('profit_abs') ? ['profit_abs'] : ['close_profit_abs'],
      pnl_ratio: ['profit_ratio', 'close_profit'],
      status: ['is_open'],
    }),
    conventions: { decimal: '.', dates: 'ymd', zone: 'UTC', pnl: 'net', point_value: 1 },
    reported: reportedBy(result),
    currency: typeof currency === 'string' ? currency : undefined,
    initial_equity: numberIn(result, 'starting_balance'),
  });
}

function reportedBy(result: Readonly<Record<string, unknown>>): Reported {
  const share = numberIn(result, 'max_drawdown_account');
  const trades = numberIn(result, 'total_trades');
  const wins = numberIn(result, 'wins');
  return reportedOf({
    trades,
    pnl: numberIn(result, 'profit_total_abs'),
    win_rate: numberIn(result, 'winrate') ?? (wins === undefined || !trades ? undefined : wins / trades),
    profit_factor: numberIn(result, 'profit_factor'),
    max_drawdown: numberIn(result, 'max_drawdown_abs'),
    max_drawdown_pct: share === undefined ? undefined : share * 100,
  });
}
