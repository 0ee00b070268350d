import type { Note } from '../../../model/model.ts';
import { TRADE_COLUMNS } from '../list/inputs.ts';

/** A column under another name than ours: what it may be, and what is assumed where ours is missing. */
interface Likeness {
  /** Ours; undefined for what the model does not read at all. */
  readonly column: 'side' | 'qty' | 'risk_dollars' | 'equity' | undefined;
  readonly looks_like: string;
  readonly assumed: string;
  readonly advice: string;
  readonly names: RegExp;
}

/** Names are held against these in lower case, with everything but letters, digits, % and & left out. */
const LIKENESSES: readonly Likeness[] = [
  {
    column: 'side',
    looks_like: 'the side of a trade',
    assumed: 'every trade is read as long',
    advice: 'name it side (long or short)',
    names:
      /^(trade|order|deal|position|pos|entry)?(direction|dir|type|side|action|signal)$|^(market|mkt)?pos(ition)?$|^(long|buy)(short|sell)$|^(is)?(long|short)$|^[lb]s$|^way$/,
  },
  {
    column: 'qty',
    looks_like: 'the size of a trade',
    assumed: 'every trade is read as 1 unit',
    advice: 'name it qty',
    names:
      /^(trade|order|position|pos|lot|entry|filled|executed|avg|max)?(size|amount|quantity|qty|quant|volume|vol|nominal)$|^(no|num|number)?(of)?(lots?|contracts?|shares|units|coins)$/,
  },
  {
    column: 'risk_dollars',
    looks_like: 'what a trade risked',
    assumed: 'trades state no R',
    advice: 'name it risk_dollars, if it is in dollars',
    names:
      /^(initial)?(risk|risked)(amount|usd|dollars?|value|pct|%)?$|^(initial)?(stop|stoploss|sl|stopprice|stoplossprice)$|^r$|^r?multiple$/,
  },
  {
    column: 'equity',
    looks_like: 'the account',
    assumed: 'the equity of a trade is initial_equity and the results before it',
    advice: 'name it equity, if it is the account before the trade was opened',
    names:
      /^(account|starting|start|begin|opening|current|cash)?(balance|capital|accountvalue|account|netliq|netliquidation)(before|usd)?$|^(account|starting)equity$|^equitybefore$/,
  },
  {
    column: undefined,
    looks_like: 'another result',
    assumed: 'pnl is used',
    advice: 'is pnl the one that you mean, after costs?',
    names:
      /^(?!.*(cum|max|running|total|drawdown|mae|mfe|factor|target|taking|take)).*(profit|pnl|p&l).*$|^(net|gross|realized|realised|trade)?(pl|gain|gains|return|returns|ret|result)(usd|pct|%)?$/,
  },
  {
    column: undefined,
    looks_like: 'costs',
    assumed: 'pnl is taken to be net of them',
    advice: 'take them off pnl, if it is gross',
    names:
      /(fee|fees|commission|commissions|brokerage|charges?)$|^(comm?|swap|tax|taxes|costs?|slippage|funding|financing|rollover|interest)(s|usd|entry|exit|paid)?$/,
  },
  {
    column: undefined,
    looks_like: 'the worth of a point',
    assumed: 'the parameter point_value says it',
    advice: 'set point_value',
    names: /^(point|tick|big ?point|pip)value$|^multiplier$|^contract(size|multiplier)$/,
  },
];

/** What a column's name comes to when it is compared. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9%&]/g, '');
}

const OURS = new Set(Object.entries(TRADE_COLUMNS).flatMap(([name, { aliases = [] }]) => [name, ...aliases]));

/** Columns that are not read, though their names say that they matter. */
export function columnNotes(path: string, header: readonly string[]): Note[] {
  const read = header.map((name) => name.trim().toLowerCase());
  const there = (column: string): boolean =>
    [column, ...(TRADE_COLUMNS[column]?.aliases ?? [])].some((name) => read.includes(name));
  return header.flatMap((name): Note[] => {
    if (OURS.has(name.trim().toLowerCase())) return [];
    const likeness = LIKENESSES.find(({ names }) => names.test(plain(name)));
    if (likeness === undefined || (likeness.column !== undefined && there(likeness.column))) return [];
    const { looks_like, assumed, advice } = likeness;
    const message = `${path}: the column ${JSON.stringify(name)} looks like ${looks_like} and is not read: ${assumed}; ${advice}`;
    return [{ code: 'LOOKALIKE_COLUMN', message }];
  });
}

/** Whether costs are in a separate column. */
export function hasCostColumn(header: readonly string[]): boolean {
  const costs = LIKENESSES.find(({ looks_like }) => looks_like === 'costs')!;
  return header.some((name) => costs.names.test(plain(name)));
}
