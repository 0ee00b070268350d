import { readNumber } from '../text/number-text.ts';
import { reportedOf } from './format.ts';
import type { Reported } from './raw-list.ts';
import type { Row } from '../tables/table.ts';

/** The cell that follows a label in a report: `Profit Factor:` | `1.52`. */
export function labelled(rows: readonly Row[], label: RegExp): string | undefined {
  for (const { cells } of rows) {
    const at = cells.findIndex((cell) => label.test(cell));
    if (at < 0) continue;
    const value = cells.slice(at + 1).find((cell) => cell !== '');
    if (value !== undefined) return value;
  }
  return undefined;
}

/** `1 234.50 (12.3%)` -> 1234.5 and 12.3. */
function numberAndShare(text: string | undefined): { number: number | undefined; share: number | undefined } {
  const found = /^([^(]*)(?:\(([^)%]*)%\))?/.exec(text ?? '');
  const value = (part: string | undefined): number | undefined => {
    const number = readNumber((part ?? '').trim(), '.');
    return Number.isNaN(number) ? undefined : number;
  };
  return { number: value(found?.[1]), share: value(found?.[2]) };
}

/** What a MetaTrader report says of its trades (the English labels of versions 4 and 5). */
export function reportedByMetaTrader(rows: readonly Row[]): Reported {
  const value = (label: RegExp): number | undefined => numberAndShare(labelled(rows, label)).number;
  const drawdown = numberAndShare(labelled(rows, /^(?:balance drawdown maximal|maximal drawdown):?$/i));
  const wins = numberAndShare(labelled(rows, /^profit trades \(% of total\):?$/i)).share;
  return reportedOf({
    trades: value(/^total trades:?$/i),
    pnl: value(/^total net profit:?$/i) ?? value(/^closed trade p\/l:?$/i),
    win_rate: wins === undefined ? undefined : wins / 100,
    profit_factor: value(/^profit factor:?$/i),
    max_drawdown: drawdown.number,
    max_drawdown_pct: drawdown.share,
  });
}

/** The account's first money, from `Initial Deposit:` of a test. */
export function initialDeposit(rows: readonly Row[]): number | undefined {
  const number = numberAndShare(labelled(rows, /^initial deposit:?$/i)).number;
  return number !== undefined && number > 0 ? number : undefined;
}

/** `12345 (USD, Broker-Server, real, Hedge)`, or `Currency: USD`. */
export function accountCurrency(rows: readonly Row[]): string | undefined {
  for (const { cells } of rows) {
    for (const cell of cells) {
      const found = /^\d{3,}\s*\(\s*([A-Z]{3})\b/.exec(cell) ?? /^currency:\s*([A-Z]{3})$/i.exec(cell);
      if (found !== null) return found[1]!.toUpperCase();
    }
  }
  const value = labelled(rows, /^currency:$/i);
  return value !== undefined && /^[A-Z]{3}$/.test(value) ? value : undefined;
}
