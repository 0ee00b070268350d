import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatWithError,
} from '../../src/wording/format-number.ts';

describe('numbers for people', () => {
  test.each([
    [1.36345, '1.363'],
    [0.00123449, '0.001234'],
    [0.99996, '1.000'],
    [123456.7, '123,457'],
    [-1234567.8, '-1,234,568'],
    [0, '0.000'],
    [1.5e-9, '1.500e-9'],
    [2e20, '2.000e+20'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('formatNumber(%d) is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test.each([
    [1.363012, 0.004249, '1.3630 ± 0.0042'],
    [1.363012, 0.0996, '1.36 ± 0.10'],
    [123456.78, 45.6, '123,457 ± 46'],
    [123456.78, 4567, '123,457 ± 4,567'],
    [2, 0, '2'],
    [88.19791, 0, '88.1979'],
    [2.34567, NaN, '2.346 ± ?'],
    [2.34567, Infinity, '2.346 ± ?'],
    [NaN, NaN, 'NaN'],
    [1, 1e-20, '1.000e+0 ± 1.0e-20'],
  ])('formatWithError(%d, %d) shows the digits that the error leaves: %s', (value, error, text) => {
    expect(formatWithError(value, error)).toBe(text);
  });

  test.each([
    [0, '0'],
    [1512, '1,512'],
    [200000, '200,000'],
    [999999, '999,999'],
    [1000000, '1.0 M'],
    [302.4e6, '302.4 M'],
    [999.96e6, '1.0 G'],
    [4.2e12, '4.2 T'],
  ])('formatCount(%d) is %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  test.each([
    [512, '512 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [14.4e6, '14.4 MB'],
    [999.96e3, '1.0 MB'],
    [20e9, '20.0 GB'],
  ])('formatBytes(%d) is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [0, '< 1 ms'],
    [0.35, '350 ms'],
    [0.9996, '1.0 s'],
    [3.21, '3.2 s'],
    [12.4, '12 s'],
    [59.7, '1 min'],
    [256, '4 min 16 s'],
    [3599.6, '1 h'],
    [4320, '1 h 12 min'],
    [86399, '1 d'],
    [273600, '3 d 4 h'],
    [NaN, 'unknown'],
    [Infinity, 'unknown'],
    [-1, 'unknown'],
  ])('formatDuration(%d) is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
