/** The order in which a date of three numbers is written. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd';
export const DATE_ORDERS: readonly DateOrder[] = ['dmy', 'mdy', 'ymd'];

export type DecimalSign = '.' | ',';
export const DECIMAL_SIGNS: readonly DecimalSign[] = ['.', ','];

/** Whether costs are already taken off the stated P&L. */
export type PnlBasis = 'net' | 'gross';
export const PNL_BASES: readonly PnlBasis[] = ['net', 'gross'];

/** What a person states about a trade list; the rest is read from the list, or asked for. */
export interface ReadOptions {
  /** Name of a format; by default it is recognised. */
  readonly from?: string;
  /** Role -> name of the column, or `#3` for the third one, or `none`. Fees may be several. */
  readonly map?: readonly ColumnChoice[];
  /** One character between cells. */
  readonly delimiter?: string;
  readonly decimal?: DecimalSign;
  readonly dates?: DateOrder;
  /** A label of the Encoding Standard: `utf-8`, `utf-16le`, `windows-1252`, ... */
  readonly encoding?: string;
  /** IANA name (`America/New_York`), `UTC`, or an offset (`+02:00`): the zone of times that carry none. */
  readonly timezone?: string;
  /** The account that percentages refer to [currency of the account]. */
  readonly equity?: number;
  readonly pnl?: PnlBasis;
  /** Money per point and unit: for all symbols (key ''), or by symbol. */
  readonly point_value?: ReadonlyMap<string, number>;
  /** Which strategy of a file that holds several. */
  readonly strategy?: string;
}

export interface ColumnChoice {
  readonly role: string;
  readonly column: string;
}
