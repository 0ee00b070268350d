import type { Conventions, RawList, Reported, Role, Shape } from './raw-list.ts';
import { LeftOut } from './raw-list.ts';
import type { Row, Table } from '../tables/table.ts';
import { namesOf, normalName } from '../tables/table.ts';

/** A program's way to write its trades. To add one: a file in formats/, a line in formats/registry.ts, a fixture. */
export interface Format {
  /** What `--from` takes. */
  readonly name: string;
  readonly title: string;
  /** Index of the header among rows, or -1: what recognises the format in tables. */
  readonly locate?: (rows: readonly Row[]) => number;
  /** Whether a JSON value is of this format. */
  readonly recognises?: (value: unknown) => boolean;
  readonly readTable?: (table: Table, options: FormatOptions) => RawList;
  readonly readJson?: (value: unknown, file: string, options: FormatOptions) => RawList;
}

export interface FormatOptions {
  readonly strategy?: string;
}

/** Rows looked at for a header. */
const MOST_LOOKED_AT = 5000;
/** No trade list has fewer columns. */
export const FEWEST_COLUMNS = 4;

/** The first row whose names satisfy `is_header`. */
export function locateHeader(is_header: (names: readonly string[]) => boolean): (rows: readonly Row[]) => number {
  return (rows) => {
    const end = Math.min(rows.length, MOST_LOOKED_AT);
    for (let at = 0; at < end; at++) {
      const row = rows[at]!;
      if (row.cells.length >= FEWEST_COLUMNS && is_header(namesOf(row))) return at;
    }
    return -1;
  };
}

/** Names a role may have in a format, normalised; the first that is found is taken. */
export type RoleNames = Partial<Record<Role, readonly (string | RegExp)[]>>;

/** The column of each role. A column is used once: of two `price` the first role gets the first, the second the other. */
export function placeRoles(header: readonly string[], names: RoleNames): Map<Role, number> {
  const normal = header.map(normalName);
  const taken = new Set<number>();
  const columns = new Map<Role, number>();
  for (const [role, wanted] of Object.entries(names) as [Role, readonly (string | RegExp)[]][]) {
    for (const name of wanted) {
      const at = normal.findIndex(
        (found, i) => !taken.has(i) && (typeof name === 'string' ? found === name : name.test(found)),
      );
      if (at < 0) continue;
      columns.set(role, at);
      taken.add(at);
      break;
    }
  }
  return columns;
}

export function columnsNamed(header: readonly string[], names: readonly (string | RegExp)[]): number[] {
  return header.flatMap((name, at) => {
    const normal = normalName(name);
    return names.some((wanted) => (typeof wanted === 'string' ? wanted === normal : wanted.test(normal))) ? [at] : [];
  });
}

export function hasAll(names: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((name) => names.includes(name));
}

/** A raw list with what most formats leave as it is. */
export function rawList(
  format: Format,
  table: Pick<Table, 'header' | 'header_row' | 'rows'>,
  given: {
    readonly shape: Shape;
    readonly columns: ReadonlyMap<Role, number>;
    readonly fees?: readonly number[];
    readonly rows?: readonly Row[];
    readonly conventions: Conventions;
    readonly left_out?: LeftOut;
    readonly reported?: Reported;
    readonly currency?: string | undefined;
    readonly initial_equity?: number | undefined;
    readonly notes?: readonly string[];
  },
): RawList {
  return {
    format: format.name,
    title: format.title,
    shape: given.shape,
    header: table.header,
    header_line: table.header_row.line,
    columns: given.columns,
    fees: given.fees ?? [],
    rows: given.rows ?? table.rows,
    conventions: given.conventions,
    left_out: (given.left_out ?? new LeftOut()).all,
    reported: given.reported ?? {},
    notes: given.notes ?? [],
    ...(given.currency !== undefined && { currency: given.currency }),
    ...(given.initial_equity !== undefined && { initial_equity: given.initial_equity }),
  };
}

/** A list of JSON objects as a table: one column for each name, cells as JSON prints them (text as it is, null and nested ones empty). */
export function tableOfObjects(
  file: string,
  objects: readonly Readonly<Record<string, unknown>>[],
  names: readonly string[],
): Table {
  const rows = objects.map((object, at): Row => ({
    file,
    line: at + 1,
    cells: names.map((name) => cellOf(object[name])),
  }));
  return { header: names, header_row: { file, line: 0, cells: names }, above: [], rows };
}

function cellOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectsIn(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A finite number of a JSON object (a text that is one counts), else undefined. */
export function numberIn(object: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = object[name];
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Leaves out members that are undefined. */
export function reportedOf(values: { readonly [Key in keyof Reported]: Reported[Key] | undefined }): Reported {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
