import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importCommand, shellWord } from '../../src/trade-lists/import-command.ts';
import { importHint } from '../../src/trade-lists/import-hint.ts';
import { FIXTURES } from './fixture.ts';

const hintOf = (name: string): ReturnType<typeof importHint> => importHint(name, readFileSync(FIXTURES + name));
const ofText = (text: string): ReturnType<typeof importHint> =>
  importHint('my list.csv', new TextEncoder().encode(text));

describe('a refused trade list is told what it is', () => {
  it.each([
    ['tradingview/list-of-trades.csv', 'tradingview'],
    ['ninjatrader/trades-german.csv', 'ninjatrader'],
    ['metatrader4/statement.htm', 'metatrader4'],
    ['metatrader5/report-history.html', 'metatrader5'],
    ['metatrader5/report-history-french.html', 'metatrader5'],
    ['metatrader5/strategy-tester.html', 'metatrader5-deals'],
    ['backtesting-py/trades.csv', 'backtesting.py'],
    ['vectorbt/trades.csv', 'vectorbt'],
    ['lean/result.json', 'lean'],
    ['freqtrade/backtest-result.json', 'freqtrade'],
    ['freqtrade/backtest-result.zip', 'freqtrade'],
    ['fxreplay/session.csv', 'fxreplay'],
    ['interactive-brokers/activity-statement.csv', 'interactive-brokers-statement'],
    ['tradovate/fills.csv', 'tradovate-fills'],
    ['backtrader/transactions.csv', 'backtrader-transactions'],
  ])('%s is %s', (name, format) => {
    const hint = hintOf(name);
    expect(hint?.format).toBe(format);
    expect(hint?.text).toContain(`\n  permafrost import trades ${name} --into trades.csv`);
  });

  it('separator, encoding and names that differ are said', () => {
    const utf16 = new Uint8Array(Buffer.from('\ufeffentry_time;exit_time;entry_price;exit_price;pnl\n', 'utf16le'));
    expect(importHint('f.csv', utf16)?.text).toContain('table of trades (separated by semicolon, in utf-16le)');
    expect(
      ofText('entry_time,exit_time,entry,exit price,pnl,size,direction\n2024-01-02,2024-01-03,1.5,2,3,1,long')?.text,
    ).toContain('whose entry is entry_price, size is qty, direction is side');
  });

  it('a path that a shell would take apart is quoted', () => {
    expect(ofText('Trade #,Type,Signal,Date/Time,Price USD,Contracts,Profit USD\n')?.text).toContain(
      "permafrost import trades 'my list.csv' --into trades.csv",
    );
    expect(shellWord("it's")).toBe(`'it'\\''s'`);
    expect(importCommand('-x.csv')).toBe('permafrost import trades ./-x.csv --into trades.csv');
    expect(importCommand('trades.csv')).toBe('permafrost import trades trades.csv --into imported.csv');
  });

  it('names that are nearly right become a --map', () => {
    expect(ofText('entri_time,exit_tme,entry_prce,other\n')?.text).toContain(
      "--map 'entry_time=entri_time,exit_time=exit_tme,entry_price=entry_prce,exit_price=COLUMN,pnl=COLUMN'",
    );
  });

  it('anything else is not taken for a trade list', () => {
    for (const text of [
      '',
      'a,b\n1,2',
      'change_id,target,label\n',
      '<html><body>no</body></html>',
      '{"a": 1}',
      '{"a"',
      'time,open,high,low,close\n',
    ]) {
      expect(ofText(text), text).toBeUndefined();
    }
  });
});
