/** A length beyond this is taken for a damaged file: sums of two still fit 32 bits. */
const MOST_TOKENS = 1_000_000_000;

/** What a trace may hold where. */
export const TOKENS_ALLOWED = `must be a whole number of tokens, 0 to ${MOST_TOKENS}`;
export const STAMP_ALLOWED = 'must be seconds, or a date-time such as 2023-11-16 18:17:03.9799600';

/** A whole number of tokens, or undefined. */
export function tokens(value: string): number | undefined {
  if (!/^\s*\d+(\.0*)?\s*$/.test(value)) return undefined;
  const number = Number(value);
  return number <= MOST_TOKENS ? number : undefined;
}

/**
 * Reads stamps, as seconds since the first one. Date-times are counted in steps of 100 ns from the first, exactly:
 * seconds since 1970 would leave only 240 ns of a double.
 */
export class Stamps {
  private seconds: number | undefined;
  private date: { readonly second: number; readonly tick: number } | undefined;

  /** Seconds since the first stamp, or undefined if the value is not a stamp of the same kind as the first. */
  read(value: string): number | undefined {
    const text = value.trim();
    const number = text === '' ? NaN : Number(text);
    if (Number.isFinite(number) && this.date === undefined) return number - (this.seconds ??= number);
    const date = this.seconds === undefined ? dateTime(text) : undefined;
    if (date === undefined) return undefined;
    this.date ??= date;
    return ((date.second - this.date.second) * 1e7 + (date.tick - this.date.tick)) / 1e7;
  }
}

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))?$/;

function dateTime(text: string): { second: number; tick: number } | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  const days = daysFrom1970(Number(year), Number(month), Number(day));
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const offset = sign === undefined ? 0 : (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -60 : 60);
  return {
    second: days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset,
    tick: Math.floor(Number((fraction ?? '0').padEnd(9, '0')) / 100),
  };
}

/** Days since 1970-01-01 in the Gregorian calendar, or undefined if there is no such day. */
function daysFrom1970(year: number, month: number, day: number): number | undefined {
  const milliseconds = Date.UTC(year, month - 1, day);
  const date = new Date(milliseconds);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? milliseconds / 86_400_000 : undefined;
}
