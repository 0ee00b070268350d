import type { Format } from './format.ts';
import { backtestingPy } from './backtesting-py.ts';
import { backtrader, backtraderTransactions } from './backtrader.ts';
import { freqtrade } from './freqtrade.ts';
import { fxreplay } from './fxreplay.ts';
import { homeMadeFills, homeMadeTrades } from './home-made.ts';
import { activityStatement, flexQuery } from './interactive-brokers.ts';
import { lean, leanOrders } from './lean.ts';
import { metatrader4, metatrader4Test } from './metatrader4.ts';
import { metatrader5, metatrader5Deals } from './metatrader5.ts';
import { ninjatrader } from './ninjatrader.ts';
import { tradingview } from './tradingview.ts';
import { tradovateFills, tradovatePerformance } from './tradovate.ts';
import { vectorbt } from './vectorbt.ts';

/** Formats of programs. Where a file is of several (a MetaTrader 5 report has positions and deals), the first is taken. */
export const PROGRAM_FORMATS: readonly Format[] = [
  tradingview,
  ninjatrader,
  metatrader4,
  metatrader4Test,
  metatrader5,
  metatrader5Deals,
  backtestingPy,
  vectorbt,
  lean,
  leanOrders,
  freqtrade,
  fxreplay,
  flexQuery,
  activityStatement,
  tradovatePerformance,
  tradovateFills,
  backtrader,
  backtraderTransactions,
];

/** Tables of no program, tried last. */
export const HOME_MADE: readonly Format[] = [homeMadeTrades, homeMadeFills];

export const FORMATS: readonly Format[] = [...PROGRAM_FORMATS, ...HOME_MADE];

/** What `--from` takes: a program (the first format that fits of those whose names begin with it) or one format. */
export const FORMAT_NAMES: readonly string[] = FORMATS.map(({ name }) => name);

/** `interactive-brokers` covers its Flex query and its statement. */
export function formatsNamed(name: string): readonly Format[] {
  return FORMATS.filter((format) => format.name === name || format.name.startsWith(`${name}-`));
}
