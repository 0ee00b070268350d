import { closest } from 'fastest-levenshtein';
import { EngineError } from '../errors.ts';
import type { Document } from './tables/document.ts';
import type { Format } from './formats/format.ts';
import { FORMAT_NAMES, PROGRAM_FORMATS } from './formats/registry.ts';
import { nearColumns } from './near-columns.ts';
import type { ReadOptions } from './text/options.ts';
import { shown, unreadable } from './text/problems.ts';
import { delimiterName } from './tables/read-delimited.ts';
import type { Row, TableReading } from './tables/table.ts';

const NEEDED = ['entry_time', 'exit_time', 'entry_price', 'exit_price', 'pnl'] as const;

export function unknownFormat(from: string): EngineError {
  return new EngineError(
    'USAGE',
    `--from: there is no format ${JSON.stringify(from)} (did you mean ${closest(from, [...FORMAT_NAMES])}?). Formats: auto, ${FORMAT_NAMES.join(', ')}.`,
    { path: '--from', value: from, allowed: FORMAT_NAMES.join(' | ') },
  );
}

export function wrongFormat(file: string, from: string, found: Format): EngineError {
  return new EngineError(
    'DATA',
    `${file} is not of the format ${from}: it looks like ${found.title} (--from ${found.name}).`,
    {
      path: file,
      value: from,
      allowed: found.name,
    },
  );
}

/** What was looked for and what was found, the header once, and the `--map` that may be meant. */
export function notRecognised(
  document: Document,
  readings: readonly TableReading[],
  options: ReadOptions,
): EngineError {
  const { file } = document;
  const wanted = options.from === undefined ? 'a trade list of a known program' : `the format ${options.from}`;
  if (document.kind === 'json') {
    return unreadable(file, `is JSON, but not ${wanted}; known as JSON: ${jsonTitles()}.`);
  }
  const header = likelyHeader(readings);
  if (header === undefined) return unreadable(file, 'holds no table.');
  const { row, delimiter } = header;
  const separated = delimiter === undefined ? '' : `, separated by ${delimiterName(delimiter)}`;
  const { mapping, missing } = nearColumns(row.cells, NEEDED);
  const map = mapping.map(({ role, column }) => `${role}=${column}`).join(',');
  const lines = [
    `${file} line ${row.line}: not recognised as ${wanted}. Columns${separated}: ${shownHeader(row)}`,
    ...(missing.length > 0 ? [`  nothing looks like ${missing.join(', ')}`] : []),
    map === ''
      ? '  say which column is which: --map entry_time=COLUMN,exit_time=COLUMN,entry_price=COLUMN,exit_price=COLUMN,pnl=COLUMN'
      : `  if these are meant: --map '${map}'${missing.length > 0 ? `, and ${missing.join(', ')}` : ''}`,
    '  a list of executions has time, price, qty and action instead (--from fills)',
  ];
  return new EngineError('DATA', lines.join('\n'), { path: `${file}:${row.line}` });
}

function jsonTitles(): string {
  return PROGRAM_FORMATS.filter(({ readJson }) => readJson !== undefined)
    .map(({ title }) => title)
    .join(', ');
}

function shownHeader({ cells }: Row): string {
  const names = cells.slice(0, 40).map((cell) => shown(cell).slice(1, -1));
  return names.join(' | ') + (cells.length > 40 ? ` | and ${cells.length - 40} more` : '');
}

/** The separator under which most rows have the width of an early row, and that row. */
function likelyHeader(readings: readonly TableReading[]): { row: Row; delimiter: string | undefined } | undefined {
  let best: { row: Row; delimiter: string | undefined; score: number } | undefined;
  for (const { rows, delimiter } of readings) {
    for (const row of rows.slice(0, 20)) {
      const width = row.cells.length;
      const score = rows.slice(0, 100).filter(({ cells }) => cells.length === width).length * Math.min(width, 30);
      if (best === undefined || score > best.score) best = { row, delimiter, score };
    }
  }
  return best;
}
