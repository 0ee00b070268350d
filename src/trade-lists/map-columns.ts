import { closest, distance } from 'fastest-levenshtein';
import { EngineError } from '../errors.ts';
import type { ColumnChoice } from './text/options.ts';
import { ROLES, type RawList, type Role } from './formats/raw-list.ts';
import { normalName, type Row } from './tables/table.ts';

/** `--map side=direction,qty=size`; a column's name may hold commas, or be `#3` for the third one, or `none`. Throws USAGE. */
export function parseMap(text: string): ColumnChoice[] {
  return text.split(/,(?=\s*[A-Za-z_]+\s*=)/).map((part) => {
    const at = part.indexOf('=');
    const role = part.slice(0, at).trim().toLowerCase();
    const column = part.slice(at + 1).trim();
    if (at < 0 || column === '') {
      throw new EngineError(
        'USAGE',
        `--map expects role=column pairs, as in --map side=direction,qty=size; got ${JSON.stringify(text)}.`,
        {
          path: '--map',
          value: text,
        },
      );
    }
    const known = role === 'quantity' ? 'qty' : role;
    if (!(ROLES as readonly string[]).includes(known)) {
      throw new EngineError(
        'USAGE',
        `--map: there is no role ${JSON.stringify(role)} (did you mean ${closest(role, [...ROLES])}?). Roles: ${ROLES.join(', ')}.`,
        { path: '--map', value: role, allowed: ROLES.join(' | ') },
      );
    }
    return { role: known, column };
  });
}

/** The index of a named column; -1 where there is none. */
function placeOf(header: readonly string[], column: string): number {
  const number = /^#(\d+)$/.exec(column)?.[1];
  if (number !== undefined) return Number(number) <= header.length ? Number(number) - 1 : -1;
  const exact = header.indexOf(column);
  return exact >= 0 ? exact : header.map(normalName).indexOf(normalName(column));
}

/** The first row that has all columns of a map; with numbers alone the first row. */
export function mappedHeader(rows: readonly Row[], map: readonly ColumnChoice[]): number {
  const wanted = map.filter(({ column }) => column !== 'none');
  return rows.slice(0, 1000).findIndex(({ cells }) => wanted.every(({ column }) => placeOf(cells, column) >= 0));
}

/** Puts a person's choice of columns in place of what the format says. Throws USAGE for a column that is not there. */
export function mapColumns(raw: RawList, map: readonly ColumnChoice[]): RawList {
  const columns = new Map(raw.columns);
  const chosen_fees = map.filter(({ role }) => role === 'fee');
  for (const { role, column } of map) {
    if (role === 'fee') continue;
    const at = placeOf(raw.header, column);
    if (at >= 0) columns.set(role as Role, at);
    else if (column === 'none') columns.delete(role as Role);
    else throw noColumn(raw, role, column);
  }
  const fees =
    chosen_fees.length === 0
      ? raw.fees.filter((at) => !map.some(({ column }) => placeOf(raw.header, column) === at))
      : chosen_fees.flatMap(({ role, column }) => {
          const at = placeOf(raw.header, column);
          if (at < 0 && column !== 'none') throw noColumn(raw, role, column);
          return at < 0 ? [] : [at];
        });
  return { ...raw, columns, fees, conventions: conventionsAfter(raw, map) };
}

/** What is known of the stated P&L does not hold for a column that a person chose. */
function conventionsAfter(raw: RawList, map: readonly ColumnChoice[]): RawList['conventions'] {
  if (!map.some(({ role }) => role === 'pnl' || role === 'fee') || raw.format !== 'table') return raw.conventions;
  return Object.fromEntries(Object.entries(raw.conventions).filter(([name]) => name !== 'pnl'));
}

function noColumn(raw: RawList, role: string, column: string): EngineError {
  const near = raw.header.length === 0 ? undefined : closest(column, [...raw.header]);
  const hint =
    near !== undefined && distance(normalName(column), normalName(near)) <= 3
      ? ` Did you mean ${JSON.stringify(near)}?`
      : '';
  return new EngineError(
    'USAGE',
    `--map ${role}=${column}: there is no column ${JSON.stringify(column)}.${hint} Columns: ${raw.header.join(', ')}.`,
    { path: '--map', value: column, allowed: raw.header.join(' | ') },
  );
}
