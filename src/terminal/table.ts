import { widthOf } from './fold.ts';
import { styled } from './style.ts';

/** How text for a terminal is laid out. Pure: the caller knows the width and whether colours are wanted. */
export interface Page {
  /** Columns of the terminal; default: as many as are needed. */
  readonly width?: number;
  /** Bold headers and the like, by ANSI escape codes. Default: plain text. */
  readonly color?: boolean;
}

/** A table as text. Where it is longer than the page, its widest texts lose their ends, then it loses whole columns at the right. */
export interface TableOptions extends Page {
  /** Per column; default: right where every cell is a number or empty, else left. */
  readonly align?: readonly ('left' | 'right' | undefined)[];
  /** A second table below the rows of the first: its header below the header, each of its rows, indented, below a row. */
  readonly below?: { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** A row of dots after this many rows, in place of those left out. */
  readonly gap_after?: number;
}

export const GAP = '  ';
const SHORTEST_TEXT = 8;
/** The first column says what a row is: an id is no use once it is cut. */
const SHORTEST_NAME = 20;
/** A number is never cut, its title may be. */
const SHORTEST_TITLE = 6;
const INDENT = '    ';

/** Header, a rule, and one line per row; every line ends in a newline. Rows are as long as the header; numbers come formatted. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const { width = Infinity, color = false, below, gap_after } = options;
  const lines = [header, ...rows].map((line) => line.map(oneLine));
  const right = header.map((_, c) => {
    const wanted = options.align?.[c];
    return wanted === undefined ? rows.every((row) => looksNumeric(row[c] ?? '')) : wanted === 'right';
  });
  const natural = header.map((_, c) => Math.max(...lines.map((line) => widthOf(line[c] ?? ''))));
  const least = header.map((_, c) =>
    right[c]!
      ? Math.max(SHORTEST_TITLE, ...lines.slice(1).map((line) => widthOf(line[c] ?? '')))
      : c === 0
        ? SHORTEST_NAME
        : SHORTEST_TEXT,
  );
  const { widths, dropped } = fit(natural, least, width);
  const print = (cells: readonly string[]): string => {
    const padded = widths.map((w, c) => pad(cells[c] ?? '', w, right[c]!));
    return [...padded, ...(dropped > 0 ? ['…'] : [])].join(GAP).trimEnd();
  };
  const rule = widths
    .map((w, c) => (header[c] === '' && c > 0 ? ' ' : '-').repeat(w))
    .join(GAP)
    .trimEnd();
  const [first, ...others] = lines.map(print);
  const [title, , ...second] =
    below === undefined
      ? []
      : formatTable(below.header, below.rows, { width: width - INDENT.length })
          .trimEnd()
          .split('\n')
          .map((line) => INDENT + line);
  const body = others.flatMap((line, r) => [
    ...(r === gap_after ? [print(header.map(() => '…'))] : []),
    line,
    ...(second[r] === undefined ? [] : [styled('dim', second[r], color)]),
  ]);
  const names = header.slice(header.length - dropped).filter((name) => name !== '');
  const note = dropped > 0 ? [cut(`(no room for ${names.join(', ')})`, width)] : [];
  const titles = [first!, ...(title === undefined ? [] : [title])].map((line) => styled('bold', line, color));
  return [...titles, styled('dim', rule, color), ...body, ...second.slice(rows.length), ...note]
    .map((line) => `${line}\n`)
    .join('');
}

/** Shrinks the widest texts, and titles wider than their numbers, until the table fits, then drops columns from the right; the first column stays. */
function fit(
  natural: readonly number[],
  least: readonly number[],
  width: number,
): { widths: number[]; dropped: number } {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, w) => sum + w, 0) + GAP.length * (widths.length - 1);
  while (total() > width) {
    const spare = widths.map((w, c) => (w > least[c]! ? w : 0));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    widths[spare.indexOf(widest)]! -= 1;
  }
  let dropped = 0;
  while (widths.length > 1 && total() + (dropped > 0 ? GAP.length + 1 : 0) > width) {
    widths.pop();
    dropped++;
  }
  return { widths, dropped };
}

function pad(cell: string, width: number, right: boolean): string {
  const text = cut(cell, width);
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}

/** At most this many characters, ending in an ellipsis where some are missing. */
function cut(text: string, width: number): string {
  const points = Array.from(text);
  return points.length <= width ? text : `${points.slice(0, width - 1).join('')}…`;
}

/** Control characters would break the layout, or colour the terminal. */
function oneLine(cell: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return cell.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

function looksNumeric(cell: string): boolean {
  return /^$|^[-+±]?[\d.]|^(NaN$|-$|-?Infinity|undefined)/.test(cell);
}
