import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/trade-lists/formats/registry.ts';
import { parseMap } from '../../src/trade-lists/map-columns.ts';
import type { ReadOptions } from '../../src/trade-lists/text/options.ts';
import { understood } from '../../src/trade-lists/understood.ts';
import { FIXTURES, readFixture } from './fixture.ts';

/** A line of the table in a fixture's README: what the program reports. */
interface Stated {
  readonly file: string;
  readonly options: ReadOptions;
  readonly trades: number;
  readonly pnl: string;
  readonly win_rate: string;
  readonly profit_factor: string;
  readonly max_drawdown: string;
}

function statedIn(folder: string): Stated[] {
  const lines = readFileSync(`${FIXTURES}${folder}/README.md`, 'utf8').split('\n');
  return lines
    .filter((line) => /^\| [\w.-]+\.\w+ \|/.test(line))
    .map((line) => {
      const [file, options, trades, pnl, win_rate, profit_factor, max_drawdown] = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()) as [string, string, string, string, string, string, string];
      return { file, options: optionsOf(options), trades: Number(trades), pnl, win_rate, profit_factor, max_drawdown };
    });
}

function optionsOf(text: string): ReadOptions {
  const [, name, value] = /^--(\S+) (.*)$/.exec(text) ?? [];
  if (name === 'point-value') {
    const [symbol, points] = value!.includes('=') ? value!.split('=') : ['', value];
    return { point_value: new Map([[symbol, Number(points)]]) };
  }
  if (name === 'map') return { map: parseMap(value!) };
  if (name === 'equity') return { equity: Number(value) };
  return name === 'strategy' ? { strategy: value! } : {};
}

describe('each program’s file gives what the program reports, to the cent', () => {
  const folders = readdirSync(FIXTURES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: folder } of folders) {
    const stated = statedIn(folder);
    it(`${folder}: every file stands in its README`, () => {
      const files = readdirSync(`${FIXTURES}${folder}`).filter((file) => file !== 'README.md');
      expect(stated.map(({ file }) => file).sort()).toEqual(files.sort());
    });
    for (const { file, options, trades, pnl, win_rate, profit_factor, max_drawdown } of stated) {
      it(`${folder}/${file}`, () => {
        const { figures } = readFixture(`${folder}/${file}`, options);
        expect({
          trades: figures.trades,
          win_rate: (figures.win_rate! * 100).toFixed(2),
          profit_factor: figures.profit_factor?.toFixed(3) ?? 'no loss',
        }).toEqual({ trades, win_rate, profit_factor });
        expect(Math.abs(figures.pnl - Number(pnl))).toBeLessThan(0.005);
        expect(Math.abs(figures.max_drawdown - Number(max_drawdown))).toBeLessThan(0.005);
      });
    }
  }

  it('every format has a file that is recognised as it', () => {
    const found = folders.flatMap(({ name: folder }) =>
      statedIn(folder).map(({ file, options }) => readFixture(`${folder}/${file}`, options).raw.format),
    );
    expect([...new Set(found)].sort()).toEqual(FORMATS.map(({ name }) => name).sort());
  });

  it('what a report states of itself equals what the list gives', () => {
    for (const file of [
      'metatrader4/statement.htm',
      'metatrader4/strategy-tester.htm',
      'metatrader5/report-history.html',
      'freqtrade/backtest-result.json',
      'interactive-brokers/activity-statement.csv',
      'ninjatrader/trades.csv',
      'tradingview/list-of-trades.csv',
    ]) {
      const { source, list } = understood(readFixture(file));
      expect(source.pnl?.toFixed(2), file).toBe(list.pnl.toFixed(2));
      if (source.win_rate !== undefined) expect(source.win_rate, file).toBeCloseTo(list.win_rate!, 4);
    }
  });
});
