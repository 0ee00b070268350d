import type { DateOrder, DecimalSign, PnlBasis } from '../text/options.ts';
import type { Row } from '../tables/table.ts';

/**
 * What a column says, whatever it is called. Trades: entry_* and exit_*. Rows in pairs and fills: time, price, action. `entry_clock`, `exit_clock`
 * and `clock` hold the time of day where the date is in a separate column.
 */
export const ROLES = [
  'entry_time',
  'entry_clock',
  'exit_time',
  'exit_clock',
  'entry_price',
  'exit_price',
  'time',
  'clock',
  'price',
  'action',
  'pnl',
  'pnl_percent',
  'pnl_ratio',
  'qty',
  'side',
  'symbol',
  'account',
  'status',
  'id',
  'order_id',
  'open_close',
  'multiplier',
  'currency',
  'fx_rate',
  'cumulative_pnl',
  'stop',
  'risk_dollars',
  'equity',
  'fee',
] as const;
export type Role = (typeof ROLES)[number];

/**
 * trades: a row is a trade. pairs: a trade has a row for its entry and one for its exit, with the same id. fills: rows are executions, to be
 * matched.
 */
export type Shape = 'trades' | 'pairs' | 'fills';

/** What is known of all files of a format. Whatever is left out is read from the list or asked for. */
export interface Conventions {
  readonly decimal?: DecimalSign;
  readonly dates?: DateOrder;
  /** The zone of times without offset, where the program always writes the same. */
  readonly zone?: string;
  readonly pnl?: PnlBasis;
  /**
   * `cost`: a positive number is paid. `signed`: as it changes the account (a commission is negative). Without it the signs of the list tell.
   */
  readonly fees?: 'cost' | 'signed';
  /** The sign of the size is the side: negative is short (or sold). */
  readonly signed_qty?: boolean;
  /** The stated P&L of a fill is that of what it closes. */
  readonly fill_pnl?: 'net' | 'before entry fees';
  /** Money per point and unit, where it is always the same. */
  readonly point_value?: number;
  /** Columns of buying and selling, not of entry and exit: what came first tells the side. */
  readonly bought_and_sold?: boolean;
}

/** What the source itself says of the whole list, in its own words. */
export interface Reported {
  readonly trades?: number;
  readonly pnl?: number;
  /** 0..1 */
  readonly win_rate?: number;
  readonly profit_factor?: number;
  /** Currency of the account, positive. */
  readonly max_drawdown?: number;
  /** [%], positive. */
  readonly max_drawdown_pct?: number;
}

/** A list as its format reads it: which column is where; cells are still text. */
export interface RawList {
  readonly format: string;
  readonly title: string;
  readonly shape: Shape;
  readonly header: readonly string[];
  readonly header_line: number;
  readonly columns: ReadonlyMap<Role, number>;
  /** Columns of costs. */
  readonly fees: readonly number[];
  readonly rows: readonly Row[];
  readonly conventions: Conventions;
  /** Rows that are not trades, counted by what they are: `balance and credit rows` -> 3. */
  readonly left_out: ReadonlyMap<string, number>;
  readonly reported: Reported;
  readonly currency?: string;
  /** The account before the first trade, where the source states it. */
  readonly initial_equity?: number;
  /** What a person should know of this file. */
  readonly notes: readonly string[];
}

/** A counter of rows left out. */
export class LeftOut {
  private readonly counts = new Map<string, number>();

  add(what: string, count = 1): void {
    if (count > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }
  get all(): ReadonlyMap<string, number> {
    return this.counts;
  }
}
