import { Parser } from 'htmlparser2';
import { unreadable } from '../text/problems.ts';
import type { Row } from './table.ts';

const MOST_CELLS = 20_000_000;

/**
 * All table rows of an HTML page, in order; cells that the page hides are left out (MetaTrader 5 hides one in every row). Rows of a table in a
 * cell come before the row around them.
 */
export function readHtmlRows(file: string, html: string): Row[] {
  const rows: Row[] = [];
  /** Rows being read, innermost last. */
  const open: { cells: string[]; text: string | undefined; hidden: boolean }[] = [];
  let cells = 0;
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
  /** Depth of tables; a row that begins while another of the same table is open closes it. */
  const depths: number[] = [];
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === 'table') depth++;
        else if (name === 'tr') {
          if (depths.at(-1) === depth) {
            closeRow();
            depths.pop();
          }
          open.push({ cells: [], text: undefined, hidden: false });
          depths.push(depth);
        } else if (name === 'td' || name === 'th') {
          closeCell();
          const row = open.at(-1);
          if (row === undefined) return;
          row.text = '';
          row.hidden =
            /\bhidden\b/i.test(attributes['class'] ?? '') || /display\s*:\s*none/i.test(attributes['style'] ?? '');
        } else if (name === 'br') {
          const row = open.at(-1);
          if (row?.text !== undefined) row.text += ' ';
        }
      },
      ontext(text) {
        const row = open.at(-1);
        if (row?.text !== undefined) row.text += text;
      },
      onclosetag(name) {
        if (name === 'td' || name === 'th') closeCell();
        else if (name === 'tr' && open.length > 0) {
          closeRow();
          depths.pop();
        } else if (name === 'table') depth = Math.max(0, depth - 1);
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  parser.write(html);
  parser.end();
  while (open.length > 0) closeRow();
  return rows;
}
