/** A point in time as a trade list writes it. */
export interface Stamp {
  /** Milliseconds since 1970-01-01T00:00Z, fractions kept. */
  readonly time: number;
  /** What the time carries as its offset from UTC [ms]; 0 where it carries none. */
  readonly offset: number;
  /** Written `MM/DD/YYYY` on a day up to the 12th: it could as well be `DD/MM/YYYY`. Undefined in other forms. */
  readonly ambiguous: boolean | undefined;
}

/**
 * ISO 8601, `YYYY-MM-DD[ HH:MM[:SS[.fff]]]` or `MM/DD/YYYY[ HH:MM:SS]`, UTC unless it carries an offset (`Z`, `+02:00`,
 * `+0200`, `+02`). Undefined for anything else: nothing is guessed.
 */
export function parseStamp(text: string): Stamp | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, offset] = iso;
    return stamp(milliseconds(year, month, day, hour, minute, second, fraction, offset), offset, undefined);
  }
  const us = US.exec(text);
  if (us === null) return undefined;
  const [, month, day, year, hour, minute, second, offset] = us;
  const time = milliseconds(year, month, day, hour, minute, second, undefined, offset);
  return stamp(time, offset, Number(day) <= 12);
}

function stamp(time: number, offset: Part, ambiguous: boolean | undefined): Stamp | undefined {
  return Number.isNaN(time) ? undefined : { time, offset: offsetMinutes(offset) * 60_000, ambiguous };
}

const OFFSET = '(Z|[+-]\\d{2}(?::?\\d{2})?)?';
const ISO = new RegExp(
  `^(\\d{4})-(\\d{2})-(\\d{2})(?:[T ](\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d+))?)?\\s?${OFFSET})?$`,
  'i',
);
const US = new RegExp(`^(\\d{2})/(\\d{2})/(\\d{4})(?: (\\d{2}):(\\d{2}):(\\d{2})\\s?${OFFSET})?$`, 'i');

type Part = string | undefined;

function milliseconds(y: Part, mo: Part, d: Part, h: Part, mi: Part, s: Part, fraction: Part, offset: Part): number {
  const [year, month, day] = [Number(y), Number(mo), Number(d)];
  const [hour, minute, second] = [Number(h ?? 0), Number(mi ?? 0), Number(s ?? 0)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN;
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  const offset_minutes = offsetMinutes(offset);
  const whole = ((daysFromEpoch(year, month, day) * 24 + hour) * 60 + minute - offset_minutes) * 60 + second;
  return whole * 1000 + (fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000);
}

/** NaN for an offset of 24 hours or more. */
function offsetMinutes(offset: Part): number {
  if (offset === undefined || offset.toUpperCase() === 'Z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', ''));
  if (hours > 23 || minutes > 59) return NaN;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar. Source: Howard Hinnant, days_from_civil. */
function daysFromEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const year_of_era = y - era * 400;
  const day_of_year = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const day_of_era = year_of_era * 365 + Math.floor(year_of_era / 4) - Math.floor(year_of_era / 100) + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

/** The calendar month of a time in UTC, as a number that grows by one per month. */
export function calendarMonth(time_ms: number): number {
  const date = new Date(time_ms);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** For messages: the time in ISO 8601. */
export function formatTime(time_ms: number): string {
  return new Date(time_ms).toISOString();
}
