import { describe, expect, it } from 'vitest';
import type { Parameters, ParameterValue } from '../../../src/model/model.ts';
import { loadInputs } from '../../../src/models/trades/list/inputs.ts';
import { inspectTrades } from '../../../src/models/trades/inspect.ts';
import { expectedExecuted } from '../../../src/models/trades/notes/min-trades.ts';
import { movingBlockWeights } from '../../../src/models/trades/notes/settings.ts';
import { tradeListNotes } from '../../../src/models/trades/notes/notes.ts';
import { alea, chunk, files, prepared, resolved, trades, type Texts } from './run-model.ts';

const HEADER = 'entry_time,exit_time,entry_price,exit_price,pnl';

/** Trades of one day each from 1 January 2020 on: entry, exit, pnl and whatever else. */
function list(rows: readonly (readonly (number | string)[])[], more = ''): string {
  const day = (i: number): string => new Date(Date.UTC(2020, 0, 1 + 2 * i)).toISOString().slice(0, 10);
  const next = (i: number): string => new Date(Date.UTC(2020, 0, 2 + 2 * i)).toISOString().slice(0, 10);
  const lines = rows.map((row, i) => [day(i), next(i), ...row].join(','));
  return `${HEADER}${more}\n${lines.join('\n')}\n`;
}

/** Prices that wander, the same for the same n; of no strategy in particular. */
function moves(n: number): (readonly [entry: number, exit: number])[] {
  let state = 99;
  const u = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 4294967296;
  return Array.from({ length: n }, () => {
    const entry = Math.round(8000 + 4000 * u()) / 100;
    return [entry, Math.round(100 * entry * (0.97 + 0.06 * u())) / 100] as const;
  });
}
const cents = (x: number): string => x.toFixed(2);

function notes(text: string, point_value = 1): Record<string, string> {
  const found = tradeListNotes(loadInputs(files({ trades: text })).trades, [point_value]);
  return Object.fromEntries(found.map(({ code, message }) => [code, message]));
}
const codes = (text: string, point_value = 1): string[] => Object.keys(notes(text, point_value));

function studyCodes(
  texts: Texts,
  cells: Record<string, ParameterValue>[],
  streams: 'independent' | 'shared' = 'independent',
) {
  const inputs = loadInputs(files(texts));
  const all: Parameters[] = cells.map((cell) => resolved({ initial_equity: 1000, ...cell }));
  const found = trades.notes!(inputs, all, { streams, metrics: [] });
  return Object.fromEntries(found.map((note) => (typeof note === 'string' ? ['', note] : [note.code, note.message])));
}

describe('a list that is what it says', () => {
  it('has no notes: long and short, whole trades, pnl the price move', () => {
    const rows = moves(40).map(([entry, exit], i) => {
      const side = i % 3 === 0 ? -1 : 1;
      return [entry, exit, cents((exit - entry) * side * 25), 25, side];
    });
    expect(codes(list(rows, ',qty,side'))).toEqual([]);
  });
});

describe('columns under other names', () => {
  const line = '2024-01-02,2024-01-03,100,101,100';
  const one = (name: string): string[] => {
    const found = tradeListNotes(loadInputs(files({ trades: `${HEADER},${name}\n${line},1\n` })).trades);
    return found.filter(({ code }) => code === 'LOOKALIKE_COLUMN').map(({ message }) => message);
  };

  it.each([
    [
      'every trade is read as long',
      'direction',
      'Direction',
      'type',
      'Trade type',
      'Market pos.',
      'market_position',
      'Position',
      'action',
      'Long/Short',
      'L/S',
      'Buy/Sell',
      'is_short',
      'order_type',
      'Signal',
      'pos side',
    ],
    [
      'every trade is read as 1 unit',
      'size',
      'Size',
      'amount',
      'Lots',
      'lot size',
      'Contracts',
      '# contracts',
      'Volume',
      'shares',
      'units',
      'Position size',
      'entry_quantity',
      'No. of shares',
      'Qty.',
    ],
    [
      'pnl is used',
      'profit',
      'Net profit',
      'net_pnl',
      'pnl_net',
      'P&L',
      'PnL %',
      'gross pnl',
      'Profit USD',
      'result',
      'return',
      'ReturnPct',
      'profit_abs',
      'realized_pnl',
      'gain',
    ],
    [
      'pnl is taken to be net of them',
      'fee',
      'Fees',
      'commission',
      'Commissions',
      'comm',
      'swap',
      'tax',
      'cost',
      'slippage',
      'open_fee',
      'Brokerage',
      'funding',
      'entry commission',
    ],
    ['trades state no R', 'risk', 'Risk amount', 'stop_loss', 'SL', 'stop', 'R', 'r_multiple', 'initial risk'],
    ['the equity of a trade is', 'balance', 'Account balance', 'capital', 'account', 'net liq', 'equity_before'],
    ['the parameter point_value says it', 'multiplier', 'point value', 'Contract size', 'tick_value'],
  ])('%s', (assumed, ...names) => {
    for (const name of names) {
      expect(one(name), name).toHaveLength(1);
      expect(one(name)[0]).toContain(JSON.stringify(name));
      expect(one(name)[0], name).toContain(assumed);
    }
  });

  it.each([
    'qty',
    'Quantity',
    'SIDE',
    'risk_dollars',
    'equity',
    'note',
    'symbol',
    'ticket',
    'duration',
    'id',
    'cum. profit',
    'max profit',
    'MAE',
    'mfe',
    'take_profit',
    'profit_factor',
    'bars held',
    'strategy',
    'exchange',
  ])('%s is read, or is nothing of the kind', (name) => {
    const value = name === 'SIDE' ? 'long' : '1';
    const text = `${HEADER},${name}\n${line},${value}\n`;
    expect(codes(text)).not.toContain('LOOKALIKE_COLUMN');
  });

  it('where ours is there, its likeness is no doubt', () => {
    expect(codes(`${HEADER},side,direction\n${line},long,short\n`)).not.toContain('LOOKALIKE_COLUMN');
    expect(codes(`${HEADER},quantity,size\n${line},1,9\n`)).not.toContain('LOOKALIKE_COLUMN');
  });
});

describe('results against price moves', () => {
  const base = moves(60);

  it.each([20, 50, 0.01, 12.5, 1000])('pnl is %d times the move: the point value is asked for', (c) => {
    const rows = base.map(([entry, exit]) => [entry, exit, String((exit - entry) * 3 * c), 3]);
    const text = list(rows, ',qty');
    expect(notes(text)['PNL_SCALE']).toContain(`is point_value ${c}, or qty ${c} times the value there?`);
    // With the right one there is nothing to be said.
    expect(codes(text, c)).toEqual([]);
  });

  it('the same with costs taken off', () => {
    const rows = base.map(([entry, exit]) => [entry, exit, cents((exit - entry) * 20 - 4.12)]);
    expect(notes(list(rows))['PNL_SCALE']).toContain('is point_value 20');
  });

  it('some trades are the other way round: a column of sides that was not read', () => {
    const rows = base.map(([entry, exit], i) => [entry, exit, cents((exit - entry) * (i % 4 === 0 ? -5 : 5)), 5]);
    expect(notes(list(rows, ',qty'))['PNL_SIDES']).toMatch(
      /in 15 of 60 trades pnl is the price move the other way round/,
    );
    const all = base.map(([entry, exit]) => [entry, exit, cents((entry - exit) * 5), 5]);
    expect(notes(list(all, ',qty'))['PNL_SIDES']).toContain('in all of 60 trades');
    // Sides and a point value at once.
    const both = base.map(([entry, exit], i) => [entry, exit, cents((exit - entry) * (i % 4 === 0 ? -250 : 250)), 5]);
    expect(codes(list(both, ',qty'))).toEqual(['PNL_SCALE', 'PNL_SIDES']);
  });

  it.each([
    ['4.10 a trade', (_entry: number, qty: number) => 4.1 + 0 * qty],
    ['0.02 a unit', (_entry: number, qty: number) => 0.02 * qty],
    ['0.1 % of what was traded', (entry: number, qty: number) => 0.001 * entry * qty],
  ])('pnl is net of costs: %s', (said, cost) => {
    const rows = base.map(([entry, exit], i) => {
      const qty = 100 + 37 * (i % 10);
      return [entry, exit, String((exit - entry) * qty - cost(entry, qty)), qty];
    });
    expect(notes(list(rows, ',qty'))['NET_OF_COSTS']).toContain(said);
  });

  it('pnl is gross: exactly the move, with costs in a column of their own', () => {
    const rows = base.map(([entry, exit]) => [entry, exit, cents((exit - entry) * 10), 10, 2.5]);
    expect(codes(list(rows, ',qty,commission'))).toEqual(['LOOKALIKE_COLUMN', 'GROSS_PNL']);
    const net = base.map(([entry, exit]) => [entry, exit, cents((exit - entry) * 10 - 2.5), 10, 2.5]);
    expect(codes(list(net, ',qty,commission'))).toEqual(['LOOKALIKE_COLUMN', 'NET_OF_COSTS']);
  });

  it.each([
    ['percent', 100],
    ['a fraction', 1],
  ])('pnl is %s of the price', (unit, factor) => {
    const rows = base.map(([entry, exit], i) => [entry, exit, String((exit / entry - 1) * factor), 3 + (i % 7)]);
    expect(notes(list(rows, ',qty'))['PERCENT_PNL']).toContain(`as ${unit}`);
  });

  it('prices of any coarseness raise no alarm by themselves', () => {
    for (const step of [1, 0.25, 0.01, 0.00001]) {
      const rows = base.map(([entry, exit], i) => {
        const [a, b] = [Math.round(entry / step) * step, Math.round(exit / step) * step];
        return [a, b, cents((b - a) * (i % 2 === 0 ? 2 : -2)), 2, i % 2 === 0 ? 'long' : 'short'];
      });
      expect(codes(list(rows, ',qty,side')), `step ${step}`).toEqual([]);
    }
  });

  it('what fits nothing is left alone: results of a spread, say', () => {
    const rows = base.map(([entry, exit], i) => [entry, exit, cents(((i * 7919) % 401) - 200)]);
    expect(codes(list(rows))).toEqual([]);
  });
});

describe('what a list is made of', () => {
  const base = moves(40);
  const plain = base.map(([entry, exit]) => [entry, exit, cents(exit - entry)]);

  it('dates that leave day and month open are told, and how they are read', () => {
    const slashes = (days: readonly string[]): string =>
      `${HEADER}\n${days.map((day) => `${day}/2024,${day}/2024,100,101,1`).join('\n')}\n`;
    expect(notes(slashes(['01/02', '03/12']))['AMBIGUOUS_DATES']).toContain('read as MM/DD/YYYY');
    expect(codes(slashes(['01/02', '03/13']))).not.toContain('AMBIGUOUS_DATES');
    expect(codes(slashes(['01/02']).replaceAll('01/02/2024', '2024-01-02'))).not.toContain('AMBIGUOUS_DATES');
    // One row with a day after the 12th settles all of them, whichever column it is in.
    expect(codes(`${HEADER}\n01/02/2024,01/13/2024,1,2,1\n01/03/2024,2024-01-05,1,2,1\n`)).not.toContain(
      'AMBIGUOUS_DATES',
    );
  });

  it('duplicates, few, and overlapping trades', () => {
    const text = list(plain);
    expect(notes(`${text}${text.split('\n')[1]!}\n`)['DUPLICATES']).toContain('1 trade is equal to an earlier one');
    expect(notes(list(plain.slice(0, 29)))['FEW_TRADES']).toContain('29 trades: fewer than 30');
    expect(codes(list(plain.slice(0, 30)))).toEqual([]);
    const overlapping = text.replace(/2020-01-02/, '2020-01-06');
    expect(notes(overlapping)['OVERLAPPING_TRADES']).toContain('2 of 40 trades');
    // One after the other at the same moment is no overlap.
    expect(codes(text.replace(/2020-01-02/, '2020-01-03'))).toEqual([]);
  });

  it('size that grows with the account: known by the list alone, with what the account began with', () => {
    const compounding = (invested: number): string => {
      let account = 10_000;
      const rows = moves(80).map(([entry, exit]) => {
        const up = entry * (1 + Math.abs(exit / entry - 1) - 0.012);
        const qty = (invested * account) / entry;
        const pnl = qty * (up - entry);
        account += pnl;
        return [entry, up, pnl, qty];
      });
      return list(rows, ',qty');
    };
    expect(notes(compounding(0.5))['SIZE_GROWS']).toMatch(/one that began with about (10000|9\d{3}\.?\d*)/);
    expect(codes(compounding(1))).toContain('SIZE_GROWS');
    // The same size throughout is none, however much was made; nor is size by a coin.
    const fixed = moves(80).map(([entry, exit]) => [
      entry,
      entry + Math.abs(exit - entry),
      cents(10 * Math.abs(exit - entry)),
      10,
    ]);
    expect(codes(list(fixed, ',qty'))).not.toContain('SIZE_GROWS');
    const any = moves(80).map(([entry, exit], i) => {
      const qty = 5 + ((i * 31) % 17);
      return [entry, entry + Math.abs(exit - entry), cents(qty * Math.abs(exit - entry)), qty];
    });
    expect(codes(list(any, ',qty'))).not.toContain('SIZE_GROWS');
  });

  it('inspect has them with their codes, and rows without an exit', () => {
    const text = `${list(plain)}2024-01-02,,100,,\n2024-01-03,NaT,100,nan,nan\n`;
    const { notes: found, n_problems } = inspectTrades({ path: 't.csv', bytes: new TextEncoder().encode(text) });
    expect(found).toEqual([
      { code: 'OPEN_TRADES', message: 't.csv: 2 rows have no exit: an open trade has no result yet; leave it out' },
    ]);
    expect(n_problems).toBe(6);
  });
});

describe('what a study makes of it', () => {
  const text = list(
    moves(43).map(([entry, exit], i) => [
      entry,
      exit,
      cents(i < 10 || i > 32 ? -20 + exit - entry : 40 + exit - entry),
    ]),
  );
  const bars = `time,open,high,low,close\n${Array.from({ length: 60 }, (_, i) => `${new Date(Date.UTC(2020, 0, 1 + 2 * i)).toISOString().slice(0, 10)},100,1,1,1`).join('\n')}\n`;

  it('moving blocks: by how much their mean is off, exactly', () => {
    const found = studyCodes({ trades: text }, [{ bootstrap_mode: 'moving_block_bootstrap', block_len: 10 }]);
    expect(found['MOVING_BLOCK_BIAS']).toMatch(/moving blocks of 10 trades .* \(\+\d+(\.\d+)? %\)/);
    for (const mode of ['block_bootstrap', 'stationary_bootstrap', 'trade_bootstrap'])
      expect(studyCodes({ trades: text }, [{ bootstrap_mode: mode, block_len: 10 }])).not.toHaveProperty(
        'MOVING_BLOCK_BIAS',
      );
  });

  it('the weights of moving blocks are those of every start counted', () => {
    for (const [n, length] of [
      [1, 1],
      [5, 2],
      [43, 10],
      [43, 43],
      [12, 5],
      [7, 6],
    ] as const) {
      const weights = new Float64Array(n);
      const starts = n - length + 1;
      const blocks = Math.ceil(n / length);
      for (let block = 0; block < blocks; block++) {
        const taken = Math.min(length, n - block * length);
        for (let start = 0; start < starts; start++)
          for (let i = 0; i < taken; i++) weights[start + i] = weights[start + i]! + 1 / starts;
      }
      movingBlockWeights(n, length).forEach((weight, i) => {
        expect(weight).toBeCloseTo(weights[i]!, 12);
      });
    }
  });

  it('a block as long as the list', () => {
    for (const mode of ['block_bootstrap', 'moving_block_bootstrap'])
      expect(studyCodes({ trades: text }, [{ bootstrap_mode: mode, block_len: 43 }])).toHaveProperty('ONE_BLOCK');
    expect(studyCodes({ trades: text }, [{ shuffle_mode: 'block_permute', block_len: 60 }])).toHaveProperty(
      'ONE_BLOCK',
    );
    expect(studyCodes({ trades: text }, [{ bootstrap_mode: 'block_bootstrap', block_len: 42 }])).not.toHaveProperty(
      'ONE_BLOCK',
    );
  });

  it('min_trades that keeps more than p_skip says, by over 1 %; not with shared streams, which draw no mask again', () => {
    const cell = { p_skip: 0.3, min_trades: 30 };
    expect(studyCodes({ trades: text }, [cell])['MIN_TRADES']).toMatch(
      /p_skip 0.3 3\d\.\d+ are executed on average, not 30.1/,
    );
    expect(studyCodes({ trades: text }, [cell], 'shared')).not.toHaveProperty('MIN_TRADES');
    expect(studyCodes({ trades: text }, [{ p_skip: 0.3, min_trades: 20 }])).not.toHaveProperty('MIN_TRADES');
    expect(studyCodes({ trades: text }, [{ p_skip: 0.3 }])).not.toHaveProperty('MIN_TRADES');
  });

  it.each([
    [23, 0.05, 23],
    [23, 0.1, 23],
    [43, 0.5, 30],
    [35, 0.2, 30],
    [10, 0.9, 10],
  ])('the mean number of trades of %d with p_skip %d and at least %d is what is drawn', async (n, p_skip, least) => {
    const few = list(moves(n).map(([entry, exit]) => [entry, exit, cents(exit - entry)]));
    const state = await prepared(
      { trades: few },
      { initial_equity: 1e6, p_skip, min_trades: least },
      { metrics: ['n_trades'] },
    );
    const N = 20_000;
    const executed = chunk(state, alea(17), 0, N)[6]!;
    const mean = executed.reduce((sum, value) => sum + value, 0) / N;
    const sd = Math.sqrt(executed.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / N);
    expect(Math.abs(mean - expectedExecuted(n, p_skip, least))).toBeLessThanOrEqual((4 * sd) / Math.sqrt(N) + 1e-6);
  });

  it('delays: trades inside one bar, in the last bar, and with adverse_only before they were decided', () => {
    const inside = `${HEADER}\n2020-01-03 10:00,2020-01-03 11:00,100,101,1\n2020-01-03 12:00,2020-01-06,100,101,1\n`;
    const both = studyCodes({ trades: inside, ohlc: bars }, [{ delay_bars_max: 1 }]);
    expect(both['LATE_ENTRY_MISSED']).toContain('1 of 2 trades open and close inside one bar');
    expect(both).not.toHaveProperty('FILL_BEFORE_DECISION');
    const adverse = studyCodes({ trades: inside, ohlc: bars }, [{ delay_bars_max: 1, delay_effect: 'adverse_only' }]);
    expect(adverse['FILL_BEFORE_DECISION']).toContain('before it was decided');
    expect(adverse).not.toHaveProperty('LATE_ENTRY_MISSED');
    expect(studyCodes({ trades: inside, ohlc: bars }, [{}])).not.toHaveProperty('LATE_ENTRY_MISSED');
    const short = bars.split('\n').slice(0, 3).join('\n');
    expect(studyCodes({ trades: inside, ohlc: short }, [{ delay_bars_max: 1 }])['LAST_BAR']).toContain(
      '2 trades close in the last bar',
    );
  });

  it('an R that is made up, where something goes by it', () => {
    const found = studyCodes({ trades: text }, [{ preset: 'reference', slip_mode: 'r', slip_dollars: 0.1 }]);
    expect(found['RISK_MADE_UP']).toContain(
      '43 trades state no risk_dollars: their R is made up as 1 % of the entry notional, and slip_mode r goes by it',
    );
    expect(studyCodes({ trades: text }, [{ preset: 'reference' }])).not.toHaveProperty('RISK_MADE_UP');
  });

  it('another account than the list states', () => {
    const stated = list(
      moves(40).map(([entry, exit]) => [entry, exit, cents(exit - entry), 5000]),
      ',equity',
    );
    expect(studyCodes({ trades: stated }, [{ initial_equity: 100_000 }])['OTHER_ACCOUNT']).toContain(
      'an account of 5000',
    );
    expect(studyCodes({ trades: stated }, [{ initial_equity: 5000 }])).toEqual({});
  });

  it('who sizes by the account needs not be told to', () => {
    let account = 10_000;
    const rows = moves(60).map(([entry, exit]) => {
      const up = entry + Math.abs(exit - entry);
      const qty = account / entry;
      account += qty * (up - entry);
      return [entry, up, qty * (up - entry), qty];
    });
    const compounding = list(rows, ',qty');
    expect(studyCodes({ trades: compounding }, [{ sizing: 'equity' }])).not.toHaveProperty('SIZE_GROWS');
    expect(studyCodes({ trades: compounding }, [{ sizing: 'equity' }, { sizing: 'dollars' }])).toHaveProperty(
      'SIZE_GROWS',
    );
  });

  it('each point value of the cells is held against the list', () => {
    const scaled = list(moves(40).map(([entry, exit]) => [entry, exit, String((exit - entry) * 20)]));
    expect(studyCodes({ trades: scaled }, [{ point_value: 20 }])).toEqual({});
    expect(studyCodes({ trades: scaled }, [{ point_value: 20 }, { point_value: 1 }])).toHaveProperty('PNL_SCALE');
  });
});
