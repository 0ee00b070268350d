import type { Cells } from '../matching/cells.ts';
import { exactSum } from '../matching/exact-sum.ts';
import { multipleOf } from './multiple.ts';
import { isMissing, readNumber } from '../text/number-text.ts';
import type { PnlBasis } from '../text/options.ts';
import { undecided } from '../text/problems.ts';
import type { SourceTrade } from '../matching/source-trade.ts';

/** What the stated P&L is, and how that was found. */
export interface BasisDecision {
  readonly stated: PnlBasis | 'unknown';
  readonly why: string;
}

const MOST = 0.9;
const HARDLY = 0.1;

/** A reading that does not fit still fits the one or two trades that its multiple was taken from. */
function hardly(trades: number): number {
  return Math.max(HARDLY, 2.01 / trades);
}

/**
 * Whether the stated P&L is before or after the costs that the list has in columns: as given, as the program writes it, as the running total of
 * the list shows, or as the prices show (P&L, or P&L and costs, are a fixed multiple of the price moves). Where none of these tells, nothing is
 * guessed. Without costs there is nothing to decide.
 */
export function decideBasis(cells: Cells, trades: readonly SourceTrade[], given: PnlBasis | undefined): BasisDecision {
  if (given !== undefined) return { stated: given, why: '--pnl' };
  const known = cells.raw.conventions.pnl;
  const has_fees = trades.some(({ fees }) => fees !== 0);
  if (known !== undefined) {
    return { stated: known, why: cells.raw.format === 'table' ? 'the column says so' : `as ${cells.raw.title} is` };
  }
  if (cells.raw.shape === 'fills' && cells.raw.fees.length > 0) {
    const stated = cells.raw.conventions.fill_pnl === 'net' && cells.has('pnl');
    return { stated: 'net', why: stated ? `as ${cells.raw.title} is` : 'the costs of the fills are deducted' };
  }
  if (cells.raw.fees.length === 0) return { stated: 'unknown', why: 'no column of costs' };
  if (!has_fees) return { stated: 'net', why: 'all costs are 0' };
  return byRunningTotal(cells, trades) ?? byPrices(trades) ?? ask(cells, trades);
}

/** The differences of a running total are the net P&L. */
function byRunningTotal(cells: Cells, trades: readonly SourceTrade[]): BasisDecision | undefined {
  const at = cells.raw.columns.get('cumulative_pnl');
  if (at === undefined || trades.length < 2) return undefined;
  const totals = trades.map(({ row }) => {
    const text = row.cells[at] ?? '';
    return isMissing(text) ? NaN : readNumber(text, cells.decimal.sign);
  });
  const share = (valueOf: (trade: SourceTrade) => number): number => {
    let fitting = 0;
    for (let i = 1; i < trades.length; i++) {
      if (Math.abs(totals[i]! - totals[i - 1]! - valueOf(trades[i]!)) < 0.0101) fitting++;
    }
    return fitting / (trades.length - 1);
  };
  const as_net = share(({ pnl }) => pnl);
  const as_gross = share(({ pnl, fees }) => pnl - fees);
  const why = `the running total ${cells.columnName(at)} shows it`;
  if (as_net > MOST && as_gross < HARDLY) return { stated: 'net', why };
  if (as_gross > MOST && as_net < HARDLY) return { stated: 'gross', why };
  return undefined;
}

function byPrices(trades: readonly SourceTrade[]): BasisDecision | undefined {
  const charged = trades.filter(({ fees }) => fees !== 0);
  if (charged.length < 3) return undefined;
  const tolerance = (i: number): number => Math.min(0.00501, Math.abs(charged[i]!.fees) * 0.4);
  const gross = multipleOf(
    charged,
    charged.map(({ pnl }) => pnl),
    tolerance,
  ).fitting;
  const net = multipleOf(
    charged,
    charged.map(({ pnl, fees }) => exactSum([pnl, fees])),
    tolerance,
  ).fitting;
  if (net > MOST && gross < hardly(charged.length))
    return { stated: 'net', why: 'P&L and costs together are a multiple of the price moves' };
  if (gross > MOST && net < hardly(charged.length))
    return { stated: 'gross', why: 'P&L is a multiple of the price moves' };
  return undefined;
}

function ask(cells: Cells, trades: readonly SourceTrade[]): never {
  const pnl = exactSum(trades.map((trade) => trade.pnl));
  const fees = exactSum(trades.map((trade) => trade.fees));
  const names = cells.raw.fees.map((at) => cells.columnName(at)).join(', ');
  const column = cells.columnName(cells.raw.columns.get('pnl') ?? -1);
  throw undecided(
    `${trades[0]!.row.file}: is ${column} before or after ${names}? Both readings fit:`,
    [
      { option: '--pnl net', meaning: `${column} is after costs: P&L of the list ${pnl.toFixed(2)}` },
      {
        option: '--pnl gross',
        meaning: `costs of ${fees.toFixed(2)} are still to be deducted: P&L of the list ${(pnl - fees).toFixed(2)}`,
      },
    ],
    '--pnl',
  );
}
