#!/usr/bin/env node
/**
 * A plain pullback strategy on the daily bars of the S&P 500, to have a trade list to perturb. Not advice.
 *
 *   node derive-trades.mjs            writes trades.csv beside this file
 *   node derive-trades.mjs --print    to stdout
 *
 * Rules, decided on the close of a day and filled at the NEXT day's open, so nothing looks ahead:
 *  - enter long when the close is the lowest of the last 5 closes but above the mean of the last 200 closes;
 *  - leave when the close is above the mean of the last 5 closes, or more than 3 ATR below the entry price;
 *  - ATR is the mean true range of the last 20 days at the decision to enter;
 *  - size: whole shares (one index point is one dollar) so that 3 ATR are 1,000 dollars at risk, R = risk_dollars;
 *  - every trade pays 0.01 % of its value on entry and on exit.
 * A position still open at the last bar is left out.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const PULLBACK_DAYS = 5;
const TREND_DAYS = 200;
const ATR_DAYS = 20;
const STOP_ATR = 3;
const RISK_DOLLARS = 1000;
const COST_SHARE = 0.0001;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

function readBars(path) {
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [date, ...prices] = line.split(',');
    const [open, high, low, close] = prices.map(Number);
    return { date, open, high, low, close };
  });
}

/** Mean of f over bars from .. to, both included. */
function mean(bars, from, to, f) {
  let sum = 0;
  for (let i = from; i <= to; i++) sum += f(bars[i], bars[i - 1]);
  return sum / (to - from + 1);
}

const trueRange = (bar, before) =>
  Math.max(bar.high - bar.low, Math.abs(bar.high - before.close), Math.abs(bar.low - before.close));

const meanClose = (bars, day, count) => mean(bars, day - count + 1, day, (bar) => bar.close);

/** Whether the close of `day` is the lowest of the last `count` closes, its own included. */
const isLowest = (bars, day, count) => bars.slice(day - count + 1, day).every((bar) => bars[day].close < bar.close);

function deriveTrades(bars) {
  const trades = [];
  let position;
  for (let day = TREND_DAYS; day + 1 < bars.length; day++) {
    const { close } = bars[day];
    const next = bars[day + 1];
    if (position === undefined) {
      if (!isLowest(bars, day, PULLBACK_DAYS) || close <= meanClose(bars, day, TREND_DAYS)) continue;
      const atr = mean(bars, day - ATR_DAYS + 1, day, trueRange);
      const qty = Math.floor(RISK_DOLLARS / (STOP_ATR * atr));
      if (qty > 0) position = { date: next.date, price: next.open, stop: next.open - STOP_ATR * atr, qty, atr };
    } else if (close > meanClose(bars, day, PULLBACK_DAYS) || close < position.stop) {
      trades.push(closeTrade(position, next));
      position = undefined;
    }
  }
  return trades;
}

function closeTrade({ date, price, qty, atr }, { date: exit_time, open: exit_price }) {
  const cost = (price + exit_price) * qty * COST_SHARE;
  return {
    entry_time: date,
    exit_time,
    entry_price: price.toFixed(2),
    exit_price: exit_price.toFixed(2),
    pnl: ((exit_price - price) * qty - cost).toFixed(2),
    qty,
    side: 'long',
    risk_dollars: (STOP_ATR * atr * qty).toFixed(2),
  };
}

const trades = deriveTrades(readBars(here('sp500_daily.csv')));
const lines = [Object.keys(trades[0]), ...trades.map(Object.values)].map((cells) => cells.join(','));
const text = `${lines.join('\n')}\n`;
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(here('trades.csv'), text);
