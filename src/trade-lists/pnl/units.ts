import type { Cells } from '../matching/cells.ts';
import { exactSum } from '../matching/exact-sum.ts';
import { takeApart } from '../text/number-text.ts';
import type { ReadOptions } from '../text/options.ts';
import { placeOf } from '../matching/cells.ts';
import { placeText, undecided } from '../text/problems.ts';
import type { SourceTrade } from '../matching/source-trade.ts';
import { EngineError } from '../../errors.ts';

/** What the stated P&L is measured in. */
export interface UnitDecision {
  readonly unit: 'money' | 'percent' | 'from prices';
  readonly why: string;
  readonly note: string | undefined;
}

/** P&L of all trades in money, and how it came about. */
export interface MoneyTrades {
  readonly trades: readonly SourceTrade[];
  readonly decision: UnitDecision;
}

/**
 * The stated P&L as money. A list of percentages needs `--equity`: each trade is then what its percentage of that account is, and the
 * account is in the column `equity`, so that `sizing: equity` compounds them. A list without any P&L has it from its prices.
 */
export function toMoney(cells: Cells, trades: readonly SourceTrade[], options: ReadOptions): MoneyTrades {
  const ratio = !cells.has('pnl') && !cells.has('pnl_percent') && cells.has('pnl_ratio');
  const percent = !cells.has('pnl') && cells.has('pnl_percent');
  if (cells.raw.shape === 'fills' && !cells.has('pnl')) {
    return {
      trades,
      decision: { unit: 'from prices', why: 'prices of the fills x size x point value', note: undefined },
    };
  }
  if (cells.has('pnl')) {
    const marked = percentCells(cells, trades);
    if (marked === 0) return { trades, decision: { unit: 'money', why: 'as stated', note: undefined } };
    if (marked < trades.length) throw mixed(cells, trades);
  } else if (!ratio && !percent) return fromPrices(trades, options);
  return fromPercent(cells, trades, ratio ? 100 : 1, options);
}

function percentCells(cells: Cells, trades: readonly SourceTrade[]): number {
  return trades.reduce((count, { row }) => count + (takeApart(cells.text(row, 'pnl'))?.percent === true ? 1 : 0), 0);
}

function mixed(cells: Cells, trades: readonly SourceTrade[]): EngineError {
  const isPercent = ({ row }: SourceTrade): boolean => takeApart(cells.text(row, 'pnl'))?.percent === true;
  const [a, b] = [trades.find(isPercent)!, trades.find((trade) => !isPercent(trade))!];
  const column = cells.columnName(cells.raw.columns.get('pnl')!);
  return new EngineError(
    'DATA',
    `Column ${column} is a percentage in ${placeText(placeOf(a.row))} (${cells.text(a.row, 'pnl')}) and not in line ${b.row.line} (${cells.text(b.row, 'pnl')}): use one of the two throughout.`,
    { path: `${a.row.file}:${a.row.line}`, value: cells.text(a.row, 'pnl') },
  );
}

function fromPercent(
  cells: Cells,
  trades: readonly SourceTrade[],
  scale: number,
  { equity }: ReadOptions,
): MoneyTrades {
  const sample = trades[0]!;
  const at =
    cells.raw.columns.get('pnl') ?? cells.raw.columns.get('pnl_percent') ?? cells.raw.columns.get('pnl_ratio')!;
  const text = sample.row.cells[at] ?? '';
  if (equity === undefined) {
    throw undecided(
      `${placeText({ ...placeOf(sample.row), column: cells.columnName(at) })}: the P&L is in percent (${text}${scale === 100 ? ', a share' : ''}); what it is in money depends on the account:`,
      [10_000, 100_000].map((account) => ({
        option: `--equity ${account}`,
        meaning: `${((sample.pnl * scale * account) / 100).toFixed(2)} in line ${sample.row.line}`,
      })),
      '--equity',
      text,
    );
  }
  const priced = trades.every((trade) => tracksPrice(trade, sample.pnl === 0 ? 0 : trade.pnl * scale));
  const converted = trades.map((trade) => ({
    ...trade,
    pnl: Number(((trade.pnl * scale * equity) / 100).toPrecision(15)),
    equity,
    // The whole account in each trade: then the size follows, and prices and P&L agree.
    qty: priced && trade.entry_price > 0 ? Number((equity / trade.entry_price).toPrecision(15)) : trade.qty,
  }));
  return {
    trades: converted,
    decision: {
      unit: 'percent',
      why: `percent of an account of ${equity} (--equity)`,
      note: `each trade is its percentage of ${equity}, not compounded; sizing: equity in the study compounds them${priced ? '; the percentage is that of the price, so the size is the whole account' : ''}`,
    },
  };
}

/** Whether the percentage is the price's own move. */
function tracksPrice({ entry_price, exit_price, side }: SourceTrade, percent: number): boolean {
  const move = 100 * (exit_price / entry_price - 1) * (side ?? 1);
  return Math.abs(percent - move) <= 0.02 + 0.002 * Math.abs(move);
}

function fromPrices(trades: readonly SourceTrade[], { point_value }: ReadOptions): MoneyTrades {
  const valueOf = (symbol: string): number => point_value?.get(symbol) ?? point_value?.get('') ?? NaN;
  const unknown = trades.find(({ symbol }) => Number.isNaN(valueOf(symbol)));
  if (unknown !== undefined) {
    const { row, exit_price, entry_price, side, qty } = unknown;
    const points = (exit_price - entry_price) * (side ?? 1) * (Number.isNaN(qty) ? 1 : qty);
    throw undecided(
      `${row.file}: no column states the P&L (--map pnl=COLUMN names one). From the prices it depends on what a point is worth:`,
      [
        { option: '--point-value 1', meaning: `${points.toFixed(2)} in line ${row.line} (shares, coins)` },
        {
          option: '--point-value 50',
          meaning: `${(points * 50).toFixed(2)} in line ${row.line} (a future of 50 a point)`,
        },
      ],
      '--point-value',
    );
  }
  return {
    trades: trades.map((trade) => ({ ...trade, pnl: priced(trade, valueOf(trade.symbol)) })),
    decision: { unit: 'from prices', why: 'price move x size x point value (--point-value)', note: undefined },
  };
}

function priced({ exit_price, entry_price, side, qty }: SourceTrade, value: number): number {
  const move = exactSum([exit_price, -entry_price]);
  return Number((move * (side ?? 1) * (Number.isNaN(qty) ? 1 : qty) * value).toPrecision(14));
}
