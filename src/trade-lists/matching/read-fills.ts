import { EngineError } from '../../errors.ts';
import { type Cells, placeOf } from './cells.ts';
import { instant } from '../text/date-text.ts';
import { exactSum } from './exact-sum.ts';
import { type Fill, type Matched, matchFills } from './match-fills.ts';
import { isMissing } from '../text/number-text.ts';
import type { ReadOptions } from '../text/options.ts';
import { placeText } from '../text/problems.ts';
import { feesOf } from './fees.ts';
import { isNewestFirst, type SourceTrade, type SourceTrades } from './source-trade.ts';
import type { Row } from '../tables/table.ts';
import { counted } from '../../wording/format-number.ts';

/** Reads executions and matches them to trades. P&L of the trades is net: fees are taken off by share. */
export function readFills(cells: Cells, options: ReadOptions): SourceTrades {
  const left_out = new Map<string, number>();
  const seen = new Set<string>();
  const fills: Fill[] = [];
  const drop = (what: string): void => void left_out.set(what, (left_out.get(what) ?? 0) + 1);
  for (const row of cells.raw.rows) {
    if (isMissing(cells.text(row, 'time')) && isMissing(cells.text(row, 'price'))) {
      drop('rows without time and price');
      continue;
    }
    const id = cells.text(row, 'id');
    if (id !== '' && seen.has(id)) {
      drop('executions that appear twice (with the same number)');
      continue;
    }
    if (id !== '') seen.add(id);
    const fill = fillOf(cells, row, options);
    if (fill !== undefined) fills.push(fill);
  }
  if (cells.problems.total > 0) return { trades: [], open_trades: 0, made: '', notes: [], left_out };
  const matched = matchFills(inTime(fills));
  const trades = matched.matches.map((match): SourceTrade => tradeOf(match, cells));
  return {
    trades,
    open_trades: matched.open_lots,
    made: madeText(fills.length, matched),
    notes: unopenedNote(matched),
    left_out,
  };
}

/** In order of time; where times are equal as they stand, or turned round in a list that is newest first. */
function inTime(fills: readonly Fill[]): Fill[] {
  const keyed = fills.map((fill) => ({ fill, at: instant(fill.time) }));
  if (isNewestFirst(keyed.map(({ at }) => at))) keyed.reverse();
  return keyed.sort((a, b) => a.at - b.at).map(({ fill }) => fill);
}

function fillOf(cells: Cells, row: Row, options: ReadOptions): Fill | undefined {
  const time = cells.moment(row, 'time', 'clock');
  const price = cells.needed(row, 'price');
  const signed = cells.needed(row, 'qty');
  const symbol = cells.text(row, 'symbol');
  if (isMissing(cells.text(row, 'time'))) cells.bad(row, 'time', 'is missing');
  if (signed === 0) cells.bad(row, 'qty', 'is zero');
  const by_action = cells.has('action') ? cells.side(row, 'action') : undefined;
  const by_sign = cells.raw.conventions.signed_qty === true ? (signed < 0 ? -1 : 1) : undefined;
  const direction = by_action ?? by_sign;
  if (direction === undefined && !cells.has('action'))
    cells.bad(row, 'qty', 'has no sign, and no column says bought or sold (--map action=COLUMN)');
  if (time === undefined || direction === undefined || Number.isNaN(price) || Number.isNaN(signed)) return undefined;
  return {
    row,
    time,
    book: `${cells.text(row, 'account')}\n${symbol}`,
    symbol,
    direction,
    qty: Math.abs(signed),
    price,
    fee: feeOf(cells, row),
    multiplier: multiplierOf(cells, row, symbol, options),
    order_id: cells.text(row, 'order_id'),
    effect: effectOf(cells.text(row, 'open_close')),
    pnl: cells.number(row, 'pnl') * (Number.isNaN(cells.number(row, 'fx_rate')) ? 1 : cells.number(row, 'fx_rate')),
  };
}

/** Paid, positive, in the currency of the list. */
function feeOf(cells: Cells, row: Row): number {
  const paid = feesOf(cells, row);
  const rate = cells.number(row, 'fx_rate');
  return Number.isNaN(rate) ? paid : paid * rate;
}

/** Money per point and unit, in the currency of the list; NaN where nothing states it. */
function multiplierOf(cells: Cells, row: Row, symbol: string, { point_value }: ReadOptions): number {
  const given = point_value?.get(symbol) ?? productOf(symbol, point_value) ?? point_value?.get('');
  const stated = cells.number(row, 'multiplier');
  const rate = cells.number(row, 'fx_rate');
  const value = given ?? stated;
  return Number.isNaN(rate) ? value : value * rate;
}

/** `--point-value MES=5` holds for the contracts MESM6 and MESU26 as well. */
function productOf(symbol: string, values: ReadonlyMap<string, number> | undefined): number | undefined {
  const product = /^([A-Z0-9]{1,4}?)[FGHJKMNQUVXZ]\d{1,2}$/.exec(symbol)?.[1];
  return product === undefined ? undefined : values?.get(product);
}

/** `O`, `C`, `C;O` (closes and opens), MetaTrader's `in`, `out`, `in/out`. */
function effectOf(text: string): Fill['effect'] {
  const words = text.toLowerCase().split(/[;,/ ]+/);
  const closes = words.includes('c') || words.includes('out');
  const opens = words.includes('o') || words.includes('in');
  if (closes === opens) return undefined;
  return closes ? 'closes' : 'opens';
}

function tradeOf(match: Matched['matches'][number], cells: Cells): SourceTrade {
  const { row, entry_time, exit_time, entry_price, exit_price, qty, side, symbol } = match;
  return {
    row,
    entry_time,
    exit_time,
    entry_price,
    exit_price,
    qty,
    side,
    symbol,
    pnl: pnlOf(match, cells),
    fees: exactSum([match.entry_fees, match.exit_fees]),
    equity: NaN,
    risk_dollars: NaN,
    stop: NaN,
  };
}

/** Net: as the source states it, with the entry's fees where it leaves them out, or from the prices. */
function pnlOf(match: Matched['matches'][number], cells: Cells): number {
  const { stated, gross, entry_fees, exit_fees, multiplier } = match;
  const kind = cells.raw.conventions.fill_pnl;
  if (kind === 'net' && !Number.isNaN(stated)) return stated;
  if (kind === 'before entry fees' && !Number.isNaN(stated)) return exactSum([stated, -entry_fees, -exit_fees]);
  if (Number.isNaN(multiplier)) throw needsPointValue(match, cells);
  return exactSum([gross, -entry_fees, -exit_fees]);
}

function needsPointValue({ symbol, row }: { symbol: string; row: Row }, cells: Cells): EngineError {
  const symbols = new Set(cells.raw.rows.map((each) => cells.text(each, 'symbol')));
  const named = symbol === '' ? '' : ` of ${symbol}`;
  const example =
    symbols.size > 1
      ? `--point-value ${[...symbols]
          .slice(0, 3)
          .map((name) => `${name}=5`)
          .join(',')}`
      : '--point-value 5';
  return new EngineError(
    'DATA',
    `${placeText(placeOf(row))}: the list states no P&L, and nothing in it says what a point${named} is worth:\n  --point-value 1   shares, coins, currencies: P&L = price move x size\n  ${example}   futures: money per point and contract`,
    { path: '--point-value', allowed: 'number > 0, or SYMBOL=number,...' },
  );
}

function madeText(fills: number, { orders, matches }: Matched): string {
  const put_together = orders === fills ? '' : ` of ${orders} orders`;
  return `${counted(fills, 'fill')}${put_together} matched first in, first out to ${counted(matches.length, 'trade')}`;
}

function unopenedNote({ unopened }: Matched): string[] {
  const [first] = unopened;
  if (first === undefined) return [];
  const stated = unopened.map(({ pnl }) => pnl).filter((pnl) => !Number.isNaN(pnl));
  const sum = stated.length === 0 ? '' : `, with a stated P&L of ${exactSum(stated).toFixed(2)}`;
  return [
    `${unopened.length === 1 ? '1 closing fill is' : `${unopened.length} closing fills are`} left out: the files do not contain the fills that opened them (the first: ${placeText(placeOf(first.row))}, ${first.symbol})${sum}; add the earlier statements`,
  ];
}
