import { Tokenizer } from 'htmlparser2';
import { unreadable } from '../text/problems.ts';
import type { Row } from './table.ts';

const MOST_CELLS = 20_000_000;

interface OpenRow {
  /** How many tables it lies in. */
  readonly depth: number;
  readonly cells: string[];
  /** Text of the open cell, its tag, and whether the page hides it. */
  text: string | undefined;
  tag: 'td' | 'th';
  hidden: boolean;
}

/**
 * All table rows of an HTML page, in order; cells that the page hides are left out (MetaTrader 5 hides one in every row). Rows of a table in a
 * cell come before the row around them.
 *
 * Takes the tokens and not the elements of the parser: of a page of 40 MB all but five tags would be built for nothing, half of the time that
 * an import takes.
 */
export function readHtmlRows(file: string, html: string): Row[] {
  const rows: Row[] = [];
  /** Innermost last. */
  const open: OpenRow[] = [];
  let depth = 0;
  let cells = 0;
  let attribute = '';
  let value = '';
  let in_cell_tag = false;

  const closeCell = (): void => {
    const row = open.at(-1);
    if (row?.text === undefined) return;
    if (!row.hidden)
      row.cells.push(/[\s\u00a0]/.test(row.text) ? row.text.replace(/[\s\u00a0]+/g, ' ').trim() : row.text);
    row.text = undefined;
    if (++cells > MOST_CELLS) throw unreadable(file, 'has too many cells.');
  };
  const closeRow = (): void => {
    closeCell();
    const row = open.pop();
    if (row !== undefined && row.cells.length > 0) rows.push({ file, line: rows.length + 1, cells: row.cells });
  };
  const closeRowsOfTable = (): void => {
    while (open.length > 0 && open.at(-1)!.depth >= depth) closeRow();
  };
  const append = (text: string): void => {
    const row = open.at(-1);
    if (row?.text !== undefined) row.text += text;
  };

  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname(start, end) {
        const tag = tableTag(html, start, end);
        if (tag === 'td' || tag === 'th') {
          const row = open.at(-1);
          if (row === undefined) return;
          closeCell();
          row.text = '';
          row.tag = tag;
          row.hidden = false;
          in_cell_tag = true;
        } else if (tag === 'tr') {
          closeRowsOfTable();
          open.push({ depth, cells: [], text: undefined, tag: 'td', hidden: false });
        } else if (tag === 'table') depth++;
        else if (tag === 'br') append(' ');
      },
      onattribname(start, end) {
        attribute = in_cell_tag ? html.slice(start, end).toLowerCase() : '';
        value = '';
      },
      onattribdata(start, end) {
        if (in_cell_tag) value += html.slice(start, end);
      },
      onattribentity(code_point) {
        if (in_cell_tag) value += String.fromCodePoint(code_point);
      },
      onattribend() {
        const row = open.at(-1);
        if (in_cell_tag && row !== undefined && hides(attribute, value)) row.hidden = true;
      },
      onopentagend() {
        in_cell_tag = false;
      },
      onselfclosingtag() {
        in_cell_tag = false;
      },
      ontext(start, end) {
        append(html.slice(start, end));
      },
      ontextentity(code_point) {
        append(String.fromCodePoint(code_point));
      },
      onclosetag(start, end) {
        const tag = tableTag(html, start, end);
        if (tag === open.at(-1)?.tag) closeCell();
        else if (tag === 'tr') closeRow();
        else if (tag === 'table') {
          closeRowsOfTable();
          depth = Math.max(0, depth - 1);
        }
      },
      oncdata: () => undefined,
      oncomment: () => undefined,
      ondeclaration: () => undefined,
      onprocessinginstruction: () => undefined,
      onend: () => undefined,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  while (open.length > 0) closeRow();
  return rows;
}

/** What the name at [start, end) is to a table, in either case. */
function tableTag(html: string, start: number, end: number): 'td' | 'th' | 'tr' | 'table' | 'br' | undefined {
  const length = end - start;
  if (length === 5) return html.slice(start, end).toLowerCase() === 'table' ? 'table' : undefined;
  if (length !== 2) return undefined;
  // No string for each of a page's millions of tags.
  const first = lowerCase(html.charCodeAt(start));
  const second = lowerCase(html.charCodeAt(start + 1));
  if (first === T) return second === D ? 'td' : second === H ? 'th' : second === R ? 'tr' : undefined;
  return first === B && second === R ? 'br' : undefined;
}

const [B, D, H, R, T] = Array.from('bdhrt', (letter) => letter.charCodeAt(0));

function lowerCase(code: number): number {
  return code | 32;
}

function hides(attribute: string, value: string): boolean {
  return attribute === 'class' ? /\bhidden\b/i.test(value) : attribute === 'style' && /display\s*:\s*none/i.test(value);
}
