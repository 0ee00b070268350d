import { EngineError } from '../errors.ts';
import type { CanonicalTrade } from './canonical-csv.ts';
import { Cells, placeOf } from './matching/cells.ts';
import { type Document, openDocument } from './tables/document.ts';
import { type Figures, figuresOf } from './figures.ts';
import { oneList } from './one-list.ts';
import { exactSum } from './matching/exact-sum.ts';
import { sideOrLong } from './pnl/missing-side.ts';
import { readNumber } from './text/number-text.ts';
import type { ReadOptions } from './text/options.ts';
import { pairRows } from './matching/pair-rows.ts';
import { currencyOf } from './pnl/currency.ts';
import { type BasisDecision, decideBasis } from './pnl/pnl-basis.ts';
import { findPointValue, type PointValue } from './pnl/point-value.ts';
import { placeText, unreadable } from './text/problems.ts';
import type { RawList, Reported } from './formats/raw-list.ts';
import { readFills } from './matching/read-fills.ts';
import { readTrades } from './matching/read-trades.ts';
import { recogniseOrExplain } from './recognise.ts';
import { equityBefore } from './pnl/equity-column.ts';
import { inOrder, type SourceTrade, type SourceTrades } from './matching/source-trade.ts';
import { toMoney, type UnitDecision } from './pnl/units.ts';

export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A trade list read: the canonical trades, and all that was decided on the way. */
export interface TradeListRead {
  readonly trades: readonly CanonicalTrade[];
  readonly figures: Figures;
  readonly raw: RawList;
  readonly cells: Cells;
  readonly documents: readonly {
    readonly file: string;
    readonly encoding: string;
    readonly assumed: boolean;
    readonly separator: string;
  }[];
  readonly rows: number;
  readonly made: string;
  readonly open_trades: number;
  readonly left_out: ReadonlyMap<string, number>;
  readonly basis: BasisDecision;
  /** Costs of all trades, paid, whether or not they had still to be taken off. */
  readonly fees: number;
  readonly unit: UnitDecision;
  readonly point_value: PointValue;
  /** What the source says of the whole list: in its summary, or as its running total. */
  readonly reported: Reported;
  readonly currency: string | undefined;
  readonly initial_equity: number | undefined;
  readonly notes: readonly string[];
}

/**
 * Reads trade lists of one format (several files form one list: statements of several months). Throws EngineError DATA (USAGE for an option that
 * cannot be right): for what cannot be read, and for whatever has two readings, naming the option that decides.
 */
export function readTradeList(files: readonly SourceFile[], options: ReadOptions): TradeListRead {
  const opened = files.flatMap(({ path, bytes }) =>
    readable(openDocument(path, bytes, options.encoding), path, options),
  );
  const lists = opened.map(({ recognised }) => recognised.read());
  const raw = oneList(
    lists,
    opened.map(({ document }) => document.file),
    options,
  );
  const cells = new Cells(raw, options);
  const source = readShape(cells, options);
  cells.problems.throwIfAny(
    'Correct the file, or say how to read it (--decimal, --dates, --map): nothing is guessed and no row is left out.',
  );
  if (source.trades.length === 0) throw empty(raw, source, opened[0]!.document.file);
  refuseUsedNonAscii(
    opened.map(({ document }) => document),
    raw,
  );
  const { value: currency, note: currency_note } = currencyOf(cells, source.trades);
  const sided = sideOrLong(cells, inOrder(source.trades));
  const money = toMoney(cells, sided.trades, options);
  const basis = decideBasis(cells, money.trades, options.pnl);
  const is_gross = basis.stated === 'gross';
  const gross = money.trades.map(({ pnl, fees }) => (is_gross || fees === 0 ? pnl : exactSum([pnl, fees])));
  const net = money.trades.map(({ pnl, fees }) => (is_gross && fees !== 0 ? exactSum([pnl, -fees]) : pnl));
  const point_value = findPointValue(money.trades, gross, raw.conventions, raw.shape);
  const equity = equityBefore(cells, money.trades, net, money.decision.unit === 'percent');
  const trades = money.trades.map((trade, i): CanonicalTrade => ({
    entry_time: trade.entry_time,
    exit_time: trade.exit_time,
    entry_price: trade.entry_price,
    exit_price: trade.exit_price,
    pnl: net[i]! + 0,
    qty: sizeOf(point_value.qty[i]!),
    side: trade.side ?? 1,
    risk_dollars: riskOf(trade, point_value, i),
    equity: equity.values[i]!,
  }));
  const initial_equity = raw.initial_equity ?? options.equity;
  return {
    trades,
    figures: figuresOf(net, initial_equity),
    raw,
    cells,
    documents: opened.map(({ document, recognised }) => ({
      file: document.file,
      encoding: document.encoding,
      assumed: document.kind === 'text' && document.assumed,
      separator: recognised.separator,
    })),
    rows: raw.rows.length,
    made: source.made,
    open_trades: source.open_trades + (raw.left_out.get('open trades') ?? 0),
    left_out: new Map([...raw.left_out, ...source.left_out].filter(([what]) => what !== 'open trades')),
    basis,
    fees: exactSum(money.trades.map(({ fees }) => fees)),
    unit: money.decision,
    point_value,
    reported: { ...runningTotal(cells, sided.trades), ...raw.reported },
    currency,
    initial_equity,
    notes: [
      ...raw.notes,
      ...source.notes,
      ...[
        currency_note,
        sided.note,
        money.decision.note,
        point_value.note,
        equity.note,
        zoneNote(cells),
        repeatedNote(trades),
      ].filter((note) => note !== undefined),
    ],
  };
}

interface Opened {
  readonly document: Document;
  readonly recognised: ReturnType<typeof recogniseOrExplain>;
}

/** The documents of a file that hold trades: of a zip with one list beside settings only that one. */
function readable(documents: readonly Document[], path: string, options: ReadOptions): Opened[] {
  if (documents.length === 1)
    return documents.map((document) => ({ document, recognised: recogniseOrExplain(document, options) }));
  const found: Opened[] = [];
  let why: unknown;
  for (const document of documents) {
    try {
      found.push({ document, recognised: recogniseOrExplain(document, options) });
    } catch (error) {
      if (!(error instanceof EngineError) || error.code === 'USAGE') throw error;
      why = error;
    }
  }
  if (found.length === 0) throw unreadable(path, 'is a zip without a trade list in it.', why);
  return found;
}

function readShape(cells: Cells, options: ReadOptions): SourceTrades {
  if (cells.raw.shape === 'pairs') return pairRows(cells);
  return cells.raw.shape === 'fills' ? readFills(cells, options) : readTrades(cells);
}

function empty(raw: RawList, { open_trades }: SourceTrades, name: string): EngineError {
  const open = open_trades === 0 ? '' : `: ${open_trades} are open`;
  return new EngineError('DATA', `${name} holds no closed trade (${raw.title})${open}.`, { path: name });
}

/** A code page that is only assumed must not decide a value: a column that is read has plain characters. */
function refuseUsedNonAscii(documents: readonly Document[], raw: RawList): void {
  const assumed = new Set(
    documents.flatMap((document) => (document.kind === 'text' && document.assumed ? [document.file] : [])),
  );
  if (assumed.size === 0) return;
  const used = [...raw.columns.values(), ...raw.fees];
  for (const row of raw.rows) {
    if (!assumed.has(row.file)) continue;
    const at = used.find((column) => /[^ -~]/.test(row.cells[column] ?? ''));
    if (at === undefined) continue;
    throw new EngineError(
      'DATA',
      `${placeText({ ...placeOf(row), column: raw.header[at]! })}: ${JSON.stringify(row.cells[at])} is not UTF-8, and its code page is unknown. It is shown here as windows-1252: if that is right, pass --encoding windows-1252; others are windows-1251, gbk, shift_jis.`,
      { path: '--encoding', value: row.cells[at] },
    );
  }
}

function sizeOf(qty: number): number {
  return Number.isNaN(qty) ? 1 : qty;
}

/** The list's own risk; or what the stop it began with would have cost. */
function riskOf({ risk_dollars, stop, entry_price }: SourceTrade, { value, qty }: PointValue, i: number): number {
  if (!Number.isNaN(risk_dollars) || Number.isNaN(stop) || value === undefined || Number.isNaN(qty[i]!))
    return risk_dollars;
  const risk = Math.abs(exactSum([entry_price, -stop])) * qty[i]! * value;
  return risk > 0 ? Number(risk.toPrecision(12)) : NaN;
}

function zoneNote({ zone }: Cells): string | undefined {
  if (zone === undefined || zone.twice + zone.never === 0) return undefined;
  return `${zone.name}: ${zone.twice} times that the clock showed twice are read as the first, ${zone.never} that it never showed with the offset before`;
}

/** Trades are in order of their times: equal ones are near each other. */
function repeatedNote(trades: readonly CanonicalTrade[]): string | undefined {
  let seen = new Set<string>();
  let repeated = 0;
  trades.forEach((trade, i) => {
    const before = trades[i - 1];
    const after = trades[i + 1];
    const starts =
      before === undefined ||
      before.exit_time.us !== trade.exit_time.us ||
      before.entry_time.us !== trade.entry_time.us;
    if (starts) {
      if (after?.exit_time.us !== trade.exit_time.us || after.entry_time.us !== trade.entry_time.us) return;
      seen = new Set();
    }
    const key = [trade.entry_price, trade.exit_price, trade.pnl, trade.side, trade.qty].join();
    if (seen.has(key)) repeated++;
    seen.add(key);
  });
  if (repeated === 0) return undefined;
  return `${repeated === 1 ? '1 trade is' : `${repeated} trades are`} equal to an earlier one: exported twice?`;
}

/** The running total of the last closed trade, in lists that have one. */
function runningTotal(cells: Cells, trades: readonly SourceTrade[]): Reported {
  const at = cells.raw.columns.get('cumulative_pnl');
  const total = at === undefined ? NaN : readNumber(trades.at(-1)!.row.cells[at] ?? '', cells.decimal.sign);
  return Number.isNaN(total) ? {} : { pnl: total };
}
