import { type DateText, instant, isDateText, type Moment, momentText, momentUnder } from './date-text.ts';
import { DATE_ORDERS, type DateOrder } from './options.ts';
import { type Place, placeText, shown, undecided } from './problems.ts';

/** A date whose order is not plain from its form. */
export interface OpenDate {
  readonly text: string;
  readonly date: DateText;
  readonly place: () => Place;
}

export interface DateDecision {
  readonly order: DateOrder;
  readonly why:
    | 'given'
    | 'as the program writes it'
    | 'the year comes first'
    | 'only this one fits'
    | 'under the others a trade would close before it opens';
}

const NAMES: Readonly<Record<DateOrder, string>> = {
  dmy: 'day.month.year',
  mdy: 'month/day/year',
  ymd: 'year-month-day',
};

/**
 * The order of day, month and year of all dates together; `open` are those whose form leaves it open. Where every day is 12 or less several orders fit: then `known` (what the program
 * writes) decides, or that under the others a trade would close before it opens (`pairs`: entry and exit); else nothing is guessed.
 */
export function decideDates(
  open: readonly OpenDate[],
  pairs: () => Iterable<readonly [DateText | Moment, DateText | Moment]>,
  given: DateOrder | undefined,
  known: DateOrder | undefined,
): DateDecision {
  if (given !== undefined) return { order: given, why: 'given' };
  if (open.length === 0) return { order: 'ymd', why: 'the year comes first' };
  const misfits = (order: DateOrder): number =>
    open.reduce((count, { date }) => count + (momentUnder(date, order) === undefined ? 1 : 0), 0);
  const counted = DATE_ORDERS.map((order) => ({ order, misfits: misfits(order) }));
  const fitting = counted.filter((candidate) => candidate.misfits === 0).map(({ order }) => order);
  if (known !== undefined && fitting.includes(known)) return { order: known, why: 'as the program writes it' };
  // No order fits all: the cells that do not fit the best one are reported when they are read.
  if (fitting.length === 0) {
    return {
      order: counted.reduce((best, next) => (next.misfits < best.misfits ? next : best)).order,
      why: 'only this one fits',
    };
  }
  if (fitting.length === 1) return { order: fitting[0]!, why: 'only this one fits' };
  const differing = open.find(({ date }) => new Set(fitting.map((order) => momentUnder(date, order)?.us)).size > 1);
  if (differing === undefined) return { order: fitting[0]!, why: 'only this one fits' };
  const in_time = fitting.filter(keepsTime([...pairs()]));
  if (in_time.length === 1) return { order: in_time[0]!, why: 'under the others a trade would close before it opens' };
  throw ambiguous(differing, in_time.length === 0 ? fitting : in_time);
}

/** Whether every trade closes at or after it opens under an order. */
function keepsTime(all: readonly (readonly [DateText | Moment, DateText | Moment])[]): (order: DateOrder) => boolean {
  return (order) =>
    all.every(([entry, exit]) => {
      const [from, to] = [resolve(entry, order), resolve(exit, order)];
      return from === undefined || to === undefined || instant(from) <= instant(to);
    });
}

/** The moment of a date under an order; undefined where there is no such day. */
export function resolve(date: DateText | Moment, order: DateOrder): Moment | undefined {
  return isDateText(date) ? momentUnder(date, order) : date;
}

function ambiguous({ text, date, place }: OpenDate, orders: readonly DateOrder[]): Error {
  const where = place();
  return undecided(
    `${placeText(where)}: ${shown(text)} fits several orders of day and month, and so does every other date of the list:`,
    orders.map((order) => ({
      option: `--dates ${order}`,
      meaning: `${momentText(momentUnder(date, order)!)}   (${NAMES[order]})`,
    })),
    `${where.file}:${where.line}`,
    text,
  );
}
