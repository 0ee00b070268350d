import { Parser } from 'htmlparser2';
import { unreadable } from '../text/problems.ts';
import type { Row } from './table.ts';

const MOST_CELLS = 20_000_000;
const MOST_COLUMNS = 16_384;

/**
 * All rows of all sheets of an xlsx workbook, in their order, the sheet named in their file (`report.xlsx/List of trades`); cells as text, dates as ISO 8601 without zone, numbers as JavaScript prints
 * them. Source: ECMA-376 part 1, 18.3 (worksheets), 18.4 (shared strings), 18.8.30 (number formats).
 */
export function readWorkbook(file: string, entries: ReadonlyMap<string, Uint8Array>): Row[] {
  const text = (name: string): string | undefined => {
    const bytes = entries.get(name);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  };
  const strings = sharedStrings(text('xl/sharedStrings.xml') ?? '');
  const dates = dateStyles(text('xl/styles.xml') ?? '');
  const from_1904 = /<(?:\w+:)?workbookPr[^>]*date1904="(?:1|true)"/.test(text('xl/workbook.xml') ?? '');
  const sheets = sheetFiles(text('xl/workbook.xml') ?? '', text('xl/_rels/workbook.xml.rels') ?? '').filter(
    ({ path }) => entries.has(path),
  );
  if (sheets.length === 0) throw unreadable(file, 'is a workbook without sheets.');
  return sheets.flatMap(({ name, path }) => sheetRows(`${file}/${name}`, text(path)!, strings, dates, from_1904));
}

/** Names of the sheets and where they lie in the file, in the order in which they are shown. */
function sheetFiles(workbook: string, relations: string): { name: string; path: string }[] {
  const targets = new Map<string, string>();
  new Parser(
    {
      onopentag(tag, { Id, Target }) {
        if (local(tag) === 'Relationship' && Id !== undefined && Target !== undefined) targets.set(Id, Target);
      },
    },
    { xmlMode: true },
  ).end(relations);
  const sheets: { name: string; path: string }[] = [];
  new Parser(
    {
      onopentag(tag, attributes) {
        if (local(tag) !== 'sheet') return;
        const id = Object.entries(attributes).find(([name]) => local(name) === 'id')?.[1] ?? '';
        const target = targets.get(id) ?? `worksheets/sheet${sheets.length + 1}.xml`;
        const path = target.startsWith('/') ? target.slice(1) : `xl/${target}`;
        sheets.push({ name: attributes['name'] ?? `sheet ${sheets.length + 1}`, path });
      },
    },
    { xmlMode: true },
  ).end(workbook);
  return sheets;
}

/** Local name of a tag: `x:row` is `row`. */
function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function sharedStrings(xml: string): string[] {
  const strings: string[] = [];
  let current: string | undefined;
  let in_text = false;
  let phonetic = 0;
  const parser = new Parser(
    {
      onopentag(name) {
        const tag = local(name);
        if (tag === 'si') current = '';
        else if (tag === 't') in_text = phonetic === 0;
        else if (tag === 'rPh') phonetic++;
      },
      ontext(part) {
        if (in_text && current !== undefined) current += part;
      },
      onclosetag(name) {
        const tag = local(name);
        if (tag === 't') in_text = false;
        else if (tag === 'rPh') phonetic--;
        else if (tag === 'si') {
          strings.push(current ?? '');
          current = undefined;
        }
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return strings;
}

/** For each cell style whether it shows a date. */
function dateStyles(xml: string): boolean[] {
  const custom = new Map<number, string>();
  const styles: boolean[] = [];
  let in_cells = false;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const tag = local(name);
        if (tag === 'numFmt') custom.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
        else if (tag === 'cellXfs') in_cells = true;
        else if (tag === 'xf' && in_cells) {
          const id = Number(attributes['numFmtId'] ?? 0);
          styles.push(isDateFormat(id, custom.get(id)));
        }
      },
      onclosetag(name) {
        if (local(name) === 'cellXfs') in_cells = false;
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return styles;
}

function isDateFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return (id >= 14 && id <= 22) || (id >= 45 && id <= 47);
  return /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, ''));
}

function sheetRows(
  file: string,
  xml: string,
  strings: readonly string[],
  dates: readonly boolean[],
  from_1904: boolean,
): Row[] {
  const rows: Row[] = [];
  let cells: string[] = [];
  let line = 0;
  let column = 0;
  let type = '';
  let style = 0;
  let value: string | undefined;
  let reading = false;
  let count = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const tag = local(name);
        if (tag === 'row') {
          cells = [];
          line = Number(attributes['r'] ?? line + 1);
          column = 0;
        } else if (tag === 'c') {
          column = columnOf(attributes['r']) ?? column;
          type = attributes['t'] ?? 'n';
          style = Number(attributes['s'] ?? 0);
          value = undefined;
        } else if (tag === 'v' || tag === 't') reading = true;
      },
      ontext(part) {
        if (reading) value = (value ?? '') + part;
      },
      onclosetag(name) {
        const tag = local(name);
        if (tag === 'v' || tag === 't') reading = false;
        else if (tag === 'c') {
          if (++count > MOST_CELLS || column >= MOST_COLUMNS) throw unreadable(file, 'has too many cells.');
          while (cells.length < column) cells.push('');
          cells[column++] = cellText(value ?? '', type, strings, dates[style] === true, from_1904);
        } else if (tag === 'row' && cells.some((cell) => cell !== '')) rows.push({ file, line, cells });
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return rows;
}

/** `C7` -> 2. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^([A-Z]{1,3})\d+$/.exec(reference ?? '')?.[1];
  if (letters === undefined) return undefined;
  return Array.from(letters).reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function cellText(value: string, type: string, strings: readonly string[], date: boolean, from_1904: boolean): string {
  if (type === 's') return (strings[Number(value)] ?? '').trim();
  if (type !== 'n' || value === '') return value.trim();
  const number = Number(value);
  if (!Number.isFinite(number)) return value.trim();
  return date ? serialDate(number, from_1904) : String(number);
}

/** A day number of a spreadsheet as ISO 8601: day 1 is 1900-01-01, and 1900 counts as a leap year, so days from 61 on are right. */
function serialDate(serial: number, from_1904: boolean): string {
  const days = from_1904 ? serial + 1462 : serial;
  const seconds = Math.round((days - 25569) * 86400);
  if (days < 61 || days > 110000) return String(serial);
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}
