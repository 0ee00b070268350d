import { type DateText, isDateText, isYearFirst, type Moment, takeDateApart } from '../text/date-text.ts';
import { type DateDecision, decideDates, type OpenDate, resolve } from '../text/decide-dates.ts';
import { type DecimalDecision, decideDecimal } from '../text/decide-decimal.ts';
import { isMissing, readNumber, takeApart } from '../text/number-text.ts';
import type { ReadOptions } from '../text/options.ts';
import { CellProblems, type Place } from '../text/problems.ts';
import type { RawList, Role } from '../formats/raw-list.ts';
import { type Side, readSide } from '../text/side.ts';
import type { Row } from '../tables/table.ts';
import { Zone } from '../text/time-zone.ts';

const NUMBERS: readonly Role[] = [
  'entry_price',
  'exit_price',
  'price',
  'pnl',
  'qty',
  'multiplier',
  'fx_rate',
  'stop',
  'risk_dollars',
  'equity',
];
const TIMES: readonly (readonly [Role, Role])[] = [
  ['entry_time', 'entry_clock'],
  ['exit_time', 'exit_clock'],
  ['time', 'clock'],
];

/** Reads the cells of a list under the decisions on decimal sign, date order and zone; collects what it cannot read. */
export class Cells {
  readonly raw: RawList;
  readonly decimal: DecimalDecision;
  readonly dates: DateDecision;
  readonly zone: Zone | undefined;
  readonly problems = new CellProblems();

  constructor(raw: RawList, options: ReadOptions) {
    this.raw = raw;
    this.decimal = decideDecimal(
      (visit) => {
        this.visitNumbers(visit);
      },
      options.decimal,
      raw.conventions.decimal,
    );
    this.dates = decideDates(this.openDates(), () => this.datePairs(), options.dates, raw.conventions.dates);
    const zone = options.timezone ?? raw.conventions.zone;
    this.zone = zone === undefined ? undefined : new Zone(zone);
  }

  has(role: Role): boolean {
    return this.raw.columns.has(role);
  }

  /** Empty where there is no such column. */
  text(row: Row, role: Role): string {
    const at = this.raw.columns.get(role);
    return at === undefined ? '' : (row.cells[at] ?? '');
  }

  /** NaN where the cell is empty or there is no such column; a cell that is not a number is a problem. */
  number(row: Row, role: Role): number {
    const at = this.raw.columns.get(role);
    return at === undefined ? NaN : this.numberAt(row, at);
  }

  /** The same, and an empty cell is a problem as well. */
  needed(row: Row, role: Role): number {
    const value = this.number(row, role);
    if (isMissing(this.text(row, role))) this.bad(row, role, 'is missing');
    return value;
  }

  numberAt(row: Row, at: number): number {
    const text = row.cells[at] ?? '';
    if (isMissing(text)) return NaN;
    const value = readNumber(text, this.decimal.sign);
    if (Number.isNaN(value)) this.badAt(row, at, `is not a number with the decimal sign ${this.decimal.sign}`);
    return value;
  }

  /** Undefined where the cell is empty; a cell that is not a time is a problem. In the list's zone, if it has one. */
  moment(row: Row, role: Role, clock: Role): Moment | undefined {
    const text = this.dateText(row, role, clock);
    if (isMissing(text)) return undefined;
    const date = takeDateApart(text);
    const moment = date === undefined ? undefined : resolve(date, this.dates.order);
    if (moment === undefined) {
      this.badAt(
        row,
        this.raw.columns.get(role)!,
        date === undefined ? 'is not a time' : `is not a date when read as ${this.dates.order}`,
      );
      return undefined;
    }
    if (this.zone === undefined) return moment;
    return moment.offset === undefined ? this.zone.place(moment) : this.zone.convert(moment);
  }

  /** Undefined where there is no such column or the cell is empty; a cell that names no side is a problem. */
  side(row: Row, role: Role): Side | undefined {
    const at = this.raw.columns.get(role);
    if (at === undefined) return undefined;
    const text = row.cells[at] ?? '';
    const side = readSide(text, this.raw.header[at]);
    if (side === undefined) this.badAt(row, at, 'is not a side (long, short, buy, sell, 1, -1)');
    return side;
  }

  bad(row: Row, role: Role, reason: string): void {
    const at = this.raw.columns.get(role);
    this.problems.add(
      { ...placeOf(row), column: at === undefined ? role : this.columnName(at) },
      this.text(row, role),
      reason,
    );
  }

  badAt(row: Row, at: number, reason: string): void {
    this.problems.add({ ...placeOf(row), column: this.columnName(at) }, row.cells[at] ?? '', reason);
  }

  columnName(at: number): string {
    return this.raw.header[at] === undefined || this.raw.header[at] === '' ? `#${at + 1}` : this.raw.header[at];
  }

  /** Currency signs or codes in a column, without repetition. */
  currencies(role: Role): ReadonlySet<string> {
    const found = new Set<string>();
    const at = this.raw.columns.get(role);
    if (at === undefined) return found;
    for (const { cells } of this.raw.rows) {
      const text = cells[at] ?? '';
      if (/^-?[\d.,]+$/.test(text)) continue;
      const currency = takeApart(text)?.currency ?? '';
      if (currency !== '') found.add(currency);
    }
    return found;
  }

  private visitNumbers(visit: (text: string, place: () => Place) => void): void {
    const used = [...NUMBERS, ...(this.has('pnl') ? [] : (['pnl_percent', 'pnl_ratio'] as const))];
    const columns = [...used.flatMap((role) => this.raw.columns.get(role) ?? []), ...this.raw.fees];
    for (const at of columns) {
      for (const row of this.raw.rows)
        visit(row.cells[at] ?? '', () => ({ ...placeOf(row), column: this.columnName(at) }));
    }
  }

  private dateText(row: Row, role: Role, clock: Role): string {
    const date = this.text(row, role);
    const time = this.text(row, clock);
    return time === '' || isMissing(date) ? date : `${date} ${time}`;
  }

  private openDates(): OpenDate[] {
    const open: OpenDate[] = [];
    for (const [role, clock] of TIMES) {
      const at = this.raw.columns.get(role);
      if (at === undefined) continue;
      for (const row of this.raw.rows) {
        const text = this.dateText(row, role, clock);
        if (isYearFirst(text) || isMissing(text)) continue;
        const date = takeDateApart(text);
        if (date === undefined || !isDateText(date) || date.order !== undefined) continue;
        open.push({ text, date, place: () => ({ ...placeOf(row), column: this.columnName(at) }) });
      }
    }
    return open;
  }

  private *datePairs(): Generator<readonly [DateText | Moment, DateText | Moment]> {
    // Bought and sold: either may come first.
    if (!this.has('entry_time') || !this.has('exit_time') || this.raw.conventions.bought_and_sold === true) return;
    for (const row of this.raw.rows) {
      const entry = takeDateApart(this.dateText(row, 'entry_time', 'entry_clock'));
      const exit = takeDateApart(this.dateText(row, 'exit_time', 'exit_clock'));
      if (entry !== undefined && exit !== undefined) yield [entry, exit];
    }
  }
}

export function placeOf(row: Row): Place {
  return { file: row.file, line: row.line };
}
