import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Moment, momentText, takeDateApart } from '../../../src/trade-lists/text/date-text.ts';
import { resolve } from '../../../src/trade-lists/text/decide-dates.ts';
import type { DateOrder } from '../../../src/trade-lists/text/options.ts';

function read(text: string, order: DateOrder = 'ymd'): string | undefined {
  const date = takeDateApart(text);
  const moment = date === undefined ? undefined : resolve(date, order);
  return moment === undefined ? undefined : momentText(moment);
}

describe('times as trade lists write them', () => {
  it.each([
    ['2024-01-02', '2024-01-02'],
    ['2024-01-02 10:05', '2024-01-02T10:05:00'],
    ['2024-01-02T10:05:06.123456', '2024-01-02T10:05:06.123456'],
    ['2024-01-02T10:05:06.5Z', '2024-01-02T10:05:06.500Z'],
    ['2024-01-02 10:05:06+02:00', '2024-01-02T10:05:06+02:00'],
    ['2024-01-02 10:05:06-0530', '2024-01-02T10:05:06-05:30'],
    ['2024.02.05 09:15:10', '2024-02-05T09:15:10'],
    ['2024/2/5 9:15', '2024-02-05T09:15:00'],
    ['20240304;101500', '2024-03-04T10:15:00'],
    ['20240304', '2024-03-04'],
    ['20240304101500', '2024-03-04T10:15:00'],
    ['2021-01-04, 09:30:00', '2021-01-04T09:30:00'],
    ['1704207600', '2024-01-02T15:00:00Z'],
    ['1704207600123', '2024-01-02T15:00:00.123Z'],
    ['946857600000', '2000-01-03T00:00:00Z'],
    ['3 Jan 2024 10:00', '2024-01-03T10:00:00'],
    ['03-Jan-24', '2024-01-03'],
    ['Jan 3, 2024', '2024-01-03'],
    ['Thu Mar 12 2015 00:00:00 GMT+1000 (E. Australia Standard Time)', '2015-03-12T00:00:00+10:00'],
    ['Wed Jan 03 2024 10:05:06 GMT-0500', '2024-01-03T10:05:06-05:00'],
    ['Wed, 03 Jan 2024 10:05:06 GMT', '2024-01-03T10:05:06Z'],
    ['Wednesday, Jan 3, 2024', '2024-01-03'],
    ['2024-01-02 10:05:06 UTC+02:00', '2024-01-02T10:05:06+02:00'],
  ])('%s', (text, iso) => {
    expect(read(text)).toBe(iso);
  });

  it.each([
    ['1/3/2024 2:00:00 PM', 'mdy', '2024-01-03T14:00:00'],
    ['1/3/2024 12:30 AM', 'mdy', '2024-01-03T00:30:00'],
    ['16.01.2024 09:35:00', 'dmy', '2024-01-16T09:35:00'],
    ['04/02/2024', 'mdy', '2024-04-02'],
    ['04/02/2024', 'dmy', '2024-02-04'],
    ['24/01/03', 'ymd', '2024-01-03'],
    ['1/2/24', 'mdy', '2024-01-02'],
  ] as const)('%s as %s', (text, order, iso) => {
    expect(read(text, order)).toBe(iso);
  });

  it.each([
    '2024-13-01',
    '2024-02-30',
    '25:00',
    '2024-01-02 24:01',
    '2024-01-02 13:00 PM',
    'yesterday',
    '',
    '2024-01-02 10:00 +15:00',
    'Wed Jan 03 2024 10:05:06 GMT+1500',
    'Wed, tomorrow',
    'Wed',
    '12',
    'x'.repeat(500),
  ])('%j is no time', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('what is printed reads back as the same moment', () => {
    const offset = fc.option(fc.integer({ min: -14 * 60, max: 14 * 60 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.integer({ min: -2e9, max: 7e9 }),
        fc.integer({ min: 0, max: 999_999 }),
        offset,
        (seconds, us, minutes) => {
          const moment: Moment = { us: seconds * 1e6 + us, offset: minutes, day_only: false };
          expect(takeDateApart(momentText(moment))).toBeDefined();
          expect(read(momentText(moment))).toBe(momentText(moment));
        },
      ),
    );
  });
});
