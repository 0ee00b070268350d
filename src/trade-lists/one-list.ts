import { EngineError } from '../errors.ts';
import type { RawList, Role } from './formats/raw-list.ts';
import { mapColumns } from './map-columns.ts';
import { placeOf } from './matching/cells.ts';
import type { Row } from './tables/table.ts';
import type { ReadOptions } from './text/options.ts';
import { placeText } from './text/problems.ts';
import { counted } from '../wording/format-number.ts';

/** Puts the rows of all files into one list, columns mapped and rows checked. `names`: of the files, one for each list. */
export function oneList(lists: readonly RawList[], names: readonly string[], options: ReadOptions): RawList {
  const [first, ...others] = lists.map((raw, i) =>
    checked(options.map === undefined ? raw : mapColumns(raw, options.map), names[i]!),
  );
  for (const other of others) {
    if (other.format !== first!.format || other.header.join('\n') !== first!.header.join('\n')) {
      const [a, b] = [first!, other].map((raw) => `${raw.rows[0]?.file ?? 'a file'} (${raw.title})`);
      throw new EngineError('DATA', `${a} and ${b} have different layouts: import them one by one.`, { path: b! });
    }
  }
  if (others.length === 0) return first!;
  const left_out = new Map<string, number>();
  for (const raw of [first!, ...others]) {
    for (const [what, count] of raw.left_out) left_out.set(what, (left_out.get(what) ?? 0) + count);
  }
  return {
    ...first!,
    rows: [first!, ...others].flatMap(({ rows }) => rows),
    left_out,
    reported: {},
    notes: [...new Set([first!, ...others].flatMap(({ notes }) => notes))],
  };
}

const NEEDED: Readonly<Record<RawList['shape'], readonly Role[]>> = {
  trades: ['entry_time', 'exit_time', 'entry_price', 'exit_price'],
  pairs: ['id', 'action', 'time', 'price'],
  fills: ['time', 'price', 'qty'],
};

/** All needed columns are there, and no row has more cells than the header has names. */
function checked(raw: RawList, file: string): RawList {
  const missing = NEEDED[raw.shape].filter((role) => !raw.columns.has(role));
  if (missing.length > 0) {
    throw new EngineError(
      'DATA',
      `${file} line ${raw.header_line}: no column for ${missing.join(', ')} (--map ${missing[0]!}=COLUMN names one). Columns: ${raw.header.join(', ')}`,
      { path: '--map' },
    );
  }
  const width = raw.header.length;
  const wide = raw.rows.find(({ cells }) => cells.length > width && cells.slice(width).some((cell) => cell !== ''));
  if (wide !== undefined)
    throw rowError(
      wide,
      `${counted(wide.cells.length, 'cell')} where the header has ${width}: a separator within a number or a text?`,
    );
  const used = Math.max(...[...raw.columns.values(), ...raw.fees]);
  const rows = raw.rows.filter(({ cells }) => cells.filter((cell) => cell !== '').length > 1);
  const torn = rows.find(({ cells }) => cells.length <= used && cells.length < width);
  if (torn !== undefined)
    throw rowError(torn, `${counted(torn.cells.length, 'cell')} where the header has ${width}: cut off?`);
  const left_out = new Map(raw.left_out);
  if (rows.length < raw.rows.length) left_out.set('lines of text', raw.rows.length - rows.length);
  return { ...raw, rows, left_out };
}

function rowError(row: Row, reason: string): EngineError {
  return new EngineError('DATA', `${placeText(placeOf(row))}: ${reason}`, { path: `${row.file}:${row.line}` });
}
