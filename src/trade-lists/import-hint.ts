import { EngineError } from '../errors.ts';
import { importCommand } from './import-command.ts';
import { nearColumns } from './near-columns.ts';
import { recognise } from './recognise.ts';
import { readDelimited } from './tables/read-delimited.ts';
import { compactName, type Row } from './tables/table.ts';
import { decodeText } from './text/decode-text.ts';

/** What a file looks like that is not a canonical trade list, and the command that converts it to one. */
export interface ImportHint {
  /** Name of the format; undefined where only the columns look like those of trades. */
  readonly format: string | undefined;
  /** Meant to follow an error message. */
  readonly text: string;
}

const CANONICAL = ['entry_time', 'exit_time', 'entry_price', 'exit_price', 'pnl', 'qty', 'side'] as const;
const LOOKED_AT = 1 << 20;

/**
 * Tells the format of a file that was refused as a trade list, and what is unlike the canonical form: separator, encoding, names of columns. Undefined where
 * nothing in it looks like trades. Reads HTML only as far as telling needs: the command itself reads it properly.
 */
export function importHint(file: string, bytes: Uint8Array): ImportHint | undefined {
  try {
    return hintOf(file, bytes);
  } catch (error) {
    // Where no hint can be given, the error is reported without one.
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

function hintOf(file: string, bytes: Uint8Array): ImportHint | undefined {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return zipHint(file, bytes);
  const { text, encoding } = decodeText(file, bytes);
  const start = text
    .slice(0, 4000)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^<(?:!doctype|html|head|body|table|\?xml|!--)/i.test(start))
    return documentHint(file, text.slice(0, LOOKED_AT), encoding);
  if (/^[[{]/.test(start)) return jsonHint(file, text);
  const found = recognise({ kind: 'text', file, text, encoding, assumed: false }, {});
  if (found === undefined) return columnsHint(file, text);
  const unlike = [
    ...(found.separator === 'comma' ? [] : [`separated by ${found.separator}`]),
    ...(encoding === 'utf-8' ? [] : [`in ${encoding}`]),
  ];
  const what = unlike.length === 0 ? found.format.title : `${found.format.title} (${unlike.join(', ')})`;
  const named = found.format.name === 'table' ? otherNames(file, text) : '';
  return { format: found.format.name, text: recognisedAs(file, `${what}${named}`) };
}

function recognisedAs(file: string, what: string): string {
  return `${file}: recognised as ${what}. Import it:\n  ${importCommand(file)}`;
}

function zipHint(file: string, bytes: Uint8Array): ImportHint {
  const names = new TextDecoder('latin1').decode(bytes.subarray(0, LOOKED_AT));
  const what = names.includes('xl/')
    ? 'a workbook (xlsx)'
    : /backtest-result/.test(names)
      ? 'a freqtrade backtest result (zip)'
      : 'a zip';
  const format = what.startsWith('a freqtrade') ? 'freqtrade' : 'zip';
  return { format, text: `${file} is ${what}. If it holds a trade list, import it:\n  ${importCommand(file)}` };
}

function documentHint(file: string, html: string, encoding: string): ImportHint | undefined {
  const rows = html.split(/<tr\b/i).map((part, at): Row => ({ file, line: at + 1, cells: cellsOf(part) }));
  const found = recognise({ kind: 'rows', file, rows, encoding, wrapped: 'HTML' }, {});
  if (found === undefined) return undefined;
  return { format: found.format.name, text: recognisedAs(file, `${found.format.title} (HTML)`) };
}

/** Text of the cells of a row that is not hidden; good enough to tell a header. */
function cellsOf(row: string): string[] {
  return row
    .split(/<t[dh]\b/i)
    .slice(1, 100)
    .filter((cell) => !/^[^>]{0,200}hidden/.test(cell))
    .map((cell) =>
      cell
        .slice(cell.indexOf('>') + 1, 1000)
        .replace(/<[^<>]*>|&nbsp;/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    );
}

function jsonHint(file: string, text: string): ImportHint | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const found = recognise({ kind: 'json', file, value, encoding: 'utf-8' }, {});
  if (found === undefined) return undefined;
  return { format: found.format.name, text: recognisedAs(file, `${found.format.title} (JSON)`) };
}

/** Columns that are called otherwise than in the canonical form. */
function otherNames(file: string, text: string): string {
  const header = readDelimited(file, text, ',', 1)[0]?.cells ?? [];
  const { mapping } = nearColumns(header, CANONICAL);
  const others = mapping.filter(({ role, column }) => compactName(column) !== compactName(role));
  return others.length === 0 ? '' : `, whose ${others.map(({ role, column }) => `${column} is ${role}`).join(', ')}`;
}

/** No format fits, but some columns are nearly those of a trade list. */
function columnsHint(file: string, text: string): ImportHint | undefined {
  const header = readDelimited(file, text, ',', 1)[0]?.cells ?? [];
  const { mapping, missing } = nearColumns(header, CANONICAL);
  if (mapping.length < 3) return undefined;
  const map = mapping.map(({ role, column }) => `${role}=${column}`).join(',');
  const rest = missing.filter((role) => role !== 'qty' && role !== 'side').map((role) => `,${role}=COLUMN`);
  return {
    format: undefined,
    text: `If ${file} is a trade list under other names, say which column is which:\n  ${importCommand(file)} --map '${map}${rest.join('')}'`,
  };
}
