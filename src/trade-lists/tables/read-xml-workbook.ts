import { Parser } from 'htmlparser2';
import { unreadable } from '../text/problems.ts';
import type { Row } from './table.ts';

const MOST_CELLS = 20_000_000;

/** All rows of an XML workbook (SpreadsheetML 2003, which MetaTrader calls Open XML); `ss:Index` leaves cells out. */
export function readXmlWorkbook(file: string, xml: string): Row[] {
  const rows: Row[] = [];
  let sheet = file;
  let cells: string[] = [];
  let text: string | undefined;
  let in_data = false;
  let count = 0;
  const local = (name: string): string => name.slice(name.indexOf(':') + 1);
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const tag = local(name);
        if (tag === 'Worksheet') sheet = `${file}/${attributes['ss:Name'] ?? 'sheet'}`;
        if (tag === 'Row') cells = [];
        else if (tag === 'Cell') {
          const at = Number(attributes['ss:Index'] ?? cells.length + 1);
          if (!(at >= 1 && at <= 16_384)) throw unreadable(file, 'has a cell outside of the sheet.');
          while (cells.length < at - 1) cells.push('');
          text = '';
        } else if (tag === 'Data') in_data = true;
      },
      ontext(part) {
        if (in_data && text !== undefined) text += part;
      },
      onclosetag(name) {
        const tag = local(name);
        if (tag === 'Data') in_data = false;
        else if (tag === 'Cell') {
          if (++count > MOST_CELLS) throw unreadable(file, 'has too many cells.');
          cells.push((text ?? '').trim().replace(/^(\d{4}-\d{2}-\d{2})T([\d:]+)\.000$/, '$1 $2'));
          text = undefined;
        } else if (tag === 'Row' && cells.some((cell) => cell !== '')) {
          rows.push({ file: sheet, line: rows.length + 1, cells });
        }
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return rows;
}
