import type { DateOrder } from './options.ts';

/**
 * A point in time as it is written: the wall clock as if it were UTC, and the offset if it carries one. `us` is microseconds since
 * 1970-01-01T00:00, exact below the year 2255.
 */
export interface Moment {
  /** Wall clock [microseconds]. */
  readonly us: number;
  /** Minutes east of UTC; undefined where the text does not tell. */
  readonly offset: number | undefined;
  /** Only a date is written. */
  readonly day_only: boolean;
}

/** The instant [microseconds]; a time without offset counts as UTC. */
export function instant({ us, offset }: Moment): number {
  return us - (offset ?? 0) * MINUTE;
}

/** A date whose three numbers may be in several orders. `order` is set where only one is possible by form. */
export interface DateText {
  readonly numbers: readonly [number, number, number];
  /** The first number has four digits, or a month is named: then the order is known. */
  readonly order: DateOrder | undefined;
  /** A year of two digits comes first or last. */
  readonly short_year: boolean;
  readonly day_us: number;
  readonly offset: number | undefined;
  readonly day_only: boolean;
}

const SECOND = 1e6;
const MINUTE = 60 * SECOND;
const DAY = 1440 * MINUTE;
const LONGEST = 96;

const CLOCK =
  '(?:[T ,;]+(\\d{1,2}):?(\\d{2})(?::?(\\d{2})(?:[.,](\\d{1,9}))?)?(?: ?([AaPp])\\.?[Mm]\\.?)?(?: ?((?:UTC|GMT)?[+-]\\d{2}(?::?\\d{2})?|Z|UTC|GMT))?)?';
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${CLOCK}$`);
const COMPACT = new RegExp(`^(\\d{4})()(\\d{2})(\\d{2})${CLOCK}$`);
const THREE = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2}),?${CLOCK}$`);
const DAY_MONTH = new RegExp(`^(\\d{1,2})[-/. ]([A-Za-z]{3,9})\\.?[-/. ,]+(\\d{4}|\\d{2}),?${CLOCK}$`);
const MONTH_DAY = new RegExp(`^([A-Za-z]{3,9})\\.? (\\d{1,2}),? (\\d{4}),?${CLOCK}$`);
/** `Thu, 12 Mar 2015 …` of mails, `Thu Mar 12 2015 00:00:00 GMT+1000 (Australian …)` of JavaScript: the day of the week and the zone's name say nothing more. */
const AROUND = /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?([^]*?)(?: \([A-Za-z .+:0-9-]+\))?$/i;
const RUN_TOGETHER = /^((?:19|20)\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?$/;
const EPOCH = /^(\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(?:\.(\d{1,6}))?$/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Parses a cell; undefined where it is not a point in time. Seconds, milli-, micro- and nanoseconds since 1970 are instants. */
export function takeDateApart(text: string): DateText | Moment | undefined {
  if (text.length > LONGEST) return undefined;
  const first = YEAR_FIRST.exec(text) ?? COMPACT.exec(text);
  if (first !== null) {
    return withClock(first.slice(5), [Number(first[1]), Number(first[3]), Number(first[4])], 'ymd', false);
  }
  const three = THREE.exec(text);
  if (three !== null) {
    const short_year = three[4]!.length === 2;
    return withClock(three.slice(5), [Number(three[1]), Number(three[3]), Number(three[4])], undefined, short_year);
  }
  return runTogether(text) ?? epoch(text) ?? named(text);
}

/** `20240102103000`: as an epoch it would be of the seventies. */
function runTogether(text: string): DateText | undefined {
  const found = RUN_TOGETHER.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second] = found;
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return undefined;
  return withClock([hour, minute, second], [Number(year), Number(month), Number(day)], 'ymd', false);
}

function epoch(text: string): Moment | undefined {
  const found = EPOCH.exec(text);
  if (found === null) return undefined;
  const digits = found[1]!;
  // Since 2001-09-09 seconds have ten digits; nine are from 1973 on.
  const length = digits.length % 3 === 0 ? 9 : 10;
  const whole = digits.slice(0, length);
  const fraction = `${digits.slice(length)}${found[2] ?? ''}`.padEnd(6, '0').slice(0, 6);
  return { us: Number(whole) * SECOND + Number(fraction), offset: 0, day_only: false };
}

function named(whole: string): DateText | undefined {
  const text = AROUND.exec(whole)![1]!;
  const day_first = DAY_MONTH.exec(text);
  const month_first = day_first === null ? MONTH_DAY.exec(text) : null;
  const found = day_first ?? month_first;
  if (found === null) return undefined;
  const name = (day_first === null ? found[1]! : found[2]!).toLowerCase();
  const month = MONTHS.indexOf(name.slice(0, 3)) + 1;
  if (month === 0) return undefined;
  const day = Number(day_first === null ? found[2] : found[1]);
  return withClock(found.slice(4), [fullYear(Number(found[3]), found[3]!.length === 2), month, day], 'ymd', false);
}

type Part = string | undefined;

function withClock(
  [h, mi, s, fraction, half, offset]: readonly Part[],
  numbers: readonly [number, number, number],
  order: DateOrder | undefined,
  short_year: boolean,
): DateText | undefined {
  let hour = Number(h ?? 0);
  const [minute, second] = [Number(mi ?? 0), Number(s ?? 0)];
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const minutes = offset === undefined ? undefined : offsetMinutes(offset);
  if (minutes !== undefined && Number.isNaN(minutes)) return undefined;
  const us = Number((fraction ?? '').padEnd(6, '0').slice(0, 6));
  return {
    numbers,
    order,
    short_year,
    day_us: ((hour * 60 + minute) * 60 + second) * SECOND + us,
    offset: minutes,
    day_only: h === undefined,
  };
}

/** Minutes east of UTC of `Z`, `UTC`, `+02`, `+0200`, `+02:00` or `GMT+0200`; NaN past 14 hours. */
export function offsetMinutes(text: string): number {
  if (/^(?:Z|UTC|GMT)$/i.test(text)) return 0;
  const found = /^(?:UTC|GMT)?([+-])(\d{2})(?::?(\d{2}))?$/i.exec(text);
  if (found === null) return NaN;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0);
  if (minutes > 14 * 60 || Number(found[3] ?? 0) > 59) return NaN;
  return found[1] === '-' ? 0 - minutes : minutes;
}

/** Years of two digits: 1970 to 2069. */
function fullYear(year: number, short: boolean): number {
  return short ? year + (year < 70 ? 2000 : 1900) : year;
}

/** The moment under an order of the three numbers; undefined where there is no such day. */
export function momentUnder(date: DateText, order: DateOrder): Moment | undefined {
  const by = date.order ?? order;
  const [a, b, c] = date.numbers;
  const [year, month, day] = by === 'ymd' ? [a, b, c] : by === 'dmy' ? [c, b, a] : [c, a, b];
  const full = fullYear(year, date.short_year);
  // Four digits last can't be a day.
  if (by === 'ymd' && date.order === undefined && !date.short_year) return undefined;
  if (full < 1900 || full > 2199 || month < 1 || month > 12 || day < 1 || day > daysInMonth(full, month))
    return undefined;
  return { us: Date.UTC(full, month - 1, day) * 1000 + date.day_us, offset: date.offset, day_only: date.day_only };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Four digits and a sign between: whatever follows, the order is known. */
export function isYearFirst(text: string): boolean {
  return /^\d{4}[-/.]/.test(text);
}

export function isDateText(date: DateText | Moment): date is DateText {
  return 'numbers' in date;
}

/** ISO 8601: the date alone where no more is written, the offset where there is one, no more digits than needed. */
export function momentText({ us, offset, day_only }: Moment): string {
  const day = Math.floor(us / DAY);
  let date = dates.get(day);
  if (date === undefined) {
    date = new Date((day * DAY) / 1000).toISOString().slice(0, 10);
    dates.set(day, date);
  }
  const in_day = us - day * DAY;
  if (day_only && offset === undefined && in_day === 0) return date;
  const seconds = Math.floor(in_day / SECOND);
  const fraction = in_day - seconds * SECOND;
  const digits =
    fraction === 0
      ? ''
      : `.${String(fraction)
          .padStart(6, '0')
          .replace(/(?:000)?$/, '')}`;
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${date}T${clock}${digits}${offset === undefined ? '' : offsetText(offset)}`;
}

/** Days as they are printed: a list has far fewer of them than times. */
const dates = new Map<number, string>();

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

export function offsetText(minutes: number): string {
  if (minutes === 0) return 'Z';
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}
