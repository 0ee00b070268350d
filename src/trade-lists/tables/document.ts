import { type DecodedText, decodeText } from '../text/decode-text.ts';
import { unreadable } from '../text/problems.ts';
import { readHtmlRows } from './read-html.ts';
import { readWorkbook } from './read-workbook.ts';
import { readXmlWorkbook } from './read-xml-workbook.ts';
import type { Row } from './table.ts';
import { isZip, unzip } from './unzip.ts';

/** A file opened: rows of a report or workbook, a JSON value, or text whose separator is not decided yet. */
export type Document =
  | {
      readonly kind: 'text';
      readonly file: string;
      readonly text: string;
      readonly encoding: string;
      readonly assumed: boolean;
    }
  | {
      readonly kind: 'rows';
      readonly file: string;
      readonly rows: readonly Row[];
      readonly encoding: string;
      readonly wrapped: string;
    }
  | { readonly kind: 'json'; readonly file: string; readonly value: unknown; readonly encoding: string };

/** A file larger than this is not read: a million trades in a wordy format have 300 MB. */
export const MOST_BYTES = 512 * 1024 * 1024;

/**
 * Opens a file by what is in it, whatever its name: a zip is unpacked (a workbook, or a result beside its settings), then HTML, JSON and text
 * are told apart by their first characters. Throws EngineError DATA for what cannot be read.
 */
export function openDocument(file: string, bytes: Uint8Array, encoding?: string): Document[] {
  if (bytes.length > MOST_BYTES) throw unreadable(file, `is larger than ${MOST_BYTES / 1024 / 1024} MB: split it.`);
  if (!isZip(bytes)) return [openText(file, decodeText(file, bytes, encoding))];
  const entries = unzip(file, bytes);
  if (entries.has('xl/workbook.xml')) {
    const rows = readWorkbook(file, entries);
    return [{ kind: 'rows', file, rows, encoding: 'utf-8', wrapped: 'workbook (xlsx)' }];
  }
  return [...entries]
    .filter(
      ([name, content]) => !name.endsWith('/') && content.length > 0 && /\.(?:json|csv|txt|tsv|html?)$/i.test(name),
    )
    .map(([name, content]) => openText(`${file}/${name}`, decodeText(`${file}/${name}`, content, encoding)));
}

function openText(file: string, { text, encoding, assumed }: DecodedText): Document {
  const start = text
    .slice(0, 2000)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^<(?:!doctype html|html|head|body|table|!--)/i.test(start)) {
    return { kind: 'rows', file, rows: readHtmlRows(file, text), encoding, wrapped: 'HTML' };
  }
  if (/^<\?xml/i.test(start) && /<(?:\w+:)?Workbook/.test(text.slice(0, 5000))) {
    return { kind: 'rows', file, rows: readXmlWorkbook(file, text), encoding, wrapped: 'workbook (XML)' };
  }
  if (/^[[{]/.test(start)) {
    const value = parseJson(file, text);
    if (value !== undefined) return { kind: 'json', file, value, encoding };
  }
  if (text.includes('\0'))
    throw unreadable(
      file,
      "is not text: it contains zero bytes. If it is a program's own file, export the list as CSV.",
    );
  return { kind: 'text', file, text, encoding, assumed };
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '').replace(/\b(?:NaN|-?Infinity)\b(?=\s*[,}\]])/g, 'null')) as unknown;
  } catch (cause) {
    // A CSV may begin with a bracket; a JSON that is cut off is an error of its own.
    if (/^\s*[[{]\s*(?:["{[]|[\]}])/.test(text)) {
      throw unreadable(file, `begins like JSON but is not valid JSON: ${(cause as Error).message}.`, cause);
    }
    return undefined;
  }
}
