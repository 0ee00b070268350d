import type { InputFile, Inspection, Note } from '../../model/model.ts';
import { inOrder, readTrade, TRADE_COLUMNS, tradeList, type Trade } from './list/inputs.ts';
import { tradeListNotes } from './notes/notes.ts';
import { Problems, readTable, type TableRow } from './list/table.ts';
import { formatTime } from './list/time.ts';

/** Whether a first line is the header of a trade list. */
export function looksLikeTrades(first_line: string): boolean {
  const columns = first_line.split(',').map((name) => name.trim().toLowerCase().replaceAll('"', ''));
  return columns.includes('entry_time') && columns.includes('exit_time');
}

/** What a trade list holds. Money in dollars, times in ISO 8601. */
export interface TradeFacts {
  /** Rows with trades that can be used, and rows with a bad cell. */
  readonly trades: number;
  readonly bad_rows: number;
  /** First entry and last exit; null without trades. */
  readonly first: string | null;
  readonly last: string | null;
  readonly long: number;
  readonly short: number;
  readonly winners: number;
  readonly losers: number;
  readonly net_pnl: number;
  /** Profits / losses; null without a loss. */
  readonly profit_factor: number | null;
  readonly largest_win: number;
  readonly largest_loss: number;
  /** Trades that state no R of their own. */
  readonly without_risk_dollars: number;
}

/** Reads a trade list row by row: what is in its good rows, and what is wrong with the others. */
export function inspectTrades(file: InputFile): Inspection & { readonly facts: TradeFacts } {
  const problems = new Problems();
  const { header, rows } = readTable(file, TRADE_COLUMNS, problems);
  const trades: Trade[] = [];
  let bad_rows = 0;
  for (const row of rows) {
    const before = problems.total;
    const trade = readTrade(file.path, row, problems);
    if (problems.total === before) trades.push(trade);
    else bad_rows++;
  }
  if (rows.length === 0) {
    if (problems.empty) problems.add(`${file.path} holds no trades`, file.path);
    problems.throwIfAny();
  }
  const facts = factsOf(trades, bad_rows);
  return {
    facts,
    text: factsText(facts),
    problems: problems.first_texts,
    n_problems: problems.total,
    notes: [
      ...openNotes(file.path, rows),
      ...(trades.length === 0 ? [] : tradeListNotes(tradeList(file.path, header, inOrder(trades)))),
    ],
  };
}

function factsOf(trades: readonly Trade[], bad_rows: number): TradeFacts {
  const count = (which: (trade: Trade) => boolean): number => trades.filter(which).length;
  const sum = (of: (trade: Trade) => number): number => trades.reduce((total, trade) => total + of(trade), 0);
  const losses = sum(({ pnl }) => Math.max(0, -pnl));
  const first = trades.reduce((earliest, { entry_time }) => Math.min(earliest, entry_time), Infinity);
  const last = trades.reduce((latest, { exit_time }) => Math.max(latest, exit_time), -Infinity);
  return {
    trades: trades.length,
    bad_rows,
    first: trades.length === 0 ? null : formatTime(first),
    last: trades.length === 0 ? null : formatTime(last),
    long: count(({ side }) => side === 1),
    short: count(({ side }) => side === -1),
    winners: count(({ pnl }) => pnl > 0),
    losers: count(({ pnl }) => pnl < 0),
    net_pnl: sum(({ pnl }) => pnl),
    profit_factor: losses === 0 ? null : sum(({ pnl }) => Math.max(0, pnl)) / losses,
    largest_win: trades.reduce((most, { pnl }) => Math.max(most, pnl), 0),
    largest_loss: trades.reduce((least, { pnl }) => Math.min(least, pnl), 0),
    without_risk_dollars: count(({ risk_dollars }) => Number.isNaN(risk_dollars)),
  };
}

function factsText(facts: TradeFacts): string {
  const dollars = (value: number): string => value.toFixed(2);
  return [
    `rows       ${facts.trades} trades (${facts.long} long, ${facts.short} short)${facts.bad_rows > 0 ? `, ${facts.bad_rows} rows with bad cells` : ''}`,
    `span       ${facts.first ?? '-'} to ${facts.last ?? '-'}`,
    `result     net ${dollars(facts.net_pnl)}, ${facts.winners} winners, ${facts.losers} losers, profit factor ${facts.profit_factor?.toFixed(4) ?? 'undefined: no loss'}`,
    `extremes   ${dollars(facts.largest_loss)} to ${dollars(facts.largest_win)}`,
    `risk       ${facts.trades - facts.without_risk_dollars} trades state risk_dollars`,
  ].join('\n');
}

/** Rows without an exit: positions that were open when the list was written. */
function openNotes(path: string, rows: readonly TableRow[]): Note[] {
  const open = rows.filter((row) => /^(|nat|nan|null|none|open)$/i.test(row.cell('exit_time') ?? 'closed')).length;
  if (open === 0) return [];
  const message = `${path}: ${open} ${open === 1 ? 'row has' : 'rows have'} no exit: an open trade has no result yet; leave it out`;
  return [{ code: 'OPEN_TRADES', message }];
}
