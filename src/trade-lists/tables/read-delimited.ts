import { parse } from 'csv-parse/sync';
import { EngineError } from '../../errors.ts';
import { unreadable } from '../text/problems.ts';
import type { Row } from './table.ts';

export const DELIMITERS = [',', ';', '\t', '|'] as const;

const NAMES: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };

export function delimiterName(delimiter: string): string {
  return NAMES[delimiter] ?? JSON.stringify(delimiter);
}

/** Characters of one row: a file with a quote that never closes is refused instead of becoming one row. */
const MOST_ROW = 1 << 18;
export const MOST_ROWS = 5_000_000;

/**
 * The rows of a delimited text, cells trimmed, empty lines left out, any line ends. `most_lines` reads only the beginning. Throws DATA where
 * the text is no such table.
 */
export function readDelimited(file: string, text: string, delimiter: string, most_lines?: number): Row[] {
  const part = most_lines === undefined ? text : firstLines(text, most_lines);
  if (!part.includes('"')) return splitPlain(file, part, delimiter);
  const rows: Row[] = [];
  try {
    parse(part, {
      delimiter,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      relax_quotes: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: MOST_ROW,
      on_record: (cells: string[], { lines }) => {
        if (rows.length >= MOST_ROWS) throw unreadable(file, `has more than ${MOST_ROWS} rows.`);
        rows.push({ file, line: lines, cells });
        return null;
      },
    });
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    // The beginning of a file may end within a quoted cell.
    if (most_lines !== undefined) return rows;
    throw unreadable(file, `cannot be read as a table: ${(cause as Error).message}.`, cause);
  }
  return rows;
}

/**
 * The same for a text without quotes, as most lists are: lines and cells are the text between the separators. Several times as fast as the
 * parser; that both agree is a test.
 */
function splitPlain(file: string, text: string, delimiter: string): Row[] {
  const rows: Row[] = [];
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (line === '') continue;
    if (line.length > MOST_ROW)
      throw unreadable(file, `cannot be read as a table: line ${at + 1} is longer than ${MOST_ROW} characters.`);
    if (rows.length >= MOST_ROWS) throw unreadable(file, `has more than ${MOST_ROWS} rows.`);
    const cells = line.split(delimiter);
    for (let i = 0; i < cells.length; i++) cells[i] = trimmed(cells[i]!);
    if (cells.length > 1 || cells[0] !== '') rows.push({ file, line: at + 1, cells });
  }
  return rows;
}

/** Without blanks at its ends; most cells have none, and stay the string they are. */
function trimmed(cell: string): string {
  const [first, last] = [cell.charCodeAt(0), cell.charCodeAt(cell.length - 1)];
  return first > 32 && first < 128 && last > 32 && last < 128 ? cell : cell.trim();
}

function firstLines(text: string, lines: number): string {
  let at = 0;
  for (let line = 0; line < lines; line++) {
    const next = /\r\n|\n|\r/g;
    next.lastIndex = at;
    const found = next.exec(text);
    if (found === null || next.lastIndex > MOST_ROW) return text.slice(0, MOST_ROW);
    at = next.lastIndex;
  }
  return text.slice(0, at);
}
