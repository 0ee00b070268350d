import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadInputs } from '../../../src/models/trades/list/inputs.ts';
import { TRADE_METRICS } from '../../../src/models/trades/metric-specs.ts';
import { resolved, trades } from './run-model.ts';

const folder = fileURLToPath(new URL('../../../examples/sp500/', import.meta.url));
const read = (name: string): Buffer => readFileSync(`${folder}${name}`);

describe('examples/sp500', () => {
  it('derive-trades.mjs reproduces trades.csv byte for byte', () => {
    const printed = execFileSync(process.execPath, [`${folder}derive-trades.mjs`, '--print']);
    expect(printed.equals(read('trades.csv'))).toBe(true);
  });

  it('no trade looks ahead: entry and exit are opens of bars that exist', () => {
    const opens = new Map(
      read('sp500_daily.csv')
        .toString()
        .split('\n')
        .map((line) => line.split(',') as [string, string])
        .map(([date, open]) => [date, open]),
    );
    const rows = read('trades.csv').toString().trimEnd().split('\n').slice(1);
    for (const row of rows) {
      const [entry_time, exit_time, entry_price, exit_price] = row.split(',');
      expect([opens.get(entry_time!), opens.get(exit_time!)]).toEqual([entry_price, exit_price]);
    }
    expect(rows.length).toBe(316);
  });

  it('the study names parameters and inputs of the model, and every cell suits the files', () => {
    const study = parse(read('study.yaml').toString()) as {
      model: string;
      inputs: Record<string, string>;
      parameters: Record<string, number>;
      grid: Record<string, unknown>;
    };
    expect(study.model).toBe('trades');
    const files = Object.entries(study.inputs).map(([name, path]) => [name, { path, bytes: read(path) }] as const);
    const inputs = loadInputs(Object.fromEntries(files));
    expect(inputs.ohlc!.count).toBe(5105);
    for (const name of [...Object.keys(study.parameters), ...Object.keys(study.grid)]) {
      expect(Object.keys(trades.parameters)).toContain(name);
    }
    expect(trades.checkInputs!(resolved({ ...study.parameters, delay_bars_max: 1 }), inputs, TRADE_METRICS)).toEqual(
      [],
    );
  });
});
