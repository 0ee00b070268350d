import { describe, expect, it } from 'vitest';
import { isMissing, readNumber, takeApart, valueUnder } from '../../../src/trade-lists/text/number-text.ts';

describe('numbers as trade lists write them', () => {
  it.each([
    ['1234.5', 1234.5],
    ['-0.25', -0.25],
    ['+7', 7],
    ['.5', 0.5],
    ['1,234.50', 1234.5],
    ['12,34,567.8', 1234567.8],
    ["1'234.5", 1234.5],
    ['1 234.50', 1234.5],
    ['1\u00a0234.50', 1234.5],
    ['$1,192.80', 1192.8],
    ['-$5.00', -5],
    ['$-5.00', -5],
    ['($31.90)', -31.9],
    ['$(16.25)', -16.25],
    ['(31.90)', -31.9],
    ['\u221250', -50],
    ['1.2e3', 1200],
    ['1E2', 100],
    ['12.5 USDT', 12.5],
    ['€12.5', 12.5],
    ['1.2%', 1.2],
    ['-0', 0],
  ])('%s is %d with a decimal point', (text, value) => {
    expect(readNumber(text, '.')).toBe(value);
  });

  it.each([
    ['1234,5', 1234.5],
    ['1.234,50', 1234.5],
    ['-387,50 €', -387.5],
    ['3.000,00 €', 3000],
    ['1 234,5', 1234.5],
  ])('%s is %d with a decimal comma', (text, value) => {
    expect(readNumber(text, ',')).toBe(value);
  });

  it.each([
    '',
    'abc',
    '1,23',
    '1.2.3',
    '12,3456',
    '--5',
    '(-5)',
    '(5',
    '5)',
    '1 23',
    '0x10',
    '1e',
    'Infinity',
    '9'.repeat(80),
    '1,234,56',
  ])('%s is no number with a decimal point', (text) => {
    expect(readNumber(text, '.')).toBeNaN();
  });

  it('1.234 is two numbers', () => {
    expect([valueUnder('1.234', '.'), valueUnder('1.234', ',')]).toEqual([1.234, 1234]);
  });

  it('names the currency and the percent sign', () => {
    expect(takeApart('€ 5')).toMatchObject({ currency: '€', percent: false });
    expect(takeApart('-2.65%')).toMatchObject({ currency: '', percent: true, negative: true });
  });

  it.each(['', '-', 'nan', 'NaN', 'NaT', 'None', 'null', 'N/A'])('%j is a missing value', (text) => {
    expect(isMissing(text)).toBe(true);
  });
});
