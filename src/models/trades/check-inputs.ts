import { equityBefore } from './cell/account.ts';
import type { TradeInputs, TradeList } from './list/inputs.ts';
import type { TradeParameters } from './cell/parameters.ts';
import { measuredByNotional, measuredInR, notionals, risks } from './cell/risk.ts';
import { formatTime } from './list/time.ts';

/** What one cell needs of the input files and does not find there, a sentence each. */
export function checkCell(parameters: TradeParameters, inputs: TradeInputs, metrics: readonly string[]): string[] {
  return [
    ...checkDelay(parameters, inputs),
    ...checkNotional(parameters, inputs),
    ...checkRisk(parameters, inputs),
    ...checkEquity(parameters, inputs),
    ...checkYears(parameters, inputs, metrics),
  ];
}

function checkDelay({ delay_bars_max, delay_effect }: TradeParameters, inputs: TradeInputs): string[] {
  if (delay_bars_max === 0) return [];
  const { trades, ohlc, equity_curve } = inputs;
  if (ohlc !== undefined) {
    const early = trades.entry_time.findIndex((time) => time < ohlc.time[0]!);
    if (early === -1) return [];
    return [
      `${where(trades, early)}: the trade enters at ${formatTime(trades.entry_time[early]!)}, before the ` +
        `first bar of ${ohlc.path} (${formatTime(ohlc.time[0]!)}): give earlier bars, or drop the trade`,
    ];
  }
  if (equity_curve === undefined) {
    return [
      `delay_bars_max ${delay_bars_max} needs prices: the input file \`ohlc\` is missing ` +
        '(or `equity_curve` in its place): name one under inputs, or set delay_bars_max to 0',
    ];
  }
  if (equity_curve.count < 2) return [`${equity_curve.path} holds 1 point: a delay needs at least 2`];
  if (delay_effect === 'both_ways') {
    return [
      'delay_effect both_ways needs prices: an equity curve tells only the size of a move, not which way it goes: ' +
        'name an `ohlc` file under inputs, or set delay_effect to adverse_only',
    ];
  }
  return [];
}

/** A notional is made of the entry price, which must then be above 0. */
function checkNotional(parameters: TradeParameters, { trades, ohlc }: TradeInputs): string[] {
  const needed = measuredByNotional(parameters, ohlc !== undefined);
  if (needed.length === 0) return [];
  return withoutPrice(trades, () => true, needed.join(' and '));
}

function withoutPrice(trades: TradeList, which: (trade: number) => boolean, needed_by: string): string[] {
  const first = trades.entry_price.findIndex((price, i) => price <= 0 && which(i));
  if (first === -1) return [];
  const price = trades.entry_price[first]!;
  return [
    `${where(trades, first)}, column entry_price: ${price} is not above 0, and ${needed_by} takes a share of the entry notional; ` +
      'state the slippage in dollars, or give risk_dollars and state it in R',
  ];
}

function checkRisk(parameters: TradeParameters, { trades }: TradeInputs): string[] {
  const needed = measuredInR(parameters);
  if (needed.length === 0) return [];
  const by = needed.join(' and ');
  const without = trades.risk_dollars.findIndex(Number.isNaN);
  const fallback = parameters.risk_fallback_pct;
  if (without !== -1 && fallback === undefined) {
    const some = trades.risk_dollars.some((risk) => !Number.isNaN(risk));
    const what = some
      ? `${where(trades, without)}, column risk_dollars: is missing`
      : `${trades.path} has no column risk_dollars`;
    return [
      `${what}, and ${by} ${needed.length === 1 ? 'is' : 'are'} measured in R, what a trade risked: add the column (distance to the stop x qty x point value), ` +
        'or use dollars or percent (preset: reference makes R up as 1 % of the notional)',
    ];
  }
  const made_up = withoutPrice(trades, (i) => Number.isNaN(trades.risk_dollars[i]!), 'an R made up of it');
  if (made_up.length > 0 || parameters.sizing !== 'risk') return made_up;
  const notional = notionals(trades, parameters.point_value);
  const zero = risks(trades, notional, fallback).findIndex((risk) => risk <= 0);
  return zero === -1
    ? []
    : [`${where(trades, zero)}, column risk_dollars: 0 cannot be the R that sizing risk divides a result by`];
}

function checkEquity({ sizing, initial_equity }: TradeParameters, { trades }: TradeInputs): string[] {
  if (sizing !== 'equity') return [];
  const stated = trades.equity.some((value) => !Number.isNaN(value));
  const blank = stated ? trades.equity.findIndex(Number.isNaN) : -1;
  if (blank !== -1) {
    return [
      `${where(trades, blank)}, column equity: is missing, and sizing equity divides each result by the account it was made with: fill it in, or leave the column out`,
    ];
  }
  const before = equityBefore(trades, initial_equity);
  const gone = before.findIndex((value) => value <= 0);
  if (gone === -1) return [];
  const whose = stated ? 'the column equity says' : `initial_equity ${initial_equity} and the results before it leave`;
  return [
    `${where(trades, gone)}: the trade was made with an equity of ${before[gone]!} (${whose}), and sizing equity divides its result by that; ` +
      'is initial_equity the account of this list?',
  ];
}

/** Figures per year are taken from the span of the list. */
function checkYears(parameters: TradeParameters, { trades }: TradeInputs, metrics: readonly string[]): string[] {
  const span = trades.exit_time[trades.count - 1]! - trades.entry_time.reduce((a, b) => Math.min(a, b), Infinity);
  if (span >= 86_400_000) return [];
  const scaled = metrics.filter((name) => ['sharpe_ratio', 'sortino_ratio'].includes(name));
  const yearly = metrics.filter((name) => ['cagr_pct', 'calmar_ratio'].includes(name));
  const short = `${trades.path} spans less than a day from the first entry to the last exit`;
  return [
    ...(parameters.periods_per_year === undefined && scaled.length > 0
      ? [`${short}: give periods_per_year, the trades per year that ${scaled.join(' and ')} is scaled to`]
      : []),
    ...(yearly.length > 0
      ? [`${short}: leave ${yearly.join(' and ')} out of metrics, there is no growth per year`]
      : []),
  ];
}

function where({ path, line }: TradeList, trade: number): string {
  return `${path} line ${line[trade]!}`;
}
