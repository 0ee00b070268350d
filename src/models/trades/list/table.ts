import { parse } from 'csv-parse/sync';
import { EngineError } from '../../../errors.ts';
import type { InputFile } from '../../../model/model.ts';

const SHOWN = 10;

/** Everything wrong in the input files, collected so that it is reported at once. */
export class Problems {
  private readonly shown: string[] = [];
  private count = 0;
  private first: { readonly path: string; readonly value: unknown } | undefined;

  /** A cell that cannot be used. `line` counts from 1, the header being line 1. */
  cell(file: string, line: number, column: string, value: string, reason: string): void {
    this.add(`${file} line ${line}, column ${column}: ${JSON.stringify(value)} ${reason}`, `${file}:${line}`, value);
  }

  /** Anything else. */
  add(text: string, path: string, value?: unknown): void {
    this.first ??= { path, value };
    this.count++;
    if (this.shown.length < SHOWN) this.shown.push(text);
  }

  get empty(): boolean {
    return this.count === 0;
  }
  /** How many there are, and the first of them as text. */
  get total(): number {
    return this.count;
  }
  get first_texts(): readonly string[] {
    return this.shown;
  }

  throwIfAny(): void {
    if (this.first === undefined) return;
    const more = this.count - this.shown.length;
    const lines = this.shown.map((line) => `  ${line}`).join('\n');
    const head = this.count === 1 ? '1 problem in the input files' : `${this.count} problems in the input files`;
    const tail = more > 0 ? `\n  and ${more} more` : '';
    throw new EngineError(
      'DATA',
      `${head}:\n${lines}${tail}\nCorrect the data and run again: nothing is guessed.`,
      this.first,
    );
  }
}

/** One row of a table: its cells by column name, and its place in the file. */
export interface TableRow {
  readonly line: number;
  /** The cell, trimmed; undefined where the file has no such column. */
  cell(column: string): string | undefined;
}

/** Columns of a table: name -> whether it must be there and its other names. All in lower case. */
export type TableColumns = Readonly<
  Record<string, { readonly required: boolean; readonly aliases?: readonly string[] }>
>;

/** A table as it was read. */
export interface Table {
  /** The names of its columns as they are written, trimmed; empty where the file cannot be used. */
  readonly header: readonly string[];
  readonly rows: readonly TableRow[];
}

/**
 * Reads a CSV with a header: UTF-8 with or without BOM, LF or CRLF, header in any case, columns in any order, others
 * ignored, empty lines skipped. What is wrong goes to `problems`; rows with another number of cells than the
 * header are reported and left out.
 */
export function readTable(file: InputFile, columns: TableColumns, problems: Problems): Table {
  const records = readRecords(file, problems);
  const header = records.shift();
  if (header === undefined) {
    if (problems.empty) problems.add(`${file.path} is empty: a header line is needed`, file.path);
    return { header: [], rows: [] };
  }
  const place = placeColumns(file.path, header.record, columns, problems);
  if (place === undefined) return { header: header.record, rows: [] };
  const rows: TableRow[] = [];
  for (const { record, line } of records) {
    if (record.length !== header.record.length) {
      const text = `${file.path} line ${line}: ${record.length} cells where the header has ${header.record.length}`;
      problems.add(text, `${file.path}:${line}`);
      continue;
    }
    rows.push({
      line,
      cell: (column) => {
        const at = place.get(column);
        return at === undefined ? undefined : record[at];
      },
    });
  }
  return { header: header.record, rows };
}

interface Record_ {
  readonly record: readonly string[];
  readonly line: number;
}

function readRecords(file: InputFile, problems: Problems): Record_[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(file.bytes);
    const parsed = parse(text, {
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n'],
      // `info` changes the shape of a record in a way that the types of the package do not follow.
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record, info }) => ({ record, line: info.lines }));
  } catch (cause) {
    const text =
      cause instanceof TypeError ? 'is not UTF-8 text' : `cannot be read as CSV: ${(cause as Error).message}`;
    problems.add(`${file.path} ${text}`, file.path);
    return [];
  }
}

/** The place of each column; undefined when one is missing or named twice. */
function placeColumns(
  path: string,
  header: readonly string[],
  columns: TableColumns,
  problems: Problems,
): Map<string, number> | undefined {
  const names = header.map((name) => name.trim().toLowerCase());
  const place = new Map<string, number>();
  const missing: string[] = [];
  let whole = true;
  for (const [column, { required, aliases = [] }] of Object.entries(columns)) {
    const found = names.flatMap((name, at) => (name === column || aliases.includes(name) ? [at] : []));
    const first = found[0];
    if (first !== undefined) place.set(column, first);
    const also = aliases.length === 0 ? '' : ` (or ${aliases.join(', ')})`;
    if (found.length > 1) {
      problems.add(`${path} line 1: ${found.length} columns for ${column}${also}: leave one`, `${path}:1`);
      whole = false;
    } else if (first === undefined && required) {
      missing.push(`${column}${also}`);
    }
  }
  if (missing.length > 0) {
    const columns_text = missing.length === 1 ? 'column' : 'columns';
    problems.add(`${path} line 1: no ${columns_text} ${missing.join(', ')}; found: ${header.join(', ')}`, `${path}:1`);
    whole = false;
  }
  return whole ? place : undefined;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A finite decimal number, or NaN: no blanks inside, no thousands separators, no currency. -0 becomes 0. */
export function parseNumber(text: string): number {
  if (!NUMBER.test(text)) return NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value + 0 : NaN;
}
