/** A table as text for a terminal. Pure: the caller knows the width and whether colours are wanted. */
export interface TableOptions {
  /** Columns of the terminal; longer tables lose text at the end of their widest texts, then whole columns at the right. */
  readonly width?: number;
  /** Bold header, by ANSI escape codes. Default: plain text. */
  readonly color?: boolean;
  /** Per column; default: right where every cell is a number or empty, else left. */
  readonly align?: readonly ('left' | 'right' | undefined)[];
}

const GAP = '  ';
const SHORTEST_TEXT = 8;

/** Header, a rule, and one line per row; every line ends in a newline. Rows are as long as the header; numbers come formatted. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const lines = [header, ...rows].map((line) => line.map(oneLine));
  const right = header.map((_, c) => {
    const wanted = options.align?.[c];
    return wanted === undefined ? rows.every((row) => looksNumeric(row[c] ?? '')) : wanted === 'right';
  });
  const natural = header.map((_, c) => Math.max(...lines.map((line) => widthOf(line[c] ?? ''))));
  const { widths, dropped } = fit(natural, right, options.width ?? Infinity);
  const print = (cells: readonly string[]): string => {
    const padded = widths.map((width, c) => pad(cells[c] ?? '', width, right[c]!));
    return [...padded, ...(dropped > 0 ? ['…'] : [])].join(GAP).trimEnd();
  };
  const rule = widths.map((width) => '-'.repeat(width)).join(GAP);
  const [first, ...others] = lines.map(print);
  const title = options.color === true ? `\u001b[1m${first!}\u001b[22m` : first!;
  const note = dropped > 0 ? [`(${dropped} more column${dropped === 1 ? '' : 's'}: widen the terminal)`] : [];
  return [title, rule, ...others, ...note].map((line) => `${line}\n`).join('');
}

/** Shrinks the widest texts until the table fits, then drops columns from the right; the first column stays. */
function fit(
  natural: readonly number[],
  right: readonly boolean[],
  width: number,
): { widths: number[]; dropped: number } {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, w) => sum + w, 0) + GAP.length * (widths.length - 1);
  while (total() > width) {
    const texts = widths.map((w, c) => (right[c]! ? 0 : w));
    const widest = Math.max(...texts);
    if (widest <= SHORTEST_TEXT) break;
    widths[texts.indexOf(widest)]! -= 1;
  }
  let dropped = 0;
  while (widths.length > 1 && total() + (dropped > 0 ? GAP.length + 1 : 0) > width) {
    widths.pop();
    dropped++;
  }
  return { widths, dropped };
}

function pad(cell: string, width: number, right: boolean): string {
  const points = Array.from(cell);
  const text = points.length <= width ? cell : `${points.slice(0, width - 1).join('')}…`;
  const space = ' '.repeat(Math.max(0, width - points.length));
  return right ? space + text : text + space;
}

/** Control characters would break the layout, or colour the terminal. */
function oneLine(cell: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return cell.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

function widthOf(text: string): number {
  return Array.from(text).length; // code points
}

function looksNumeric(cell: string): boolean {
  return /^$|^[-+±]?[\d.]|^(NaN$|-$|-?Infinity|undefined)/.test(cell);
}
