import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canonicalCsv } from '../../src/trade-lists/canonical-csv.ts';
import { parseMap } from '../../src/trade-lists/map-columns.ts';
import { readTradeList } from '../../src/trade-lists/read-trade-list.ts';
import { understood } from '../../src/trade-lists/understood.ts';
import { errorOf, readFixture, readText, rowsOf } from './fixture.ts';

const HEADER = 'entry_time,exit_time,entry_price,exit_price,pnl,qty,side';
const ONE = '2024-01-02 10:00,2024-01-03 10:00,100,101,100,100,long';
const list = (...rows: string[]): string => [HEADER, ...rows].join('\n');

describe('a file without rows', () => {
  it('is named all the same', () => {
    expect(errorOf('date,asset,direction,entry,stop,exit\n')).toMatch(/^list\.csv line 1: no column for /);
    expect(errorOf(`${HEADER}\n`)).toContain('list.csv holds no closed trade');
  });
});

describe('two readings fit: both are shown, and the option that decides', () => {
  it('1.234 is a thousand and more, or one and a bit', () => {
    const text = list('2024-01-02,2024-01-03,1.250,1.251,1.234,1,long');
    expect(errorOf(text)).toBe(
      [
        'list.csv line 2, column entry_price: "1.250" fits two readings, and so does every other number of the list:',
        '  --decimal .   1.25',
        '  --decimal ,   1250',
        'Choose the option that is right.',
      ].join('\n'),
    );
    expect(rowsOf(readText(text, { decimal: ',' }))).toEqual(['2024-01-02,2024-01-03,1250,1251,1234,1,long']);
    expect(rowsOf(readText(text, { decimal: '.' }))).toEqual(['2024-01-02,2024-01-03,1.25,1.251,1.234,1,long']);
  });

  it('one number that fits only one way decides for all', () => {
    const text = list('2024-01-02,2024-01-03,1.250,1.251,1.234,1,long', '2024-01-04,2024-01-05,1.250,1.251,0.5,1,long');
    expect(rowsOf(readText(text))[0]).toBe('2024-01-02,2024-01-03,1.25,1.251,1.234,1,long');
  });

  it('every day is 12 or less', () => {
    const text = list('01/03/2024 10:00,01/04/2024 10:00,100,101,100,1,long');
    const message = errorOf(text);
    expect(message).toContain('--dates dmy   2024-03-01T10:00:00   (day.month.year)');
    expect(message).toContain('--dates mdy   2024-01-03T10:00:00   (month/day/year)');
    expect(rowsOf(readText(text, { dates: 'dmy' }))).toEqual([
      '2024-03-01T10:00:00,2024-04-01T10:00:00,100,101,100,1,long',
    ]);
  });

  it('a day after the 12th decides for all, either way', () => {
    const dmy = list('13/01/2024,14/01/2024,100,101,100,1,long', '01/02/2024,02/02/2024,101,100.5,-50,1,long');
    expect(rowsOf(readText(dmy))[1]).toMatch(/^2024-02-01,2024-02-02,/);
    const mdy = list('01/13/2024,01/14/2024,100,101,100,1,long', '02/01/2024,02/02/2024,101,100.5,-50,1,long');
    expect(rowsOf(readText(mdy))[1]).toMatch(/^2024-02-01,2024-02-02,/);
  });

  it('an order under which a trade closes before it opens does not fit', () => {
    const read = readText(list('10/03/2024,09/04/2024,100,101,100,1,long'));
    expect(read.cells.dates).toEqual({ order: 'dmy', why: 'under the others a trade would close before it opens' });
    expect(rowsOf(read)[0]).toMatch(/^2024-03-10,2024-04-09,/);
  });

  it('dates that fit no order are named', () => {
    expect(errorOf(list('13/01/2024,14/01/2024,1,1,1,1,long', '01/13/2024,01/14/2024,1,1,1,1,long'))).toMatch(
      /"01\/13\/2024" is not a date when read as dmy/,
    );
  });

  it('gross or net: the prices decide, or a person does', () => {
    const rows = (net: boolean): string =>
      [
        'entry_time,exit_time,entry_price,exit_price,pnl,commission,qty,side',
        ...[101, 103, 99, 104].map(
          (exit, i) => `2024-01-0${i + 1},2024-01-0${i + 2},100,${exit},${(exit - 100) * 10 - (net ? 2 : 0)},2,10,long`,
        ),
      ].join('\n');
    expect(understood(readText(rows(true))).pnl).toMatchObject({ stated: 'net', costs_taken_off: false });
    expect(understood(readText(rows(false))).pnl).toMatchObject({ stated: 'gross', costs_taken_off: true });
    expect(readText(rows(true)).figures.pnl).toBe(readText(rows(false)).figures.pnl);
    const unclear = 'entry_time,exit_time,entry_price,exit_price,pnl,fee\n2024-01-01,2024-01-02,10,11,7,1';
    expect(errorOf(unclear)).toContain('--pnl gross   costs of 1.00 are still to be deducted: P&L of the list 6.00');
    expect(readText(unclear, { pnl: 'gross' }).figures.pnl).toBe(6);
    expect(readText(unclear, { pnl: 'net' }).figures.pnl).toBe(7);
  });

  it('two columns of P&L: the one that says net, else a person decides', () => {
    const net =
      'entry_time,exit_time,entry_price,exit_price,pnl,pnl_net,commission,qty,side\n2024-01-02,2024-01-03,100,101,100,95,5,100,long';
    expect(readText(net).figures.pnl).toBe(95);
    const two = 'entry_time,exit_time,entry_price,exit_price,profit,pnl\n2024-01-02,2024-01-03,100,101,100,95';
    expect(errorOf(two)).toMatch(
      /2 columns could be pnl:\n {2}--map pnl=profit {3}100 in line 2\n {2}--map pnl=pnl {6}95 in line 2/,
    );
  });

  it('percent needs the account', () => {
    const text =
      'entry_time,exit_time,entry_price,exit_price,pnl %,side\n2024-01-02,2024-01-03,100,102,2,long\n2024-01-04,2024-01-05,102,104.04,2,long';
    expect(errorOf(text)).toContain('--equity 10000    200.00 in line 2');
    expect(rowsOf(readText(text, { equity: 10_000 }))).toEqual([
      '2024-01-02,2024-01-03,100,102,200,100,long,10000',
      '2024-01-04,2024-01-05,102,104.04,200,98.0392156862745,long,10000',
    ]);
  });

  it('percentages and money in one column', () => {
    expect(errorOf(list('2024-01-02,2024-01-03,100,101,1.2%,100,long', ONE))).toContain(
      '(1.2%) and not in line 3 (100)',
    );
  });

  it('no column of sides: long if the P&L goes with the price, asked for if not', () => {
    const rows = (pnl: number): string =>
      `entry_time,exit_time,entry_price,exit_price,pnl\n2024-01-02,2024-01-03,100,101,${pnl}`;
    expect(readText(rows(5)).notes.join()).toContain('no column says long or short: all are read as long');
    expect(errorOf(rows(-5))).toContain('--map side=COLUMN');
  });

  it('fills without a P&L need the point value, also by product', () => {
    const fills = 'time,symbol,side,qty,price\n2024-01-02,MESH4,buy,2,100\n2024-01-03,MESH4,sell,2,101';
    expect(errorOf(fills)).toContain('--point-value 1');
    expect(readText(fills, { point_value: new Map([['MES', 5]]) }).figures.pnl).toBe(10);
    expect(errorOf(fills, { point_value: new Map([['NQ', 5]]) })).toContain('what a point of MESH4 is worth');
  });

  it('several currencies are not added up', () => {
    const text = `${HEADER},currency\n${ONE},USD\n${ONE},EUR`;
    expect(errorOf(text)).toContain('several currencies (USD, EUR)');
  });

  it('a code page that is not known decides nothing', () => {
    const bytes = (side: string, note: string): Uint8Array =>
      Buffer.from(`${HEADER},note\n2024-01-02,2024-01-03,100,101,100,1,${side},${note}`, 'latin1');
    expect(readTradeList([{ path: 'l.csv', bytes: bytes('long', 'über') }], {}).documents[0]).toMatchObject({
      encoding: 'windows-1252',
      assumed: true,
    });
    expect(() =>
      readTradeList(
        [{ path: 'l.csv', bytes: Buffer.from(`${HEADER}\n2024-01-02,2024-01-03,100,101,100 \u00a3,1,long`, 'latin1') }],
        {},
      ),
    ).toThrow(/--encoding windows-1252/);
  });
});

describe('nothing is left out or bent in silence', () => {
  it('bad cells are all named, ten in full', () => {
    const message = errorOf(list(...Array.from({ length: 12 }, () => '2024-01-02,2024-01-03,100,abc,1,1,long')));
    expect(message).toMatch(
      /^12 cells cannot be read:\n {2}list\.csv line 2, column exit_price: "abc" is not a number/,
    );
    expect(message).toContain('and 2 more');
  });

  it('open trades and lines of text are counted', () => {
    const read = readText(
      `Report\n\n${list(ONE, '2024-04-02,,101,,,100,long', '2024-04-02,NaT,101,nan,nan,100,long', 'end of list')}`,
    );
    expect([read.open_trades, Object.fromEntries(read.left_out)]).toEqual([2, { 'lines of text': 1 }]);
    expect(read.raw.header_line).toBe(3);
  });

  it.each([
    ['an exit before its entry', '2024-01-03,2024-01-02,1,1,1,1,long', /is before the entry/],
    ['a word that is no side', '2024-01-02,2024-01-03,1,1,1,1,CLOSE', /"CLOSE" is not a side/],
    ['a size of zero', '2024-01-02,2024-01-03,1,1,1,0,long', /"0" is zero/],
    [
      'a negative size of a long trade',
      '2024-01-02,2024-01-03,1,1,1,-5,long',
      /"-5" is negative, and the side is long/,
    ],
    ['a missing P&L', '2024-01-02,2024-01-03,1,1,,1,long', /column pnl: "" is missing/],
    ['too many cells', '2024-01-02,2024-01-03,1,1,1,234,1,long', /8 cells where the header has 7/],
    ['a row that is cut off', '2024-01-02,2024-01-03,1,1,1', /5 cells where the header has 7: cut off\?/],
  ])('%s', (_name, row, message) => {
    expect(errorOf(list(ONE, row))).toMatch(message);
  });

  it('a negative size with side short is a short trade', () => {
    expect(rowsOf(readText(list('2024-01-02,2024-01-03,100,101,-100,-100,short')))).toEqual([
      '2024-01-02,2024-01-03,100,101,-100,100,short',
    ]);
  });

  it('a trade that was exported twice is named', () => {
    expect(readText(list(ONE, ONE)).notes.join()).toContain('1 trade is equal to an earlier one');
  });

  it('an empty list, and one with open trades only', () => {
    expect(errorOf(HEADER)).toContain('holds no closed trade');
    expect(errorOf(list('2024-04-02,,101,,,100,long'))).toContain('1 are open');
  });

  it('fees in another coin are not taken off', () => {
    const fills =
      'time,symbol,side,qty,price,fee,fee_coin\n2024-01-02,ABCUSDT,buy,1,10,0.001,BNB\n2024-01-03,ABCUSDT,sell,1,11,0.001,BNB';
    expect(errorOf(fills, { point_value: new Map([['', 1]]) })).toContain('the fee is paid in BNB');
  });

  it('costs of both signs are asked about', () => {
    expect(
      errorOf(
        'entry_time,exit_time,entry_price,exit_price,pnl,fee\n2024-01-01,2024-01-02,10,11,1,1\n2024-01-03,2024-01-04,10,11,1,-1',
      ),
    ).toMatch(/is a cost 5 or -5\?/);
  });
});

describe('columns', () => {
  it('are found under other names, in any case and order', () => {
    const text =
      'Ticker;Closed At;Opened At;Direction;Size;Open Price;Close Price;Realized P&L\nABC;2024-01-03;2024-01-02;SELL;5;10,5;9,5;5';
    expect(rowsOf(readText(text))).toEqual(['2024-01-02,2024-01-03,10.5,9.5,5,5,short']);
  });

  it('entry and exit are times or prices by what stands in them', () => {
    expect(rowsOf(readText('entry,exit,entry price,exit price,pnl\n2024-01-02,2024-01-03,1.5,2.5,1'))[0]).toBe(
      '2024-01-02,2024-01-03,1.5,2.5,1,1,long',
    );
    expect(rowsOf(readText('entry time,exit time,entry,exit,pnl\n2024-01-02,2024-01-03,1.5,2.5,1'))[0]).toBe(
      '2024-01-02,2024-01-03,1.5,2.5,1,1,long',
    );
  });

  it('date and clock in columns of their own', () => {
    const text =
      'Entry Date,Entry Time,Exit Date,Exit Time,Entry Price,Exit Price,Profit\n13/01/2024,9:30,13/01/2024,4:00 PM,10.5,11,5';
    expect(rowsOf(readText(text))[0]).toMatch(/^2024-01-13T09:30:00,2024-01-13T16:00:00,10.5,11,5,/);
  });

  it('a type of order is no side', () => {
    expect(
      rowsOf(
        readText(`${HEADER.replace('side', 'type')},direction\n2024-01-02,2024-01-03,10.5,9.5,1,1,market,short`),
      )[0],
    ).toMatch(/,short$/);
  });

  it('--map names them, by name, place or not at all', () => {
    const text = 'a,b,c,c,e,f\n2024-01-02,2024-01-03,10.5,11,4,1';
    const map = parseMap('entry_time=a,exit_time=b,entry_price=#3,exit_price=#4,pnl=e');
    expect(rowsOf(readText(text, { map }))).toEqual(['2024-01-02,2024-01-03,10.5,11,4,1,long']);
    expect(
      readText(`${HEADER},fee\n2024-01-02,2024-01-03,10,11,4,1,long,1`, { map: parseMap('fee=none') }).figures.pnl,
    ).toBe(4);
    expect(() => parseMap('sied=x')).toThrow(/did you mean side/);
    expect(() =>
      readText(text, { map: parseMap('entry_time=a,exit_time=b,entry_price=#3,exit_price=#9,pnl=e') }),
    ).toThrow();
    expect(() => readText(list(ONE), { map: parseMap('qty=qtty') })).toThrow(
      /there is no column "qtty". Did you mean "qty"/,
    );
  });

  it('a table that is not recognised: its header once, what is missing, the command that may be meant', () => {
    const message = errorOf('entry tim,exit tim,entry prce,exit price,profitt,amount\n1,2,3,4,5,6');
    expect(message.split('entry prce')).toHaveLength(3);
    expect(message).toContain(
      "--map 'entry_time=entry tim,exit_time=exit tim,entry_price=entry prce,exit_price=exit price,pnl=profitt'",
    );
  });

  it('the account: before or after each trade, or neither', () => {
    const rows = (equity: readonly number[]): string =>
      [
        `${HEADER},equity`,
        ...equity.map((value, i) => `2024-01-0${i + 1},2024-01-0${i + 2},100,101,100,100,long,${value}`),
      ].join('\n');
    const column = (text: string): string[] => rowsOf(readText(text)).map((row) => row.split(',')[7] ?? '');
    expect(column(rows([1000, 1100, 1200, 1300]))).toEqual(['1000', '1100', '1200', '1300']);
    const after = `${HEADER},equity\n2024-01-01,2024-01-02,100,101,100,100,long,1100\n2024-01-02,2024-01-03,100,103,300,100,long,1400\n2024-01-03,2024-01-04,100,99,-100,100,long,1300\n2024-01-04,2024-01-05,100,101,100,100,long,1400`;
    expect(column(after)).toEqual(['1000', '1100', '1400', '1300']);
    expect(column(rows([1000, 5000, 1, 77]))).toEqual(['', '', '', '']);
  });
});

describe('time zones', () => {
  it('times without offset get that of --timezone, others are shown on its clock', () => {
    const text = list(
      '2024-01-02 09:30,2024-07-02 16:00,100,101,100,100,long',
      '2024-03-01T10:00:00Z,2024-03-01T11:00:00Z,100,101,100,100,long',
    );
    expect(rowsOf(readText(text, { timezone: 'America/New_York' })).map((row) => row.split(',').slice(0, 2))).toEqual([
      ['2024-03-01T05:00:00-05:00', '2024-03-01T06:00:00-05:00'],
      ['2024-01-02T09:30:00-05:00', '2024-07-02T16:00:00-04:00'],
    ]);
  });

  it('a list of a program that writes UTC is in UTC', () => {
    const read = readFixture('freqtrade/backtest-result.json');
    expect([understood(read).time_zone, rowsOf(read)[0]!.slice(0, 20)]).toEqual(['UTC', '2024-05-01T00:05:00Z']);
  });
});

describe('several files', () => {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  const FILLS = 'time,symbol,side,qty,price';

  it('are one list: what January opens February closes', () => {
    const files = [
      { path: 'feb.csv', bytes: bytesOf(`${FILLS}\n2024-02-02,ABC,sell,1,12`) },
      { path: 'jan.csv', bytes: bytesOf(`${FILLS}\n2024-01-02,ABC,buy,1,10`) },
    ];
    expect(readTradeList(files, { point_value: new Map([['', 1]]) }).figures).toMatchObject({ trades: 1, pnl: 2 });
  });

  it('of two layouts are refused', () => {
    const files = [
      { path: 'a.csv', bytes: bytesOf(list(ONE)) },
      { path: 'b.csv', bytes: bytesOf(`${FILLS}\n2024-01-02,ABC,buy,1,10`) },
    ];
    expect(() => readTradeList(files, {})).toThrow(/have different layouts/);
  });

  it('executions with a number are counted once, whichever files hold them', () => {
    const text =
      'Fill ID,Order ID,Timestamp,B/S,Quantity,Price,Contract,Product,commission\n1,1,01/15/2024 10:00:00, Buy,1,100,MESH4,MES,0.5\n2,2,01/15/2024 11:00:00, Sell,1,101,MESH4,MES,0.5';
    const read = readTradeList(
      [
        { path: 'a.csv', bytes: bytesOf(text) },
        { path: 'b.csv', bytes: bytesOf(text) },
      ],
      { point_value: new Map([['MES', 5]]) },
    );
    expect([read.figures.pnl, [...read.left_out.values()]]).toEqual([4, [2]]);
  });
});

it('--from that does not fit names what the file is', () => {
  expect(() => readFixture('tradingview/list-of-trades.csv', { from: 'ninjatrader' })).toThrow(
    /it looks like TradingView list of trades \(--from tradingview\)/,
  );
  expect(() => readFixture('tradingview/list-of-trades.csv', { from: 'tradingviev' })).toThrow(
    /did you mean tradingview/,
  );
});

it('the totals of backtrader’s TradeAnalyzer are no trades', () => {
  expect(errorOf('{"total": {"total": 3}, "streak": {}, "pnl": {}, "won": {}, "lost": {}}')).toContain(
    'totals, no trades',
  );
});

it('the canonical list, imported again, is itself', () => {
  const once = canonicalCsv(readFixture('ninjatrader/trades.csv').trades);
  expect(canonicalCsv(readText(once).trades)).toBe(once);
});

const CASES = fileURLToPath(new URL('../../../shared/cases/trades/edge/', import.meta.url));
describe.skipIf(!existsSync(CASES))('lists as people have them (skipped where the shared cases are absent)', () => {
  const asked: Readonly<Record<string, RegExp>> = {
    'empty.csv': /holds no table/,
    'zero_trades.csv': /holds no closed trade/,
    'exit_before_entry.csv': /is before the entry/,
    'percent.csv': /is a percentage/,
    'us_ampm.csv': /--dates mdy/,
    'us_no_seconds.csv': /--dates mdy/,
  };
  const files = existsSync(CASES) ? readdirSync(CASES).filter((name) => name.endsWith('.csv')) : [];
  it.each(files)('%s is read, or asked about', (name) => {
    const read = (): number => readTradeList([{ path: name, bytes: readFileSync(CASES + name) }], {}).figures.trades;
    const question = asked[name];
    if (question === undefined) expect(read()).toBeGreaterThan(0);
    else expect(read).toThrow(question);
  });
});
