import type { InputFile } from '../../../model/model.ts';
import { Problems, parseNumber, readTable } from './table.ts';
import type { TableColumns, TableRow } from './table.ts';
import { calendarMonth, formatTime, parseStamp } from './time.ts';
import type { Stamp } from './time.ts';

/**
 * The trade list in canonical order: by exit time, then entry time, then file order. Times in milliseconds since 1970
 * (UTC), money in dollars, prices in points. All arrays lie in shared memory: workers see them, they are not copied.
 */
export interface TradeList {
  readonly path: string;
  readonly count: number;
  readonly entry_time: Float64Array;
  readonly exit_time: Float64Array;
  readonly entry_price: Float64Array;
  readonly exit_price: Float64Array;
  readonly pnl: Float64Array;
  readonly qty: Float64Array;
  /** 1 long, -1 short. */
  readonly side: Float64Array;
  /** NaN where the trade states none. */
  readonly risk_dollars: Float64Array;
  /** The account before the trade was opened; NaN where the trade does not state it. */
  readonly equity: Float64Array;
  /** The calendar month of the exit as it is written (its own offset), as a number that grows by one per month. */
  readonly exit_month: Float64Array;
  /** Line of the trade in its file, the header being line 1. */
  readonly line: Float64Array;
  /** The columns of the file as they are named there. */
  readonly header: readonly string[];
  /** Dates are written with slashes, month first; `ambiguous` where no day after the 12th shows that it is the month. */
  readonly slash_dates: 'none' | 'clear' | 'ambiguous';
}

/** Price bars in order of time. */
export interface Bars {
  readonly path: string;
  readonly count: number;
  readonly time: Float64Array;
  readonly open: Float64Array;
}

/** The account's equity per bar, in order of time, all above 0. */
export interface EquityCurve {
  readonly path: string;
  readonly count: number;
  readonly equity: Float64Array;
}

export interface TradeInputs {
  readonly trades: TradeList;
  readonly ohlc: Bars | undefined;
  readonly equity_curve: EquityCurve | undefined;
}

export const TRADE_COLUMNS: TableColumns = {
  entry_time: { required: true },
  exit_time: { required: true },
  entry_price: { required: true },
  exit_price: { required: true },
  pnl: { required: true },
  qty: { required: false, aliases: ['quantity'] },
  side: { required: false },
  risk_dollars: { required: false },
  equity: { required: false },
};
const TIME_COLUMN = { required: true, aliases: ['date', 'datetime'] };
const OHLC_COLUMNS: TableColumns = {
  time: TIME_COLUMN,
  open: { required: true },
  high: { required: true },
  low: { required: true },
  close: { required: true },
};
const EQUITY_COLUMNS: TableColumns = { time: TIME_COLUMN, equity: { required: true } };

const SIDES: ReadonlyMap<string, number> = new Map([
  ['long', 1],
  ['buy', 1],
  ['1', 1],
  ['short', -1],
  ['sell', -1],
  ['-1', -1],
]);

/** An index by multiplication is exact below this many values. */
const MOST_VALUES = 2097152;

/** Parses the input files. Throws EngineError DATA that names every bad cell (the first 10 in full). */
export function loadInputs(files: Readonly<Record<string, InputFile>>): TradeInputs {
  const problems = new Problems();
  const trades_file = files['trades'];
  if (trades_file === undefined)
    problems.add('the input `trades` is missing: name a trade list under inputs', 'inputs.trades');
  const trades = trades_file === undefined ? undefined : readTrades(trades_file, problems);
  const ohlc = files['ohlc'] === undefined ? undefined : readBars(files['ohlc'], problems);
  const equity_curve = files['equity_curve'] === undefined ? undefined : readEquity(files['equity_curve'], problems);
  problems.throwIfAny();
  return { trades: trades!, ohlc, equity_curve };
}

function shared(values: ArrayLike<number>): Float64Array {
  const array = new Float64Array(new SharedArrayBuffer(values.length * 8));
  array.set(values);
  return array;
}

/** Reads cells of one row and reports what is wrong with them. */
class Cells {
  private readonly path: string;
  private readonly row: TableRow;
  private readonly problems: Problems;

  constructor(path: string, row: TableRow, problems: Problems) {
    this.path = path;
    this.row = row;
    this.problems = problems;
  }
  number(column: string): number {
    const text = this.row.cell(column)!;
    const value = parseNumber(text);
    if (Number.isNaN(value)) this.bad(column, text, text === '' ? 'is missing' : 'is not a finite number');
    return value;
  }
  time(column: string): number {
    return this.stamp(column).time;
  }
  stamp(column: string): Stamp {
    const text = this.row.cell(column)!;
    const found = parseStamp(text);
    if (found === undefined) {
      const forms = 'YYYY-MM-DD[ HH:MM[:SS]], MM/DD/YYYY[ HH:MM:SS] or ISO 8601';
      this.bad(column, text, text === '' ? 'is missing' : `is not a time (${forms})`);
    }
    return found ?? { time: NaN, offset: NaN, ambiguous: undefined };
  }
  /** A number that may be left out: NaN then. */
  optional(column: string): number {
    return (this.row.cell(column) ?? '') === '' ? NaN : this.number(column);
  }
  bad(column: string, value: string, reason: string): void {
    this.problems.cell(this.path, this.row.line, column, value, reason);
  }
}

export interface Trade {
  readonly line: number;
  readonly entry_time: number;
  readonly exit_time: number;
  readonly entry_price: number;
  readonly exit_price: number;
  readonly pnl: number;
  readonly qty: number;
  readonly side: number;
  readonly risk_dollars: number;
  readonly equity: number;
  readonly exit_month: number;
  /** Of its dates with slashes: whether all of them could be read with the day first; undefined without any. */
  readonly ambiguous: boolean | undefined;
}

/** One row understood; what is wrong with its cells goes to `problems`. */
export function readTrade(path: string, row: TableRow, problems: Problems): Trade {
  const cells = new Cells(path, row, problems);
  const entry = cells.stamp('entry_time');
  const exit = cells.stamp('exit_time');
  const [entry_time, exit_time] = [entry.time, exit.time];
  if (exit_time < entry_time) {
    cells.bad('exit_time', row.cell('exit_time')!, `is before the trade's entry_time ${formatTime(entry_time)}`);
  }
  const entry_price = cells.number('entry_price');
  const exit_price = cells.number('exit_price');
  const pnl = cells.number('pnl');
  const qty = row.cell('qty') === undefined ? 1 : cells.number('qty');
  if (qty <= 0) cells.bad('qty', row.cell('qty')!, 'is not above 0 (`side` says long or short)');
  const side_text = row.cell('side');
  const side = side_text === undefined ? 1 : (SIDES.get(side_text.toLowerCase()) ?? NaN);
  if (Number.isNaN(side)) cells.bad('side', side_text!, 'is not a side (long, buy, 1, short, sell, -1)');
  const risk_dollars = cells.optional('risk_dollars');
  if (risk_dollars < 0) cells.bad('risk_dollars', row.cell('risk_dollars')!, 'is below 0');
  const equity = cells.optional('equity');
  return {
    line: row.line,
    entry_time,
    exit_time,
    entry_price,
    exit_price,
    pnl,
    qty,
    side,
    risk_dollars,
    equity,
    exit_month: calendarMonth(exit.time + exit.offset),
    ambiguous: allAmbiguous([entry.ambiguous, exit.ambiguous]),
  };
}

/** Undefined where no date is written with slashes; else whether none of them has a day after the 12th. */
export function allAmbiguous(dates: readonly (boolean | undefined)[]): boolean | undefined {
  return dates.includes(false) ? false : dates.includes(true) ? true : undefined;
}

function readTrades(file: InputFile, problems: Problems): TradeList {
  const { header, rows } = readTable(file, TRADE_COLUMNS, problems);
  if (rows.length === 0 && problems.empty) problems.add(`${file.path} holds no trades`, file.path);
  if (rows.length >= MOST_VALUES) problems.add(`${file.path} holds ${rows.length} trades; most: 2097151`, file.path);
  const trades = rows.map((row) => readTrade(file.path, row, problems));
  return tradeList(file.path, header, inOrder(trades));
}

/** By exit time, then entry time; Array.sort is stable: equal times keep the order of the file. */
export function inOrder(trades: readonly Trade[]): Trade[] {
  return [...trades].sort((a, b) => a.exit_time - b.exit_time || a.entry_time - b.entry_time);
}

/** A list of trades that are in canonical order. */
export function tradeList(path: string, header: readonly string[], trades: readonly Trade[]): TradeList {
  const column = (name: Exclude<keyof Trade, 'ambiguous'>): Float64Array => shared(trades.map((trade) => trade[name]));
  const ambiguous = allAmbiguous(trades.map((trade) => trade.ambiguous));
  return {
    path,
    count: trades.length,
    entry_time: column('entry_time'),
    exit_time: column('exit_time'),
    entry_price: column('entry_price'),
    exit_price: column('exit_price'),
    pnl: column('pnl'),
    qty: column('qty'),
    side: column('side'),
    risk_dollars: column('risk_dollars'),
    equity: column('equity'),
    exit_month: column('exit_month'),
    line: column('line'),
    header,
    slash_dates: ambiguous === undefined ? 'none' : ambiguous ? 'ambiguous' : 'clear',
  };
}

function readBars(file: InputFile, problems: Problems): Bars {
  const { rows } = readTable(file, OHLC_COLUMNS, problems);
  if (rows.length === 0 && problems.empty) problems.add(`${file.path} holds no bars`, file.path);
  const bars = rows.map((row) => {
    const cells = new Cells(file.path, row, problems);
    const bar = { time: cells.time('time'), open: cells.number('open'), row, cells };
    for (const column of ['high', 'low', 'close']) cells.number(column);
    return bar;
  });
  bars.sort((a, b) => a.time - b.time);
  for (let i = 1; i < bars.length; i++) {
    const { time, row, cells } = bars[i]!;
    if (time === bars[i - 1]!.time)
      cells.bad('time', row.cell('time')!, `is also the time of line ${bars[i - 1]!.row.line}`);
  }
  return {
    path: file.path,
    count: bars.length,
    time: shared(bars.map((bar) => bar.time)),
    open: shared(bars.map((bar) => bar.open)),
  };
}

function readEquity(file: InputFile, problems: Problems): EquityCurve {
  const { rows } = readTable(file, EQUITY_COLUMNS, problems);
  if (rows.length === 0 && problems.empty) problems.add(`${file.path} holds no points`, file.path);
  if (rows.length > MOST_VALUES) problems.add(`${file.path} holds ${rows.length} points; most: 2097152`, file.path);
  const points = rows.map((row) => {
    const cells = new Cells(file.path, row, problems);
    const point = { time: cells.time('time'), equity: cells.number('equity') };
    if (point.equity <= 0) cells.bad('equity', row.cell('equity')!, 'is not above 0');
    return point;
  });
  points.sort((a, b) => a.time - b.time);
  return { path: file.path, count: points.length, equity: shared(points.map((point) => point.equity)) };
}
