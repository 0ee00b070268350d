import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { builtInModels } from '../../src/models/registry.ts';
import { TRADE_METRIC_SPECS, TRADE_METRICS } from '../../src/models/trades/metric-specs.ts';
import { importCommand } from '../../src/commands/import.ts';
import { expandCells } from '../../src/study/cells.ts';
import { loadStudy } from '../../src/study/study.ts';
import { HOME_MADE, PROGRAM_FORMATS } from '../../src/trade-lists/formats/registry.ts';
import { alea, chunk, prepared, trades } from '../models/trades/run-model.ts';
import { errorOf } from '../trade-lists/fixture.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
/** The first column of a table whose header begins so. */
function rows(text: string, header: string): string[][] {
  const lines = text.slice(text.indexOf(`| ${header}`)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
const names = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

describe('docs/trades.md', () => {
  const text = read('docs/trades.md');

  it('has every parameter, in the order of the model, with its default', () => {
    const table = rows(text, 'parameter |');
    expect(table.map(([name]) => names(name!)[0])).toEqual(Object.keys(trades.parameters));
    const said = { 'must be given': undefined, none: undefined, 'of the list': undefined } as Record<string, undefined>;
    for (const [name, value] of table) {
      const { default: actual } = trades.parameters[names(name!)[0]!]!;
      expect(value! in said ? undefined : value!.replaceAll('`', ''), name).toBe(
        actual === undefined ? undefined : String(actual),
      );
    }
  });

  it('has every metric: those stored by default in their order, and those on request', () => {
    const stored = TRADE_METRICS.filter((name) => !('stored' in TRADE_METRIC_SPECS[name]));
    expect(text.replaceAll('\n', ' ')).toContain(stored.map((name) => `\`${name}\``).join(', '));
    const asked = rows(text, 'on request |').flatMap(([name]) => names(name!));
    expect([...asked].sort()).toEqual(TRADE_METRICS.filter((name) => !stored.includes(name)).sort());
  });

  it('has every note by its code', () => {
    const folder = join(root, 'src/models/trades');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const codes = sources.flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/code: '([A-Z_]+)'/g)].map((match) => match[1]!),
    );
    expect(
      rows(text, 'code |')
        .flatMap(([code]) => names(code!))
        .sort(),
    ).toEqual([...new Set(codes)].sort());
  });

  it('its study runs', async () => {
    const yaml = /```yaml\n([^]*?)```/.exec(text)![1]!;
    const study = await loadStudy({ study: parse(yaml), folder: '/' }, { models: builtInModels });
    const texts = { trades: read('examples/sp500/trades.csv'), ohlc: read('examples/sp500/sp500_daily.csv') };
    const cells = [...expandCells(study)];
    expect(cells).toHaveLength(2 * 2 * 4);
    for (const { parameters } of cells) {
      const state = await prepared(texts, parameters, { metrics: study.metrics });
      const columns = chunk(state, alea(1), 0, 20);
      for (const metric of study.metrics) {
        const column = columns[TRADE_METRICS.findIndex((name) => name === metric)]!;
        expect(column.every(Number.isFinite), metric).toBe(true);
      }
    }
  });
});

describe('docs/import-trades.md', () => {
  const text = read('docs/import-trades.md');

  it('has every format by its name', () => {
    const table = rows(text, 'program |').flatMap(([, , from]) => names(from!));
    expect([...table].sort()).toEqual([...PROGRAM_FORMATS, ...HOME_MADE].map(({ name }) => name).sort());
  });

  it('has every option', () => {
    const command = importCommand().commands.find((each) => each.name() === 'trades')!;
    const options = command.options.map(({ long }) => long!).filter((option) => option !== '--debug');
    const table = rows(text, 'option |').map(([option]) => names(option!)[0]!.split(' ')[0]!);
    expect([...table].sort()).toEqual([...new Set([...options, '--json'])].sort());
  });

  it('what it says of two readings is what is said', () => {
    const list = 'entry_time,exit_time,entry_price,exit_price,pnl\n01/03/2024,01/04/2024,100,101,1\n';
    const said = /```\nus\.csv line 2[^]*?```/.exec(text)![0].slice(4, -4);
    expect(errorOf(list)).toBe(said.replace('us.csv', 'list.csv'));
  });
});

describe('examples/sp500/README.md', () => {
  it('has the figures of the list that it speaks of', async () => {
    const text = read('examples/sp500/README.md');
    const state = await prepared(
      { trades: read('examples/sp500/trades.csv') },
      { initial_equity: 50_000, ruin_equity_pct: 50 },
    );
    const column = (name: string): number =>
      chunk(state, alea(1), 0, 1)[TRADE_METRICS.findIndex((each) => each === name)]![0]!;
    expect(text).toContain(
      `makes ${column('total_return_pct').toFixed(1)} % in 18 years, ${column('cagr_pct').toFixed(2)} % a year, with a Sharpe ratio of ` +
        `${column('sharpe_ratio').toFixed(2)} and a deepest fall of ${column('max_drawdown_pct').toFixed(1)} %`,
    );
    expect(text).toContain(`**Trades per year**: ${(state.cell.sharpe_factor * state.cell.sharpe_factor).toFixed(1)}`);
    const cells = await loadStudy(
      { study: parse(read('examples/sp500/study.yaml')), folder: '/' },
      { models: builtInModels },
    );
    expect(text).toContain(`${[...expandCells(cells)].length} cells x 20,000 permutations`);
  });
});
