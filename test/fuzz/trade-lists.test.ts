import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../src/errors.ts';
import { canonicalCsv } from '../../src/trade-lists/canonical-csv.ts';
import { importHint } from '../../src/trade-lists/import-hint.ts';
import { readTradeList } from '../../src/trade-lists/read-trade-list.ts';
import type { ReadOptions } from '../../src/trade-lists/text/options.ts';
import { understood } from '../../src/trade-lists/understood.ts';
import { FIXTURES } from '../trade-lists/fixture.ts';

// Hundreds of inputs each; a busy machine is slow at that.
vi.setConfig({ testTimeout: 60_000 });

const RUNS = process.env['PERMAFROST_FULL'] === '1' ? 3000 : 200;

/** A result that is a whole canonical list, or one error with exit code 2. Anything else fails. */
function readOrRefuse(bytes: Uint8Array, options: ReadOptions = {}): 'read' | 'refused' {
  importHint('f', bytes.subarray(0, 1 << 20));
  try {
    const read = readTradeList([{ path: 'f', bytes }], options);
    understood(read);
    const lines = canonicalCsv(read.trades).trimEnd().split('\n');
    const width = lines[0]!.split(',').length;
    expect(lines.length).toBe(read.figures.trades + 1);
    for (const line of lines.slice(1)) {
      const cells = line.split(',');
      expect(cells).toHaveLength(width);
      for (const cell of cells.slice(2, 6)) expect(Number.isFinite(Number(cell)), line).toBe(true);
      expect(Number(cells[5])).toBeGreaterThan(0);
      expect(Date.parse(cells[1]!) >= Date.parse(cells[0]!), line).toBe(true);
    }
    return 'read';
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    expect(error.exit).toBe(2);
    expect(error.message.length).toBeLessThan(20_000);
    return 'refused';
  }
}

const fixtures = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(?:csv|html?|json|zip|xlsx)$/.test(name))
  .map((name) => new Uint8Array(readFileSync(FIXTURES + name)));

const OPTIONS = fc.record(
  {
    decimal: fc.constantFrom('.' as const, ',' as const),
    dates: fc.constantFrom('dmy' as const, 'mdy' as const, 'ymd' as const),
    timezone: fc.constantFrom('America/New_York', 'UTC', '+05:30'),
    equity: fc.constantFrom(1, 10_000),
    pnl: fc.constantFrom('net' as const, 'gross' as const),
    point_value: fc.constant(new Map([['', 5]])),
    strategy: fc.constantFrom('OwnStrategy', 'First'),
  },
  { requiredKeys: [] },
);

describe('whatever the bytes are, there is a result or one error', () => {
  it('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void readOrRefuse(bytes)),
      { numRuns: RUNS },
    );
  });

  it('programs’ files, with bytes changed, left out or cut off', () => {
    const change = fc.record({
      file: fc.nat(fixtures.length - 1),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      value: fc.nat(255),
      kind: fc.constantFrom('set', 'cut', 'drop', 'twice'),
    });
    fc.assert(
      fc.property(change, OPTIONS, ({ file, at, value, kind }, options) => {
        const whole = fixtures[file]!;
        const place = Math.min(whole.length - 1, Math.floor(at * whole.length));
        const parts =
          kind === 'cut'
            ? [whole.subarray(0, place)]
            : kind === 'drop'
              ? [whole.subarray(0, place), whole.subarray(place + 1)]
              : kind === 'twice'
                ? [whole.subarray(0, place), whole.subarray(Math.floor(place / 2))]
                : [whole.subarray(0, place), Uint8Array.of(value), whole.subarray(place + 1)];
        readOrRefuse(Buffer.concat(parts), options);
      }),
      { numRuns: RUNS },
    );
  });

  it('tables that a grammar makes: cells as people write them, in the wrong places, too', () => {
    const cell = fc.oneof(
      fc.constantFrom(
        '',
        '-',
        'NaN',
        '1.234',
        '1,234',
        '1.234,56',
        '(5.00)',
        '$5',
        '5%',
        '−5',
        '0',
        '1e309',
        '1e-400',
        '-0',
        'long',
        'short',
        'Sell',
        'open',
        'true',
      ),
      fc.constantFrom(
        '2024-01-02',
        '01/02/2024',
        '13/01/2024 10:00',
        '1704207600',
        '2024-01-02T10:00:00+02:00',
        '9999-12-31',
        '0001-01-01',
        '24/01/02',
        '12:30',
      ),
      fc.integer({ min: -1000, max: 1000 }).map(String),
      fc.double().map(String),
      fc.string({ maxLength: 8 }),
    );
    const names = fc.constantFrom(
      'entry_time',
      'exit_time',
      'entry_price',
      'exit_price',
      'pnl',
      'qty',
      'side',
      'fee',
      'time',
      'price',
      'symbol',
      'equity',
      'risk_dollars',
      'Net P&L',
      'entry',
      'exit',
      'type',
      'status',
      'currency',
    );
    const table = fc.record({
      header: fc.uniqueArray(names, { minLength: 3, maxLength: 12 }),
      rows: fc.array(fc.array(cell, { minLength: 1, maxLength: 12 }), { maxLength: 8 }),
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
    });
    fc.assert(
      fc.property(table, OPTIONS, ({ header, rows, delimiter }, options) => {
        readOrRefuse(new TextEncoder().encode([header, ...rows].map((row) => row.join(delimiter)).join('\n')), options);
      }),
      { numRuns: RUNS },
    );
  });

  it('rows that are nearly right, so that many are read', () => {
    const day = fc.integer({ min: 1, max: 28 });
    const row = fc.record({
      day,
      price: fc.integer({ min: -50, max: 5000 }),
      move: fc.integer({ min: -100, max: 100 }),
      qty: fc.integer({ min: 1, max: 9 }),
      side: fc.constantFrom('long', 'short', 'Buy', 's'),
      fee: fc.constantFrom('0', '1', '-1', '0.5'),
    });
    let read = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), fc.boolean(), OPTIONS, (rows, with_fee, options) => {
        const lines = rows.map(({ day, price, move, qty, side, fee }) => {
          const pnl = move * qty * (side === 'short' || side === 's' ? -1 : 1);
          return [
            `2024-01-${String(day).padStart(2, '0')}`,
            '2024-02-01',
            price / 4,
            (price + move * 4) / 4,
            pnl,
            qty,
            side,
            ...(with_fee ? [fee] : []),
          ].join();
        });
        const header = `entry_time,exit_time,entry_price,exit_price,pnl,qty,side${with_fee ? ',fee' : ''}`;
        if (readOrRefuse(new TextEncoder().encode([header, ...lines].join('\n')), options) === 'read') read++;
      }),
      { numRuns: RUNS },
    );
    expect(read).toBeGreaterThan(RUNS / 4);
  });

  it('JSON of any shape', () => {
    const key = fc.constantFrom(
      'strategy',
      'trades',
      'pair',
      'open_rate',
      'orders',
      'totalPerformance',
      'closedTrades',
      'entryPrice',
      'profitLoss',
      'symbol',
      'status',
      'price',
      'quantity',
      'time',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, 0, -1.5, '', 'x', 3, '2024-01-02T10:00:00Z'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(value, (json) => void readOrRefuse(new TextEncoder().encode(JSON.stringify(json)))),
      { numRuns: RUNS },
    );
  });

  it('what could take long does not: long lines, quotes, blanks, tags, one column of digits', () => {
    for (const text of [
      '"'.repeat(200_000),
      'a,'.repeat(200_000),
      ' '.repeat(500_000),
      '<tr>'.repeat(100_000),
      `<table>${'<tr><td>'.repeat(50_000)}`,
      `${'1'.repeat(300_000)}\n`.repeat(2),
      '('.repeat(300_000),
      `entry_time,exit_time,entry_price,exit_price,pnl\n${'1,234,'.repeat(5)}${'9'.repeat(400_000)}`,
      '[['.repeat(50_000),
    ]) {
      readOrRefuse(new TextEncoder().encode(text));
    }
  });
});
