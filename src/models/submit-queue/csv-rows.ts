/** One row of a CSV text: its cells, or what is wrong with its quoting. `line` counts from 1, at the start of the row. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
  /** The cell that is not RFC 4180, by number from 0, and why; `cells` holds the cells before it. */
  readonly problem?: { readonly cell: number; readonly value: string; readonly message: string };
}

/**
 * The rows of a CSV text after RFC 4180: comma, LF or CRLF, cells with comma, quote or line break in double quotes, quotes doubled.
 * Blank lines are skipped. A row with broken quoting costs only its own line: reading continues at the next one.
 */
export function* csvRows(text: string): Generator<CsvRow, void> {
  let line = 1;
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const content = text.slice(start, text[end - 1] === '\r' && newline >= 0 ? end - 1 : end);
    if (content.includes('"')) {
      const quoted = quotedRow(text, start, line);
      yield quoted.row;
      line += quoted.lines;
      start = quoted.next;
      continue;
    }
    if (content.trim() !== '') yield { line, cells: content.split(',') };
    line++;
    start = end + 1;
  }
}

/** A row with quotes, which may go over several lines. */
function quotedRow(text: string, start: number, line: number): { row: CsvRow; next: number; lines: number } {
  const cells: string[] = [];
  let at = start;
  for (;;) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at);
    if (cell.message !== undefined) {
      const newline = text.indexOf('\n', start);
      const end = newline < 0 ? text.length : newline;
      const problem = { cell: cells.length, value: text.slice(at, end).replace(/\r$/, ''), message: cell.message };
      return { row: { line, cells, problem }, next: end + 1, lines: 1 };
    }
    cells.push(cell.value);
    at = cell.next;
    if (text[at] === ',') {
      at++;
      continue;
    }
    const next = at + (text[at] === '\r' ? 2 : 1);
    return { row: { line, cells }, next, lines: lineBreaks(text, start, Math.min(next, text.length)) || 1 };
  }
}

interface Cell {
  readonly value: string;
  /** The place of the comma, line break or end of text that ends the cell. */
  readonly next: number;
  readonly message?: string;
}

function plainCell(text: string, start: number): Cell {
  let at = start;
  while (at < text.length && text[at] !== ',' && text[at] !== '\n' && !isCrLf(text, at)) {
    if (text[at] === '"') return { value: '', next: at, message: 'a quote inside a cell that does not begin with one' };
    at++;
  }
  return { value: text.slice(start, at), next: at };
}

function quotedCell(text: string, start: number): Cell {
  let value = '';
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { value, next: start, message: 'a quote that is never closed' };
    value += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    value += '"';
    at++;
  }
  const ended = at >= text.length || text[at] === ',' || text[at] === '\n' || isCrLf(text, at);
  return ended ? { value, next: at } : { value, next: start, message: 'text after the closing quote' };
}

function isCrLf(text: string, at: number): boolean {
  return text[at] === '\r' && text[at + 1] === '\n';
}

function lineBreaks(text: string, start: number, end: number): number {
  let found = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) found++;
  return found;
}
