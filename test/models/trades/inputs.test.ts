import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/errors.ts';
import type { ParameterValue } from '../../../src/model/model.ts';
import { loadInputs } from '../../../src/models/trades/list/inputs.ts';
import { TRADE_METRICS } from '../../../src/models/trades/metric-specs.ts';
import { monthSlots } from '../../../src/models/trades/cell/prepare.ts';
import { parseStamp } from '../../../src/models/trades/list/time.ts';
import { files, resolved, trades } from './run-model.ts';
import type { Texts } from './run-model.ts';

const HEADER = 'entry_time,exit_time,entry_price,exit_price,pnl';
const LINE = '2021-01-04,2021-01-05,10,11,100';
const OK = `${HEADER}\n${LINE}\n`;

function problem(texts: Texts): EngineError {
  try {
    loadInputs(files(texts));
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('times', () => {
  it.each([
    ['2021-03-04', Date.UTC(2021, 2, 4)],
    ['2021-03-04 05:06', Date.UTC(2021, 2, 4, 5, 6)],
    ['2021-03-04 05:06:07', Date.UTC(2021, 2, 4, 5, 6, 7)],
    ['2021-03-04 05:06:07.5', Date.UTC(2021, 2, 4, 5, 6, 7, 500)],
    ['2021-03-04T05:06:07Z', Date.UTC(2021, 2, 4, 5, 6, 7)],
    ['2021-03-04T05:06:07.250+02:00', Date.UTC(2021, 2, 4, 3, 6, 7, 250)],
    ['2021-03-04T05:06-0530', Date.UTC(2021, 2, 4, 10, 36)],
    ['03/04/2021', Date.UTC(2021, 2, 4)],
    ['03/04/2021 05:06:07', Date.UTC(2021, 2, 4, 5, 6, 7)],
    ['2020-02-29', Date.UTC(2020, 1, 29)],
    ['1969-12-31 23:59:59', -1000],
  ])('%s', (text, expected) => {
    expect(parseStamp(text)?.time).toBe(expected);
  });

  it.each(['', '2021', '2021-3-4', '2021-02-29', '2021-13-01', '2021-01-32', '2021-01-01 24:00', '2021-01-01 10:60'])(
    '"%s" is no time',
    (text) => {
      expect(parseStamp(text)).toBeUndefined();
    },
  );

  it.each([
    '04.03.2021',
    '13/01/2021',
    '1/2/2021',
    'yesterday',
    '2021-01-01 10',
    '1609459200',
    '2021-01-01T10:00:00+25:00',
  ])('"%s" is no time either', (text) => {
    expect(parseStamp(text)).toBeUndefined();
  });
});

describe('the trade list', () => {
  it('takes any header case, column order, alias, blanks, extra columns, BOM and CRLF', () => {
    const text =
      '\uFEFF Note ,PNL,Quantity,Side,EXIT_TIME, entry_time,Exit_Price,entry_price,risk_dollars\r\n' +
      'x, -5.5 ,2,SELL,2021-01-05,2021-01-04,11,10,\r\n' +
      '"a, b",7e1,3,1,01/07/2021,2021-01-06 10:00,12,+9.5,25\r\n\r\n';
    const { trades: list } = loadInputs(files({ trades: text }));
    expect(list.count).toBe(2);
    expect([...list.pnl]).toEqual([-5.5, 70]);
    expect([...list.qty]).toEqual([2, 3]);
    expect([...list.side]).toEqual([-1, 1]);
    expect([...list.risk_dollars]).toEqual([NaN, 25]);
    expect([...list.entry_price]).toEqual([10, 9.5]);
    expect([...list.line]).toEqual([2, 3]);
    expect(list.pnl.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('has defaults: one unit, long, no R of its own', () => {
    const { trades: list } = loadInputs(files({ trades: OK }));
    expect([list.qty[0], list.side[0], list.risk_dollars[0]]).toEqual([1, 1, NaN]);
  });

  it('is sorted by exit time, then entry time, then file order', () => {
    const rows = [
      '2021-01-04,2021-01-09,1,1,1',
      '2021-01-03,2021-01-09,1,1,2',
      '2021-01-01,2021-01-05,1,1,3',
      '2021-01-04,2021-01-09,1,1,4',
    ];
    const { trades: list } = loadInputs(files({ trades: `${HEADER}\n${rows.join('\n')}\n` }));
    expect([...list.pnl]).toEqual([3, 2, 1, 4]);
  });

  it('a bad cell is an error that names file, line, column and value', () => {
    const error = problem({ trades: `${HEADER}\n${LINE}\n2021-01-04,2021-01-05,ten,11,100\n` });
    expect([error.code, error.exit, error.path, error.value]).toEqual(['DATA', 2, 'trades.csv:3', 'ten']);
    expect(error.message).toContain('trades.csv line 3, column entry_price: "ten" is not a finite number');
  });

  it('all bad cells are counted, the first 10 shown', () => {
    const error = problem({ trades: `${HEADER}\n${'2021-01-04,never,x,11,100\n'.repeat(8)}` });
    expect(error.message).toContain('16 problems');
    expect(error.message).toContain('and 6 more');
    expect(error.message.match(/column/g)).toHaveLength(10);
  });

  it.each([
    ['a non-finite price', `${HEADER}\n2021-01-04,2021-01-05,Infinity,11,1\n`, 'entry_price: "Infinity"'],
    ['an overflowing number', `${HEADER}\n2021-01-04,2021-01-05,1,11,1e999\n`, 'pnl: "1e999"'],
    ['a missing number', `${HEADER}\n2021-01-04,2021-01-05,1,11,\n`, 'pnl: "" is missing'],
    ['hexadecimal', `${HEADER}\n2021-01-04,2021-01-05,0x10,11,1\n`, 'entry_price: "0x10"'],
    ['a thousands separator', `${HEADER}\n2021-01-04,2021-01-05,10,11,"1,000"\n`, 'pnl: "1,000"'],
    ['an exit before its entry', `${HEADER}\n2021-01-04,2021-01-03,1,11,1\n`, 'exit_time: "2021-01-03" is before'],
    ['an unknown side', `${HEADER},side\n${LINE},up\n`, 'side: "up" is not a side'],
    ['an empty side', `${HEADER},side\n${LINE},\n`, 'side: "" is not a side'],
    ['an empty quantity', `${HEADER},qty\n${LINE},\n`, 'qty: "" is missing'],
    ['a quantity below 0', `${HEADER},qty\n${LINE},-3\n`, 'qty: "-3" is not above 0'],
    ['a risk below 0', `${HEADER},risk_dollars\n${LINE},-1\n`, 'risk_dollars: "-1" is below 0'],
    ['an empty list', `${HEADER}\n`, 'trades.csv holds no trades'],
    ['an empty file', '', 'trades.csv is empty'],
    ['a missing column', 'entry_time,exit_time,entry_price,pnl\n', 'no column exit_price'],
    ['two columns for one', `${HEADER},qty,quantity\n${LINE},1,1\n`, '2 columns for qty (or quantity)'],
    ['a row with too few cells', `${HEADER}\n2021-01-04,2021-01-05,10\n`, 'line 2: 3 cells where the header has 5'],
    ['an open quote', `${HEADER}\n"2021-01-04,2021-01-05,10,11,1\n`, 'cannot be read as CSV'],
  ])('%s is refused', (_, text, expected) => {
    expect(problem({ trades: text }).message).toContain(expected);
  });

  it('bytes that are no UTF-8 are refused', () => {
    const bytes = Uint8Array.from([0x65, 0xff, 0xfe, 0x0a]);
    expect(() => loadInputs({ trades: { path: 'trades.csv', bytes } })).toThrow('is not UTF-8');
  });

  it('problems of all files come in one error', () => {
    const error = problem({
      trades: `${HEADER}\nx,2021-01-05,10,11,1\n`,
      ohlc: 'time,open,high,low,close\n2021-01-01,1,1,1,n/a\n',
    });
    expect(error.message).toContain('trades.csv line 2, column entry_time');
    expect(error.message).toContain('ohlc.csv line 2, column close: "n/a"');
  });
});

describe('prices', () => {
  it('bars may come in any order, but only one per time', () => {
    const { ohlc } = loadInputs(
      files({ trades: OK, ohlc: 'Date,open,high,low,close\n2021-01-05,2,2,2,2\n2021-01-04,1,1,1,1\n' }),
    );
    expect([...ohlc!.open]).toEqual([1, 2]);
    const error = problem({ trades: OK, ohlc: 'time,open,high,low,close\n2021-01-04,2,2,2,2\n2021-01-04,1,1,1,1\n' });
    expect(error.message).toContain('ohlc.csv line 3, column time: "2021-01-04" is also the time of line 2');
  });

  it('an equity curve gives the default of initial_equity, and its points are above 0', () => {
    const inputs = loadInputs(
      files({ trades: OK, equity_curve: 'datetime,equity\n2021-01-04,5000\n2021-01-05,5100\n' }),
    );
    expect(trades.defaultsFrom!(inputs)).toMatchObject({ initial_equity: 5000 });
    expect(trades.defaultsFrom!(loadInputs(files({ trades: OK })))).not.toHaveProperty('initial_equity');
    expect(problem({ trades: OK, equity_curve: 'time,equity\n2021-01-04,0\n' }).message).toContain(
      '"0" is not above 0',
    );
  });
});

describe('a cell against its inputs', () => {
  type Given = Readonly<Record<string, ParameterValue>>;
  const check = (texts: Texts, given: Given, metrics: readonly string[] = TRADE_METRICS): readonly string[] => {
    const inputs = loadInputs(files(texts));
    return trades.checkInputs!(
      resolved({ initial_equity: 1000, ...given }, trades.defaultsFrom!(inputs)),
      inputs,
      metrics,
    );
  };
  const list = (...lines: string[]): string => `${HEADER}\n${lines.join('\n')}\n`;
  const CURVE = 'time,equity\n2021-01-04,5000\n2021-01-05,5100\n';

  it('a delay without ohlc and equity_curve is an error that says which file is missing', () => {
    expect(check({ trades: OK }, { delay_bars_max: 1 })[0]).toMatch(/`ohlc` is missing.*`equity_curve`/);
    expect(check({ trades: OK }, { delay_bars_max: 0 })).toEqual([]);
  });

  it('a trade before the first bar is an error that names its line, where a delay needs it', () => {
    const ohlc = 'time,open,high,low,close\n2021-01-05,1,1,1,1\n';
    expect(check({ trades: OK, ohlc }, { delay_bars_max: 1 })[0]).toMatch(
      /trades.csv line 2: .*before the first bar of ohlc.csv/,
    );
    expect(check({ trades: OK, ohlc }, {})).toEqual([]);
    expect(check({ trades: OK, ohlc: ohlc.replace('05', '04') }, { delay_bars_max: 1 })).toEqual([]);
  });

  it('an equity curve has returns to draw a delay from, but not which way prices went', () => {
    const adverse = { delay_bars_max: 2, delay_effect: 'adverse_only' };
    expect(check({ trades: OK, equity_curve: 'time,equity\n2021-01-04,5000\n' }, adverse)[0]).toContain('at least 2');
    expect(check({ trades: OK, equity_curve: CURVE }, adverse)).toEqual([]);
    expect(check({ trades: OK, equity_curve: CURVE }, { delay_bars_max: 2 })[0]).toContain('both_ways needs prices');
  });

  it.each([
    ['slip_mode r', { slip_mode: 'r', slip_dollars: 0.1 }],
    ['delay_adverse_cap_r', { delay_bars_max: 1, delay_effect: 'adverse_only', delay_adverse_cap_r: 1 }],
    ['sizing risk', { sizing: 'risk', risk_pct: 1 }],
  ])('%s without an R is an error that says so; preset reference makes one up', (name, given: Given) => {
    const texts = { trades: OK, equity_curve: CURVE };
    expect(check(texts, given)).toEqual([
      expect.stringContaining(`no column risk_dollars, and ${name} is measured in R`),
    ]);
    expect(check(texts, { ...given, preset: 'reference', ...given })).toEqual([]);
    const some = `${HEADER},risk_dollars\n${LINE},5\n${LINE},\n`;
    expect(check({ ...texts, trades: some }, given)[0]).toContain('trades.csv line 3, column risk_dollars: is missing');
    expect(check({ ...texts, trades: some.replace(/,\n$/, ',7\n') }, given)).toEqual([]);
  });

  it('an R of 0 cannot divide a result', () => {
    const zero = `${HEADER},risk_dollars\n${LINE},0\n`;
    expect(check({ trades: zero }, { sizing: 'risk', risk_pct: 1 })[0]).toContain(
      'line 2, column risk_dollars: 0 cannot be the R',
    );
    expect(check({ trades: zero }, { slip_mode: 'r', slip_dollars: 1 })).toEqual([]);
  });

  it.each([-3, 0])('an entry price of %d is an error where a notional is needed, and only there', (price) => {
    const texts = { trades: list(LINE, `2021-01-04,2021-01-06,${price},11,100`), equity_curve: CURVE };
    const wrong = `trades.csv line 3, column entry_price: ${price} is not above 0`;
    expect(check(texts, { slip_mode: 'percent', slip_dollars: 1 })[0]).toContain(wrong);
    expect(check(texts, { delay_bars_max: 1, delay_effect: 'adverse_only' })[0]).toContain(wrong);
    expect(check(texts, { preset: 'reference', slip_mode: 'r', slip_dollars: 1 })[0]).toContain(wrong);
    expect(check(texts, { slip_dollars: 1 })).toEqual([]);
    expect(check(texts, { slip_mode: 'percent' })).toEqual([]);
  });

  it('sizing equity needs an account that was there', () => {
    const loss = list(LINE.replace(/100$/, '-1000'), '2021-01-06,2021-01-07,10,11,5');
    expect(check({ trades: loss }, { sizing: 'equity' })[0]).toMatch(
      /trades.csv line 3: the trade was made with an equity of 0 .*is initial_equity the account of this list\?/,
    );
    expect(check({ trades: loss }, { sizing: 'equity', initial_equity: 1001 })).toEqual([]);
    const stated = `${HEADER},equity\n${LINE},500\n${LINE},-1\n`;
    expect(check({ trades: stated }, { sizing: 'equity' })[0]).toContain(
      'line 3: the trade was made with an equity of -1 (the column',
    );
    const blank = `${HEADER},equity\n${LINE},500\n${LINE},\n`;
    expect(check({ trades: blank }, { sizing: 'equity' })[0]).toContain('line 3, column equity: is missing');
    expect(check({ trades: blank }, {})).toEqual([]);
  });

  it('a list that spans less than a day has no figures per year', () => {
    const short = list('2021-01-04 10:00,2021-01-04 11:00,10,11,100', '2021-01-04 12:00,2021-01-05 09:59,10,11,100');
    expect(check({ trades: short }, {}, ['total_pnl', 'sharpe_ratio'])).toEqual([
      expect.stringMatching(/spans less than a day.*: give periods_per_year/),
    ]);
    expect(check({ trades: short }, {}, ['total_pnl'])).toEqual([]);
    expect(check({ trades: short }, { periods_per_year: 250 }, ['sharpe_ratio'])).toEqual([]);
    expect(check({ trades: short }, { periods_per_year: 250 }, ['calmar_ratio'])[0]).toContain(
      'leave calmar_ratio out',
    );
    const day = short.replace('09:59', '10:00');
    expect(check({ trades: day }, {})).toEqual([]);
    expect(trades.defaultsFrom!(loadInputs(files({ trades: day })))).toEqual({ periods_per_year: 2 * 365.25 });
  });

  it('what all cells have in common is the largest delay, and whether one resamples in random lengths', () => {
    const cells = [
      { delay_bars_max: 2 },
      { delay_bars_max: 7, bootstrap_mode: 'block_bootstrap' },
      { delay_bars_max: 0 },
    ];
    expect(trades.shared!(cells)).toEqual({ delay_bars_max: 7, stationary: false });
    const more = [...cells, { delay_bars_max: 0, bootstrap_mode: 'stationary_bootstrap' }];
    expect(trades.shared!(more)).toEqual({ delay_bars_max: 7, stationary: true });
  });
});

describe('the month of an exit', () => {
  const months = (text: string): number[] => [...loadInputs(files({ trades: text })).trades.exit_month];
  const line = (exit: string): string => `2021-01-04,${exit},10,11,100`;

  it.each([
    ['2021-01-31 23:30', 2021 * 12],
    ['2021-01-31T23:30:00-05:00', 2021 * 12],
    ['2021-02-01T04:30:00Z', 2021 * 12 + 1],
    ['2021-01-31T16:00:00+09:00', 2021 * 12],
    ['2021-02-01T08:00:00+0900', 2021 * 12 + 1],
  ])('%s is the one that is written', (exit, month) => {
    expect(months(`${HEADER}\n${line(exit)}\n`)).toEqual([month]);
  });

  it('months of lists with several offsets may overlap: each runs from its first to its last slot', () => {
    expect(monthSlots(Float64Array.of(1, 2, 1, 2, 2))).toEqual({
      month_start: Uint32Array.of(0, 1),
      month_end: Uint32Array.of(3, 5),
    });
  });
});
