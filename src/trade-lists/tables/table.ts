/** One row of a table as it is in its file. */
export interface Row {
  /** Path of the file, as it was named. */
  readonly file: string;
  /** Line of the file (text), row of the sheet (workbook), or place in the list (JSON), from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Rows under a header. */
export interface Table {
  readonly header: readonly string[];
  readonly header_row: Row;
  /** Rows above the header, and those of other sheets. */
  readonly above: readonly Row[];
  readonly rows: readonly Row[];
}

/** The rows of a document under one separator (none where the file is not text); perhaps only the beginning. */
export interface TableReading {
  readonly delimiter: string | undefined;
  readonly rows: readonly Row[];
}

/** The most columns of a header, and letters of a name: anything longer is not a header of trades. */
const MOST_COLUMNS = 1000;
const LONGEST_NAME = 200;

/** A column's name for comparing: lower case, one blank between words, no mark of the byte order. */
export function normalName(name: string): string {
  if (name.length > LONGEST_NAME) return '';
  return name
    .replace(/^\ufeff/, '')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim()
    .toLowerCase();
}

/** Letters, digits and `%` only: `Entry Time`, `entry_time` and `EntryTime` are one name. A currency in brackets is left out. */
export function compactName(name: string): string {
  return normalName(name)
    .replace(/[([{]\s*(?:[a-z]{3,4}|[$€£₹])\s*[)\]}]/g, '')
    .replace(/[^\p{L}\p{N}%]/gu, '');
}

/** The cells of a row as names, or none where it can't be a header. Kept, since each format looks at the same rows. */
export const namesOf = kept(normalName);
/** The same, compact. */
export const compactNamesOf = kept(compactName);

function kept(nameOf: (cell: string) => string): (row: Row) => readonly string[] {
  const known = new WeakMap<Row, readonly string[]>();
  return (row) => {
    let names = known.get(row);
    if (names === undefined) {
      names = row.cells.length > MOST_COLUMNS ? [] : row.cells.map(nameOf);
      known.set(row, names);
    }
    return names;
  };
}

export function tableAt(rows: readonly Row[], at: number): Table {
  const header_row = rows[at]!;
  return {
    header: header_row.cells.map((cell) => cell.replace(/^\ufeff/, '').trim()),
    header_row,
    above: [...rows.slice(0, at), ...rows.slice(at + 1).filter(({ file }) => file !== header_row.file)],
    rows: rows.slice(at + 1).filter(({ file }) => file === header_row.file),
  };
}
