import type { Figures } from '../trade-lists/figures.ts';
import type { Understood } from '../trade-lists/understood.ts';
import { formatTable } from './table.ts';

/** What was understood of a trade list, as a person reads it; ends with the figures of the source beside those of the list. */
export function importText(what: Understood, into: string, width: number): string {
  const lines = [
    ['format', `${what.title} (${what.format})`],
    ['read', readText(what)],
    ['numbers', `decimal sign ${what.decimal_sign.sign} (${what.decimal_sign.why})`],
    ['dates', `${what.date_order.order} (${what.date_order.why}): the first entry is ${what.date_order.first}`],
    [
      'time zone',
      what.time_zone ?? 'not stated: written without one, which the model reads as UTC (--timezone sets it)',
    ],
    ['trades', tradesText(what)],
    ...leftOutLines(what),
    ['P&L', pnlText(what)],
    ['point', pointText(what)],
    [
      'columns',
      Object.entries(what.columns)
        .map(([role, column]) => `${role}=${column}`)
        .join(', '),
    ],
    ...what.notes.map((note) => ['note', note]),
  ];
  return [
    ...lines.flatMap(([name, text]) => wrapped(name!, text!, width)),
    '',
    formatTable(['', 'as the file says', into], figureRows(what), {
      width,
      align: ['left', 'right', 'right'],
    }).trimEnd(),
    ...studyLines(what, into),
  ].join('\n');
}

function readText({ files, encoding_assumed, header_line }: Understood): string {
  const [first] = files;
  const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
  const assumed = encoding_assumed ? ' (assumed: no column that is read depends on it)' : '';
  const header = header_line > 1 ? `, header in row ${header_line}` : '';
  return `${first!.file}${more}: ${first!.separator}, ${first!.encoding}${assumed}${header}`;
}

function tradesText({ trades, long, short, made, first_entry, last_exit }: Understood): string {
  return `${count(trades, 'trade')} (${long} long, ${short} short), ${first_entry} to ${last_exit}: ${made}`;
}

function leftOutLines({ open_trades_left_out, rows_left_out }: Understood): string[][] {
  const parts = [
    ...(open_trades_left_out > 0 ? [`open trades: ${open_trades_left_out}`] : []),
    ...Object.entries(rows_left_out).map(([what, number]) => `${what}: ${number}`),
  ];
  return parts.length === 0 ? [] : [['left out', parts.join(', ')]];
}

function pnlText({ pnl, currency }: Understood): string {
  const money = currency ?? 'currency not stated';
  const whence = pnl.unit === 'money' ? 'as stated' : pnl.unit_why;
  if (pnl.unit === 'percent') return `${whence}; ${money}`;
  if (pnl.costs_taken_off) {
    const sign = pnl.costs < 0 ? 'plus credits' : 'less costs';
    return `${whence}, ${sign} of ${Math.abs(pnl.costs).toFixed(2)} (${pnl.cost_columns.join(' + ')}); ${money}`;
  }
  if (pnl.stated === 'unknown') return `${whence}; not known whether it is net of costs (${pnl.stated_why}); ${money}`;
  return `${whence}, ${pnl.stated === 'net' ? 'net of' : 'before'} costs (${pnl.stated_why}); ${money}`;
}

function pointText({ point_value, currency }: Understood): string {
  if (point_value === null) return 'the value of a point cannot be told';
  return `worth ${point_value} ${currency ?? 'of the currency'} for each unit of qty`;
}

function figureRows({ source, list }: Understood): string[][] {
  const money = (value: number | null | undefined): string =>
    value === undefined || value === null ? '-' : grouped(value, 2);
  const share = (value: number | null | undefined): string =>
    value === undefined || value === null ? '-' : `${(value * 100).toFixed(2)} %`;
  const ratio = (value: number | null | undefined): string =>
    value === undefined || value === null ? '-' : value.toFixed(3);
  return [
    ['trades', source.trades === undefined ? '-' : String(source.trades), String(list.trades)],
    ['P&L', money(source.pnl), money(list.pnl)],
    ['win rate', share(source.win_rate), share(list.win_rate)],
    ['profit factor', ratio(source.profit_factor), list.profit_factor === null ? 'no loss' : ratio(list.profit_factor)],
    ['max drawdown', money(source.max_drawdown), money(list.max_drawdown)],
    ['max drawdown %', percent(source.max_drawdown_pct), percent(list.max_drawdown_pct)],
  ];
}

function percent(value: Figures['max_drawdown_pct'] | undefined): string {
  return value === undefined || value === null ? '-' : `${value.toFixed(2)} %`;
}

/** What the study needs besides the file. */
function studyLines({ initial_equity, point_value }: Understood, into: string): string[] {
  const parameters = [
    `initial_equity: ${initial_equity ?? 'YOUR ACCOUNT'}`,
    ...(point_value !== null && point_value !== 1 ? [`point_value: ${point_value}`] : []),
  ];
  return ['', 'in the study:', `  inputs: { trades: ${into} }`, `  parameters: { ${parameters.join(', ')} }`];
}

function count(number: number, what: string): string {
  return `${grouped(number, 0)} ${what}${number === 1 ? '' : 's'}`;
}

function grouped(value: number, decimals: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

const NAME_WIDTH = 11;

/** `name   text`, long texts in several lines below each other. */
function wrapped(name: string, text: string, width: number): string[] {
  const room = Math.max(20, width - NAME_WIDTH);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((part, i) => `${(i === 0 ? name : '').padEnd(NAME_WIDTH)}${part}`);
}
