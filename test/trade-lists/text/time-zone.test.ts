import { describe, expect, it } from 'vitest';
import { momentText } from '../../../src/trade-lists/text/date-text.ts';
import { Zone } from '../../../src/trade-lists/text/time-zone.ts';

function placed(zone: Zone, year: number, month: number, day: number, hour: number, minute = 0): string {
  return momentText(
    zone.place({ us: Date.UTC(year, month - 1, day, hour, minute) * 1000, offset: undefined, day_only: false }),
  );
}

describe('a time zone', () => {
  it('gives each wall clock its offset, summer and winter', () => {
    const zone = new Zone('America/New_York');
    expect(placed(zone, 2024, 1, 15, 9, 30)).toBe('2024-01-15T09:30:00-05:00');
    expect(placed(zone, 2024, 7, 15, 9, 30)).toBe('2024-07-15T09:30:00-04:00');
    expect(placed(zone, 2024, 3, 10, 1)).toBe('2024-03-10T01:00:00-05:00');
    expect(placed(zone, 2024, 3, 10, 3)).toBe('2024-03-10T03:00:00-04:00');
    expect([zone.twice, zone.never]).toEqual([0, 0]);
  });

  it('counts the hour that is there twice, and the one that is not there', () => {
    const zone = new Zone('America/New_York');
    expect(placed(zone, 2024, 11, 3, 1, 30)).toBe('2024-11-03T01:30:00-04:00');
    expect(placed(zone, 2024, 3, 10, 2, 30)).toBe('2024-03-10T02:30:00-05:00');
    expect([zone.twice, zone.never]).toEqual([1, 1]);
  });

  it('shows instants on its clock', () => {
    const zone = new Zone('Europe/Berlin');
    const utc = { us: Date.UTC(2024, 6, 1, 22, 30) * 1000, offset: 0, day_only: false };
    expect(momentText(zone.convert(utc))).toBe('2024-07-02T00:30:00+02:00');
  });

  it('agrees with Intl at every hour of two years in several zones', () => {
    for (const name of [
      'America/New_York',
      'Europe/London',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
    ]) {
      const zone = new Zone(name);
      const format = new Intl.DateTimeFormat('sv', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' });
      for (let hour = 0; hour < 2 * 8784; hour += 3) {
        const ms = Date.UTC(2018, 0, 1) + hour * 3_600_000;
        const shown = momentText(zone.convert({ us: ms * 1000, offset: 0, day_only: false }));
        expect(shown.slice(0, 19).replace('T', ' ')).toBe(format.format(ms));
      }
    }
  });

  it.each(['UTC', '+02:00', '-0530'])('takes %s', (name) => {
    expect(placed(new Zone(name), 2024, 1, 1, 0)).toMatch(/(?:Z|\+02:00|-05:30)$/);
  });

  it.each(['Mars/Phobos', '', '+99:00', '5'])('refuses %j', (name) => {
    expect(() => new Zone(name)).toThrow(/--timezone expects/);
  });
});
