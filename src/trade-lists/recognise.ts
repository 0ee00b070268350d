import type { Document } from './tables/document.ts';
import type { Format } from './formats/format.ts';
import { homeMadeFills, homeMadeTrades } from './formats/home-made.ts';
import { formatsNamed, HOME_MADE, PROGRAM_FORMATS } from './formats/registry.ts';
import { mappedHeader } from './map-columns.ts';
import { notRecognised, unknownFormat, wrongFormat } from './not-recognised.ts';
import type { ReadOptions } from './text/options.ts';
import type { RawList } from './formats/raw-list.ts';
import { delimiterName, DELIMITERS, readDelimited } from './tables/read-delimited.ts';
import { type Row, tableAt, type TableReading } from './tables/table.ts';

/** Lines in which a header is looked for: an activity statement has long sections before its trades. */
const LOOKED_AT = 3000;

/** A document whose format is known. */
export interface Recognised {
  readonly format: Format;
  /** How the table is wrapped: `comma`, `HTML`, `JSON`, ... */
  readonly separator: string;
  /** Reads it as that format. */
  readonly read: () => RawList;
}

/** Which format a document has; undefined where none fits. `--from`, `--delimiter` and `--map` narrow the search. */
export function recognise(document: Document, options: ReadOptions): Recognised | undefined {
  const { programs, home_made } = candidates(options);
  if (document.kind === 'json') {
    const format = programs.find(
      ({ recognises, readJson }) => readJson !== undefined && recognises?.(document.value) === true,
    );
    if (format === undefined) return undefined;
    return {
      format,
      separator: 'JSON',
      read: () => format.readJson!(document.value, document.file, strategyOf(options)),
    };
  }
  const readings = readingsOf(document, options);
  for (const format of [...programs, ...home_made]) {
    const found = bestReading(readings, (rows) => format.locate?.(rows) ?? -1);
    if (found !== undefined) return recognisedTable(format, document, found, options);
  }
  if (options.map === undefined || home_made.length === 0) return undefined;
  const found = bestReading(readings, (rows) => mappedHeader(rows, options.map!));
  if (found === undefined) return undefined;
  const of_fills = options.map.some(({ role }) => role === 'time' || role === 'price');
  const format = options.from === 'fills' || (options.from === undefined && of_fills) ? homeMadeFills : homeMadeTrades;
  return recognisedTable(format, document, found, options);
}

/** The same; throws EngineError DATA that says what was looked for and found where nothing fits. */
export function recogniseOrExplain(document: Document, options: ReadOptions): Recognised {
  const found = recognise(document, options);
  if (found !== undefined) return found;
  if (options.from !== undefined) {
    const other = recognise(document, options.delimiter === undefined ? {} : { delimiter: options.delimiter });
    if (other !== undefined) throw wrongFormat(document.file, options.from, other.format);
  }
  throw notRecognised(document, document.kind === 'json' ? [] : readingsOf(document, options), options);
}

function candidates({ from }: ReadOptions): { programs: readonly Format[]; home_made: readonly Format[] } {
  if (from === undefined) return { programs: PROGRAM_FORMATS, home_made: HOME_MADE };
  const named = formatsNamed(from);
  if (named.length === 0) throw unknownFormat(from);
  return {
    programs: named.filter((format) => !HOME_MADE.includes(format)),
    home_made: named.filter((format) => HOME_MADE.includes(format)),
  };
}

function strategyOf({ strategy }: ReadOptions): { strategy?: string } {
  return strategy === undefined ? {} : { strategy };
}

function readingsOf(document: Exclude<Document, { kind: 'json' }>, { delimiter }: ReadOptions): TableReading[] {
  if (document.kind === 'rows') return [{ delimiter: undefined, rows: document.rows }];
  const tried = delimiter === undefined ? DELIMITERS : [delimiter];
  return tried.map((each) => ({ delimiter: each, rows: readDelimited(document.file, document.text, each, LOOKED_AT) }));
}

/** Of the separators under which there is a header the one that makes most columns of it. */
function bestReading(
  readings: readonly TableReading[],
  locate: (rows: readonly Row[]) => number,
): { reading: TableReading; at: number } | undefined {
  let best: { reading: TableReading; at: number; width: number } | undefined;
  for (const reading of readings) {
    const at = locate(reading.rows);
    if (at < 0) continue;
    const width = reading.rows[at]!.cells.length;
    if (best === undefined || width > best.width) best = { reading, at, width };
  }
  return best;
}

function recognisedTable(
  format: Format,
  document: Exclude<Document, { kind: 'json' }>,
  { reading, at }: { reading: TableReading; at: number },
  options: ReadOptions,
): Recognised {
  const { delimiter } = reading;
  return {
    format,
    separator: document.kind === 'rows' ? document.wrapped : delimiterName(delimiter!),
    read: () => {
      const rows = document.kind === 'rows' ? document.rows : readDelimited(document.file, document.text, delimiter!);
      return format.readTable!(tableAt(rows, at), strategyOf(options));
    },
  };
}
