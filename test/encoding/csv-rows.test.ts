import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalValue } from '#native-free/columns/columns';
import { crc32, hex32, saltOf } from '../../src/encoding/crc32.ts';
import { csvHeader, decodeCsvRows, encodeCsvRows, permIndexAt, rowFault } from '../../src/encoding/csv-rows.ts';

test('what is encoded decodes to the same bits, and every line passes the strict check', () => {
  const value = fc.double().map(canonicalValue);
  const row = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), value, value);
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const perm_index = Uint32Array.from(rows, ([index]) => index);
      const columns = [Float64Array.from(rows, ([, a]) => a), Float64Array.from(rows, ([, , b]) => b)];
      const bytes = Buffer.from(encodeCsvRows({ perm_index, columns }));
      expect(decodeCsvRows(bytes, perm_index.length, 2)).toEqual({ perm_index, columns });
      for (let at = 0; at < bytes.length;) {
        const end = bytes.indexOf(10, at);
        expect(rowFault(bytes, at, end, 2)).toBeUndefined();
        at = end + 1;
      }
    }),
  );
});

test('perm_index is read only where it is written as this engine writes it', () => {
  const read = (text: string) => permIndexAt(Buffer.from(text), 0, text.length);
  expect(read('0,1')).toBe(0);
  expect(read('4294967295,1')).toBe(4294967295);
  for (const text of [
    '',
    '0',
    '12',
    ',1',
    '00,1',
    '01,1',
    '-1,1',
    '+1,1',
    '1.0,1',
    '1e1,1',
    '4294967296,1',
    '10000000000,1',
    ' 1,1',
  ]) {
    expect(read(text)).toBe(-1);
  }
});

test('the checksum is that of gzip, and starts over the experiment', () => {
  expect(hex32(crc32(Buffer.from('123456789')))).toBe('cbf43926');
  const salt = 'ab'.repeat(32);
  expect(crc32(Buffer.from('x'), saltOf(salt))).toBe(crc32(Buffer.from(`${salt}x`)));
});

test('the header is perm_index and the metrics', () => {
  expect(csvHeader(['heads', 'tails'])).toBe('perm_index,heads,tails\n');
});
