import { expect, it } from 'vitest';

import { colourOf } from '../../../src/serve/client/colours.ts';
import { duration, number, percent, short, withError } from '../../../src/serve/client/format.ts';

it('numbers are as short as they can be', () => {
  expect([0, 1.23456, 123456, 1e9, 0.00001].map((each) => number(each))).toEqual([
    '0',
    '1.23',
    '123,000',
    '1.00e9',
    '1.00e-5',
  ]);
  expect([12, 999_999, 12_345_678, 3.2e9].map(short)).toEqual(['12', '999,999', '12.3 M', '3.2 G']);
});

it('a value ends with the second digit of its error', () => {
  expect(withError(1.36349, 0.00421)).toBe('1.3635 ± 0.0042');
  expect(withError(1234.5, 12)).toBe('1,235 ± 12');
  expect(withError(2, 0)).toBe('2');
  expect(withError(2, Number.NaN)).toBe('2 ± ?');
});

it('100 % is all of it, and nothing less', () => {
  expect([percent(0, 10), percent(999_999, 1_000_000), percent(10, 10), percent(0, 0), percent(13, 1000)]).toEqual([
    '0 %',
    '99 %',
    '100 %',
    '100 %',
    '1.3 %',
  ]);
});

it('a duration has two units', () => {
  expect([3.21, 59.7, 256, 4_320, 273_600].map(duration)).toEqual([
    '3.2 s',
    '1 min',
    '4 min 16 s',
    '1 h 12 min',
    '3 d 4 h',
  ]);
});

it('colours go from dark to bright, and a text on them can be read', () => {
  expect(colourOf(0, 0, 1, 'value')).toEqual({ fill: 'rgb(68 1 84)', ink: '#fff' });
  expect(colourOf(1, 0, 1, 'value')).toEqual({ fill: 'rgb(253 231 37)', ink: '#000' });
  expect(colourOf(5, 5, 5, 'value').fill).toBe('rgb(33 145 140)');
});
