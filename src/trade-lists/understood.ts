import type { Reported } from './formats/raw-list.ts';
import type { Figures } from './figures.ts';
import type { TradeListRead } from './read-trade-list.ts';
import { momentText } from './text/date-text.ts';

/** How a trade list was read: saved beside the canonical CSV as JSON, and shown to the person. No times of day, no paths of a machine. */
export interface Understood {
  readonly format: string;
  readonly title: string;
  readonly files: readonly { readonly file: string; readonly encoding: string; readonly separator: string }[];
  readonly encoding_assumed: boolean;
  readonly header_line: number;
  /** Role -> column of the source. */
  readonly columns: Readonly<Record<string, string>>;
  readonly decimal_sign: { readonly sign: string; readonly why: string };
  readonly date_order: { readonly order: string; readonly why: string; readonly first: string };
  /** Null: times carry no offset, and the model takes them as UTC. */
  readonly time_zone: string | null;
  readonly rows: number;
  readonly trades: number;
  readonly made: string;
  readonly open_trades_left_out: number;
  readonly rows_left_out: Readonly<Record<string, number>>;
  readonly pnl: {
    readonly unit: string;
    readonly unit_why: string;
    readonly stated: 'net' | 'gross' | 'unknown';
    readonly stated_why: string;
    readonly cost_columns: readonly string[];
    readonly costs: number;
    readonly costs_taken_off: boolean;
  };
  readonly currency: string | null;
  readonly point_value: number | null;
  readonly initial_equity: number | null;
  readonly long: number;
  readonly short: number;
  readonly first_entry: string;
  readonly last_exit: string;
  /** What the source says of the whole list. */
  readonly source: Reported;
  /** The same of the canonical list. */
  readonly list: Figures;
  readonly notes: readonly string[];
}

export function understood(read: TradeListRead): Understood {
  const { raw, cells, trades, basis } = read;
  const columns = Object.fromEntries([...raw.columns].map(([role, at]) => [role, cells.columnName(at)]));
  const first = trades[0]!;
  const last = trades.at(-1)!;
  const earliest = trades.reduce((least, trade) => (trade.entry_time.us < least.entry_time.us ? trade : least), first);
  return {
    format: raw.format,
    title: raw.title,
    files: read.documents.map(({ file, encoding, separator }) => ({ file, encoding, separator })),
    encoding_assumed: read.documents.some(({ assumed }) => assumed),
    header_line: raw.header_line,
    columns,
    decimal_sign: { sign: cells.decimal.sign, why: cells.decimal.why },
    date_order: { order: cells.dates.order, why: cells.dates.why, first: momentText(earliest.entry_time) },
    time_zone:
      cells.zone?.name ??
      (trades.every(({ exit_time }) => exit_time.offset !== undefined) ? 'as each time carries it' : null),
    rows: read.rows,
    trades: trades.length,
    made: read.made,
    open_trades_left_out: read.open_trades,
    rows_left_out: Object.fromEntries(read.left_out),
    pnl: {
      unit: read.unit.unit,
      unit_why: read.unit.why,
      stated: basis.stated,
      stated_why: basis.why,
      cost_columns: raw.fees.map((at) => cells.columnName(at)),
      costs: read.fees,
      costs_taken_off:
        raw.shape === 'fills'
          ? raw.fees.length > 0 && raw.conventions.fill_pnl !== 'net'
          : basis.stated === 'gross' && read.fees !== 0,
    },
    currency: read.currency ?? null,
    point_value: read.point_value.value ?? null,
    initial_equity: read.initial_equity ?? null,
    long: trades.filter(({ side }) => side === 1).length,
    short: trades.filter(({ side }) => side === -1).length,
    first_entry: momentText(earliest.entry_time),
    last_exit: momentText(last.exit_time),
    source: read.reported,
    list: read.figures,
    notes: read.notes,
  };
}
