import type { TradesCell } from '#native-free/trades/cell';
import { kernelFor, simulateTrades } from '#native-free/trades/simulate';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { firstDifference, makeColumns } from './cells.ts';

interface KnownCell {
  readonly cell: TradesCell;
  /** Seed, then the metrics. */
  readonly rows: readonly (readonly number[])[];
}

const WORDS = new Set(['delay', 'shuffle', 'bootstrap']);
const SWITCHES = new Set(['one_side', 'slip', 'shares', 'stop']);
const NUMBERS = new Set([
  'n',
  'p_skip',
  'min_executed',
  'skip_redraws',
  'delay_bars_max',
  'block_len',
  'restart_chance',
  'share_factor',
  'ruin_level',
  'initial_equity',
  'sharpe_factor',
  'profit_factor_cap',
]);

/** The file's text, after the format in its own header. */
function read(text: string): KnownCell[] {
  const cells: { cell: Record<string, unknown>; rows: number[][] }[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [name, ...values] = line.split(' ') as [string, ...string[]];
    const last = cells.at(-1);
    if (name === 'cell') cells.push({ cell: { fixed_draws: undefined }, rows: [] });
    else if (name === 'row') last!.rows.push(values.map(Number));
    else last!.cell[name] = parse(name, values);
  }
  return cells as unknown as KnownCell[];
}

function parse(name: string, values: readonly string[]): unknown {
  if (WORDS.has(name)) return values[0];
  if (SWITCHES.has(name)) return values[0] === 'true';
  if (NUMBERS.has(name)) return Number(values[0]);
  if (name === 'metrics') return values.slice(1);
  const numbers = values.map(Number);
  if (name === 'month_end' || name === 'month_start') return Uint32Array.from(numbers.slice(1));
  if (name === 'fixed_draws') {
    const [skip, delay, slip, shuffle, bootstrap] = numbers;
    return { skip, delay, slip, shuffle, bootstrap };
  }
  expect(numbers.length - 1).toBe(numbers[0]);
  return Float64Array.from(numbers.slice(1));
}

const file = fileURLToPath(new URL('../../../native-free/trades/known-answers.txt', import.meta.url));
const known = read(readFileSync(file, 'utf8'));

for (const kernel of ['typescript', 'auto'] as const) {
  test(`kernel ${kernel} gives the rows that an independent Python implementation computed, to the last bit`, () => {
    const different: string[] = [];
    let rows = 0;
    for (const [at, { cell, rows: expected }] of known.entries()) {
      for (const [seed, ...metrics] of expected as [number, ...number[]][]) {
        const columns = makeColumns(1);
        simulateTrades(cell, seed, 0, 1, columns, kernel);
        const found = firstDifference(
          columns,
          metrics.map((value) => Float64Array.of(value)),
        );
        if (found !== undefined) different.push(`cell ${at}, seed ${seed}: ${found}`);
        rows++;
      }
    }
    expect(different).toEqual([]);
    expect(rows).toBeGreaterThan(300);
  });
}

test('the known answers hold every mode', () => {
  const values = (name: keyof TradesCell) => [...new Set(known.map(({ cell }) => cell[name]))].sort();
  expect(values('delay')).toEqual(['equity_curve', 'none', 'ohlc']);
  expect(values('shuffle')).toEqual(['block_permute', 'none', 'permute']);
  expect(values('bootstrap')).toEqual([
    'block_bootstrap',
    'moving_block_bootstrap',
    'none',
    'stationary_bootstrap',
    'trade_bootstrap',
  ]);
  expect(values('shares')).toEqual([false, true]);
  expect(values('stop')).toEqual([false, true]);
  expect(known.some(({ cell }) => cell.entry_impact.includes(Infinity))).toBe(true);
  expect(values('one_side')).toEqual([false, true]);
  expect(known.some(({ cell }) => cell.fixed_draws !== undefined)).toBe(true);
  expect(known.some(({ cell }) => cell.intensity.length > 0)).toBe(true);
  expect(known.filter(({ cell }) => kernelFor(cell).kernel === 'wasm').length).toBeGreaterThan(25);
});
