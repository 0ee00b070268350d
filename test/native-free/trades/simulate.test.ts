import { TRADES_METRICS } from '#native-free/trades/cell';
import { kernelFor, simulateTrades } from '#native-free/trades/simulate';
import { aleaState, seedAlea } from '#native-free/alea';
import { delayedPnl } from '#native-free/trades/delayed';
import { delayByBars } from '#native-free/trades/perturb';
import type { TradesCell } from '#native-free/trades/cell';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BOOTSTRAPS, firstDifference, makeCell, makeColumns, SHUFFLES, type CellOptions } from './cells.ts';

/** Both kernels on one chunk; returns the first difference. */
function compare(cell: TradesCell, count: number, base_seed = 4294967000, first = 3): string | undefined {
  const twin = makeColumns(count);
  const wasm = makeColumns(count);
  simulateTrades(cell, base_seed, first, count, twin, 'typescript');
  simulateTrades(cell, base_seed, first, count, wasm, 'wasm');
  return firstDifference(twin, wasm);
}

function rows(cell: TradesCell, count: number, first = 0, kernel: 'wasm' | 'typescript' = 'wasm'): Float64Array[] {
  const columns = makeColumns(count);
  simulateTrades(cell, 1337, first, count, columns, kernel);
  return columns;
}

/** How results go with the equity, and what becomes of a ruined account. */
const ACCOUNTS: readonly CellOptions[] = [
  { n: 47 },
  { n: 47, stop: true, initial_equity: 4000, ruin_pct: 30 },
  { n: 47, shares: 'equity', initial_equity: 3000 },
  { n: 47, shares: 'equity', stop: true, ruin_pct: 60, initial_equity: 3000 },
  { n: 47, shares: 'risk', stop: true, initial_equity: 1000 },
  { n: 47, shares: 'risk', initial_equity: 1000 },
];

describe('the WebAssembly kernel and its twin give the same bits', () => {
  for (const shuffle of SHUFFLES) {
    for (const bootstrap of BOOTSTRAPS) {
      test(`shuffle ${shuffle}, bootstrap ${bootstrap}, with every delay, state model, slippage and stream`, () => {
        const differences: string[] = [];
        let turn = 0;
        for (const delay of ['none', 'bits', 'table', 'impacts', 'one side', 'one side, many bars'] as const) {
          for (const state of [false, true]) {
            for (const slip of [0, 100]) {
              for (const p_skip of [0, 0.05]) {
                for (const shared of [false, true]) {
                  const bars = { none: 0, bits: 1, table: 3, impacts: 50, 'one side': 1, 'one side, many bars': 50 }[
                    delay
                  ];
                  const one_side = delay.startsWith('one side');
                  turn++;
                  const cell = makeCell({
                    ...ACCOUNTS[turn % ACCOUNTS.length]!,
                    late_misses: turn % 4 > 1,
                    capped: turn % 8 > 3,
                    adverse_only: turn % 3 === 0,
                    seed: turn,
                    bars,
                    one_side,
                    state,
                    slip,
                    p_skip,
                    shuffle,
                    bootstrap,
                    block_len: 5,
                    shared,
                  });
                  const found = compare(cell, 13);
                  if (found !== undefined) differences.push(`${delay} ${state} ${slip} ${p_skip} ${shared}: ${found}`);
                }
              }
            }
          }
        }
        expect(differences).toEqual([]);
      });
    }
  }

  test('for every number of trades from 1 to 40, and some up to 10,000', () => {
    for (const n of [...Array.from({ length: 40 }, (_, i) => i + 1), 63, 64, 65, 100, 300, 1000, 4096, 10_000]) {
      const [shuffle, bootstrap] = [SHUFFLES[n % 3]!, BOOTSTRAPS[n % BOOTSTRAPS.length]!];
      const cell = makeCell({ ...ACCOUNTS[n % ACCOUNTS.length]!, n, seed: n, shuffle, bootstrap, block_len: 7 });
      expect(compare(cell, n > 1000 ? 6 : 21), `${n} trades`).toBeUndefined();
    }
  });

  test('for any settings', () => {
    const options: fc.Arbitrary<CellOptions> = fc.record({
      n: fc.integer({ min: 1, max: 90 }),
      seed: fc.integer({ min: 0, max: 1_000_000 }),
      p_skip: fc.constantFrom(0, 2 ** -40, 0.01, 0.5, 0.9, 0.999, 1 - 2 ** -40, 1),
      min_trades: fc.constantFrom(0, 1, 30, 1000),
      bars: fc.constantFrom(0, 1, 2, 3, 10, 50),
      one_side: fc.boolean(),
      state: fc.boolean(),
      slip: fc.constantFrom(0, 1e-300, 0.01, 100, 1e9),
      shuffle: fc.constantFrom(...SHUFFLES),
      bootstrap: fc.constantFrom(...BOOTSTRAPS),
      block_len: fc.constantFrom(1, 2, 10, 89, 90, 1000),
      initial_equity: fc.constantFrom(1e-3, 500, 3000, 100_000),
      late_misses: fc.boolean(),
      capped: fc.boolean(),
      adverse_only: fc.boolean(),
      shares: fc.constantFrom(undefined, 'equity', 'risk'),
      stop: fc.boolean(),
      ruin_pct: fc.constantFrom(0, 20, 99.9),
      metrics: fc.oneof(fc.constant(TRADES_METRICS), fc.shuffledSubarray([...TRADES_METRICS], { minLength: 1 })),
      overlapping: fc.boolean(),
      shared: fc.boolean(),
    });
    fc.assert(
      fc.property(
        options,
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.integer({ min: 1, max: 19 }),
        (o, seed, count) => {
          const found = compare(makeCell(o), count, seed, seed % 200_000);
          expect(found).toBeUndefined();
        },
      ),
      { numRuns: 1500 },
    );
  });

  const edges: Record<string, CellOptions> = {
    'all trades win': { n: 50, pnl: [10, 20.5, 1], slip: 0, bars: 0 },
    'all trades lose': { n: 50, pnl: [-10, -20.5, -1], bootstrap: 'trade_bootstrap' },
    'no trade makes or loses anything': { n: 50, pnl: [0], slip: 0, bars: 0, bootstrap: 'trade_bootstrap' },
    'some trades make nothing': { n: 50, pnl: [0, 5, 0, -5], slip: 0, bars: 0, bootstrap: 'block_bootstrap' },
    'the account is ruined and recovers': {
      n: 60,
      pnl: [-900, 1000, -1200, 300],
      initial_equity: 1000,
      shuffle: 'permute',
    },
    'the account is ruined at once': { n: 60, pnl: [-5000, 10], initial_equity: 1000 },
    'equity stands at zero': { n: 30, pnl: [-1000, 1000], initial_equity: 1000, slip: 0, bars: 0, p_skip: 0 },
    'one trade': { n: 1, bootstrap: 'trade_bootstrap' },
    'nearly all are missed and the mask is drawn again': { n: 64, p_skip: 0.9, min_trades: 8, shuffle: 'permute' },
    'all are missed': { n: 64, p_skip: 1, bootstrap: 'block_bootstrap' },
  };
  for (const [name, options] of Object.entries(edges)) {
    test(`where ${name}`, () => {
      expect(compare(makeCell(options), 1001)).toBeUndefined();
    });
  }
});

test('rows do not depend on how they are cut into chunks', () => {
  const cell = makeCell({ n: 80, shuffle: 'permute', bootstrap: 'trade_bootstrap' });
  for (const kernel of ['wasm', 'typescript'] as const) {
    const whole = rows(cell, 700, 0, kernel);
    for (const [first, count] of [
      [0, 1],
      [1, 2],
      [5, 256],
      [255, 300],
      [699, 1],
      [3, 513],
    ] as const) {
      const part = rows(cell, count, first, kernel);
      expect(
        firstDifference(
          part,
          whole.map((column) => column.subarray(first, first + count)),
        ),
      ).toBeUndefined();
    }
  }
});

test('a chunk leaves the rest of longer columns alone', () => {
  const columns = makeColumns(300).map((column) => column.fill(7));
  simulateTrades(makeCell({ n: 40 }), 1, 0, 257, columns, 'wasm');
  for (const column of columns) expect([...column.subarray(257)]).toEqual(new Array(43).fill(7));
});

test('cells may take turns, small after large and large after small', () => {
  const small = makeCell({ n: 3, seed: 5 });
  const large = makeCell({ n: 500, seed: 6, bars: 4, state: true, bootstrap: 'trade_bootstrap' });
  const expected = [rows(small, 9, 0, 'typescript'), rows(large, 9, 0, 'typescript')] as const;
  for (const cell of [small, large, small, large, small]) {
    expect(firstDifference(rows(cell, 9), cell === small ? expected[0] : expected[1])).toBeUndefined();
  }
});

test('a pure reordering leaves what does not depend on order constant to the last bit', () => {
  for (const shuffle of ['permute', 'block_permute'] as const) {
    const columns = rows(makeCell({ n: 200, p_skip: 0, bars: 0, slip: 0, shuffle }), 500);
    const distinct = Object.fromEntries(TRADES_METRICS.map((name, m) => [name, new Set(columns[m]).size]));
    expect(distinct).toMatchObject({ total_return_pct: 1, profit_factor: 1, win_rate: 1, n_trades: 1, total_pnl: 1 });
    expect(distinct.max_drawdown_pct).toBeGreaterThan(20);
  }
});

test('with every stage off each row is the list itself, by hand', () => {
  const cell = makeCell({ n: 4, pnl: [100, -50, 0, 30], p_skip: 0, bars: 0, slip: 0, initial_equity: 1000 });
  const [ret, drawdown, factor, , , wins, n, pnl] = rows({ ...cell, month_end: Uint32Array.of(2, 4) }, 2);
  expect([ret![0], drawdown![0], factor![0], wins![0], n![0], pnl![0]]).toEqual([
    8,
    (50 / 1100) * 100,
    2.6,
    0.5,
    4,
    80,
  ]);
});

test('no value is stored as -0, and no metric is NaN but a Sortino ratio without a loss', () => {
  for (const options of [
    { n: 20, p_skip: 1 },
    { n: 20, pnl: [0] },
    { n: 20, pnl: [-1, 1], slip: 0 },
  ]) {
    for (const kernel of ['wasm', 'typescript'] as const) {
      for (const [m, column] of rows(makeCell(options), 8, 0, kernel).entries()) {
        const may_be_missing = TRADES_METRICS[m] === 'sortino_ratio';
        for (const value of column) {
          expect(Object.is(value, -0)).toBe(false);
          expect(Number.isNaN(value) && !may_be_missing).toBe(false);
        }
      }
    }
  }
});

test('a delay by an equity curve falls back to the twin, and kernelFor says so', () => {
  const cell = makeCell({ n: 20, delay: 'equity_curve', bars: 3, state: true });
  expect(kernelFor(cell)).toEqual({ kernel: 'typescript', reason: 'a delay by an equity curve has no SIMD form' });
  expect(kernelFor(makeCell({ n: 20 }))).toEqual({ kernel: 'wasm' });
  expect(kernelFor(makeCell({ n: 20 }), 'typescript').kernel).toBe('typescript');
  expect(compare(cell, 20)).toBeUndefined();
});

test('a delay gives the same trades with and without the table of its outcomes', () => {
  for (const one_side of [false, true]) {
    for (const state of [false, true]) {
      for (const bars of [1, 2, 7]) {
        const cell = makeCell({ n: 60, bars, one_side, state });
        const [withTable, without] = [delayedPnl(cell), undefined].map((table) => {
          const generator = aleaState();
          seedAlea(generator, 5);
          const list = new Float64Array(60);
          delayByBars(generator, cell, table, list);
          return { list, state: { ...generator } };
        });
        expect(withTable).toEqual(without);
      }
    }
  }
});

test('a delay on one side of very many trades and bars falls back to the twin, and kernelFor says so', () => {
  const cell = makeCell({ n: 42_000, bars: 50, one_side: true, bootstrap: 'trade_bootstrap' });
  expect(kernelFor(cell).reason).toContain('too many trades and bars');
  expect(rows(cell, 1)[6]![0]).toBeGreaterThan(39_000);
});
