import { EngineError } from '../../errors.ts';
import { FEWEST_COLUMNS, type Format, rawList } from './format.ts';
import { takeDateApart } from '../text/date-text.ts';
import { isMissing, takeApart } from '../text/number-text.ts';
import { undecided } from '../text/problems.ts';
import type { Role } from './raw-list.ts';
import { readSide } from '../text/side.ts';
import { FEE_NAMES, FILL_SYNONYMS, SYNONYMS } from './synonyms.ts';
import { compactName, compactNamesOf, type Row, type Table } from '../tables/table.ts';

const SAMPLED = 200;

/** Any table with a row for each trade, its columns named as people name them, or by `--map`. */
export const homeMadeTrades: Format = {
  name: 'table',
  title: 'table of trades',
  locate: (rows) => locate(rows, SYNONYMS, ['entry_time', 'exit_time', 'entry_price', 'exit_price']),
  readTable: (table) => {
    const columns = choose(table, SYNONYMS);
    addClock(
      table,
      columns,
      'entry_time',
      'entry_clock',
      ['entrydate', 'opendate', 'dateopen'],
      ['entrytime', 'opentime', 'timeopen'],
    );
    addClock(
      table,
      columns,
      'exit_time',
      'exit_clock',
      ['exitdate', 'closedate', 'dateclose'],
      ['exittime', 'closetime', 'timeclose'],
    );
    const net = columns.get('pnl') === undefined ? undefined : basisOf(table.header[columns.get('pnl')!]!);
    return rawList(homeMadeTrades, table, {
      shape: 'trades',
      columns,
      fees: feeColumns(table),
      conventions: net === undefined ? {} : { pnl: net },
    });
  },
};

/** Any table with a row for each execution. */
export const homeMadeFills: Format = {
  name: 'fills',
  title: 'table of fills',
  locate: (rows) => {
    const at = locate(rows, FILL_SYNONYMS, ['time', 'price', 'qty']);
    return at >= 0 && locate(rows.slice(at, at + 1), SYNONYMS, ['exit_price']) < 0 ? at : -1;
  },
  readTable: (table) => {
    const columns = choose(table, FILL_SYNONYMS);
    addClock(table, columns, 'time', 'clock', ['date'], ['time']);
    refuseForeignFees(table, columns);
    return rawList(homeMadeFills, table, {
      shape: 'fills',
      columns,
      fees: feeColumns(table),
      // Without a column of sides the sign of the size is the side, if sizes have signs.
      conventions: { signed_qty: !columns.has('action') && hasNegative(table, columns.get('qty')) },
    });
  },
};

type Synonyms = Partial<Record<Role, readonly string[]>>;

function locate(rows: readonly Row[], synonyms: Synonyms, needed: readonly Role[]): number {
  const end = Math.min(rows.length, 1000);
  for (let at = 0; at < end; at++) {
    const row = rows[at]!;
    if (row.cells.length < FEWEST_COLUMNS) continue;
    const found = new Set(compactNamesOf(row));
    if (needed.every((role) => synonyms[role]!.some((name) => found.has(name)))) return at;
  }
  return -1;
}

/** The column of each role; where several could be it and nothing decides, a person is asked. */
function choose(table: Table, synonyms: Synonyms): Map<Role, number> {
  const compact = table.header.map(compactName);
  const columns = new Map<Role, number>();
  const taken = new Set<number>();
  for (const [role, wanted] of Object.entries(synonyms) as [Role, readonly string[]][]) {
    const candidates = compact.flatMap((name, at) =>
      !taken.has(at) && wanted.includes(name) && holds(table, at, role) ? [at] : [],
    );
    const chosen = candidates.length > 1 ? preferred(table, role, candidates, wanted) : candidates[0];
    if (chosen === undefined) continue;
    columns.set(role, chosen);
    taken.add(chosen);
  }
  return columns;
}

/** `type` may be a kind of order, `position` a number. `side` and `direction` mean sides: any other word there is an error later on. */
const VAGUE_SIDES = /^(?:type|action|position|ls|bs|tradetype|transactiontype)$/;

/** Whether a column's cells are of the kind that the role needs, where its name alone does not say so. */
function holds(table: Table, at: number, role: Role): boolean {
  const sample = table.rows
    .slice(0, SAMPLED)
    .map(({ cells }) => cells[at] ?? '')
    .filter((cell) => !isMissing(cell));
  if (role === 'side' || role === 'action') {
    if (!VAGUE_SIDES.test(compactName(table.header[at]!))) return true;
    return sample.every((cell) => readSide(cell, table.header[at]) !== undefined);
  }
  // `Entry` is a time or a price: its values decide.
  if (!/^(?:entry|exit)$/.test(compactName(table.header[at]!))) return true;
  return sample.every((cell) => (role.endsWith('_time') ? takeDateApart(cell) : takeApart(cell)) !== undefined);
}

function preferred(table: Table, role: Role, candidates: readonly number[], wanted: readonly string[]): number {
  const compact = (at: number): string => compactName(table.header[at]!);
  // The canonical name is what a canonical list has; a column that says net is what is wanted.
  const exact = candidates.filter((at) => compact(at) === role.replaceAll('_', ''));
  const net = role === 'pnl' ? candidates.filter((at) => basisOf(table.header[at]!) === 'net') : [];
  if (net.length === 1) return net[0]!;
  if (role === 'entry_time' || role === 'exit_time') return datesFirst(table, candidates);
  // `side` beside `type`: both hold sides and say the same.
  if (role === 'side' || role === 'action') {
    const agree = candidates.every((at) =>
      table.rows.every(
        ({ cells }) =>
          readSide(cells[at] ?? '', table.header[at]) ===
          readSide(cells[candidates[0]!] ?? '', table.header[candidates[0]!]),
      ),
    );
    if (agree)
      return candidates.reduce((best, at) => (wanted.indexOf(compact(at)) < wanted.indexOf(compact(best)) ? at : best));
  }
  if (role === 'status' || role === 'symbol' || role === 'currency' || role === 'account') return candidates[0]!;
  if (exact.length === 1 && role !== 'pnl' && role !== 'qty') return exact[0]!;
  const first = table.rows[0];
  throw undecided(
    `${table.header_row.file} line ${table.header_row.line}: ${candidates.length} columns could be ${role}:`,
    candidates.map((at) => ({
      option: `--map ${role}=${quotedColumn(table.header, at)}`,
      meaning: first === undefined ? '' : `${first.cells[at] ?? ''} in line ${first.line}`,
    })),
    `${table.header_row.file}:${table.header_row.line}`,
  );
}

function quotedColumn(header: readonly string[], at: number): string {
  const name = header[at]!;
  const twice = header.filter((other) => other === name).length > 1;
  return twice || name === '' || name.includes(',') ? `#${at + 1}` : name;
}

/** Of a column of dates and one of clocks the one with dates; of two with dates the first. */
function datesFirst(table: Table, candidates: readonly number[]): number {
  return candidates.find((at) => !isClock(table, at)) ?? candidates[0]!;
}

function isClock(table: Table, at: number): boolean {
  const sample = table.rows
    .slice(0, SAMPLED)
    .map(({ cells }) => cells[at] ?? '')
    .filter((cell) => !isMissing(cell));
  return (
    sample.length > 0 &&
    sample.every((cell) => /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?$/.test(cell))
  );
}

/** Takes a column of clocks into account, where the dates have a column of their own. */
function addClock(
  table: Table,
  columns: Map<Role, number>,
  role: Role,
  clock: Role,
  date_names: readonly string[],
  clock_names: readonly string[],
): void {
  const compact = table.header.map(compactName);
  const at = compact.findIndex((name, i) => clock_names.includes(name) && isClock(table, i));
  const date = compact.findIndex((name, i) => i !== at && date_names.includes(name));
  if (at < 0 || date < 0) return;
  columns.set(role, date);
  columns.set(clock, at);
}

function hasNegative(table: Table, at: number | undefined): boolean {
  return at !== undefined && table.rows.some(({ cells }) => takeApart(cells[at] ?? '')?.negative === true);
}

/** Fees of an exchange may be paid in a coin of their own: they can't be taken off a P&L in another currency. */
function refuseForeignFees(table: Table, columns: ReadonlyMap<Role, number>): void {
  const at = table.header.findIndex((name) =>
    /^(?:fee|commission)(?:coin|currency|asset|ccy)$/.test(compactName(name)),
  );
  const symbol = columns.get('symbol');
  if (at < 0 || symbol === undefined) return;
  const foreign = table.rows.find(({ cells }) => {
    const [coin, pair] = [(cells[at] ?? '').toUpperCase(), (cells[symbol] ?? '').toUpperCase()];
    return coin !== '' && !pair.endsWith(coin);
  });
  if (foreign === undefined) return;
  throw new EngineError(
    'DATA',
    `${foreign.file} line ${foreign.line}: the fee is paid in ${foreign.cells[at]!}, the P&L of ${foreign.cells[symbol]!} is in another currency. Convert the fees, or leave them out by removing the column ${table.header[at]!} and giving --map fee=none.`,
    { path: `${foreign.file}:${foreign.line}`, value: foreign.cells[at] },
  );
}

function feeColumns(table: Table): number[] {
  return table.header.flatMap((name, at) => {
    if (!FEE_NAMES.includes(compactName(name))) return [];
    return [at];
  });
}

/** Whether a name says that costs are off (`net`) or not (`gross`). */
function basisOf(name: string): 'net' | 'gross' | undefined {
  if (/gross/i.test(name)) return 'gross';
  return /net/i.test(name) ? 'net' : undefined;
}
