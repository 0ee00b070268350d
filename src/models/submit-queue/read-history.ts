import { EngineError } from '../../errors.ts';
import { csvRows, type CsvRow } from './csv-rows.ts';
import { FAILED, FLAKY, HISTORY_COLUMNS, HOUR_MS, type History } from './history.ts';

type Column = (typeof HISTORY_COLUMNS)[number];

/** Malformed rows that are reported one by one. */
const PROBLEMS_TOLD = 10;
/** More targets than any file has: change and target make one exact key below 2^53. */
const TARGET_ROOM = 0x2000000;

/** Reads a build history strictly: a cell that cannot be understood makes its row malformed and is never guessed at. */
export function readHistory(path: string, bytes: Uint8Array): History {
  const reading = new Reading(path);
  const rows = csvRows(decoded(path, bytes));
  const first = rows.next();
  if (first.done !== true) {
    const header =
      first.value.cells[0] === HISTORY_COLUMNS[0] && first.value.problem === undefined ? first.value : undefined;
    const layout = header ? layoutOf(path, header) : { width: HISTORY_COLUMNS.length, at: positions(HISTORY_COLUMNS) };
    if (!header) reading.take(first.value, layout);
    for (const row of rows) reading.take(row, layout);
  }
  return reading.finish();
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    // Removes a byte-order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new EngineError('DATA', `${path} is not UTF-8 text: save it as UTF-8`, { path, cause });
  }
}

interface Layout {
  /** Cells in every row. */
  readonly width: number;
  readonly at: Readonly<Record<Column, number>>;
}

function positions(header: readonly string[]): Record<Column, number> {
  return Object.fromEntries(HISTORY_COLUMNS.map((column) => [column, header.indexOf(column)])) as Record<
    Column,
    number
  >;
}

function layoutOf(path: string, header: CsvRow): Layout {
  const at = positions(header.cells);
  const missing = HISTORY_COLUMNS.filter((column) => at[column] < 0);
  const twice = HISTORY_COLUMNS.filter((column) => header.cells.indexOf(column) !== header.cells.lastIndexOf(column));
  if (missing.length === 0 && twice.length === 0) return { width: header.cells.length, at };
  const what = missing.length > 0 ? `has no column ${missing.join(', ')}` : `has the column ${twice.join(', ')} twice`;
  throw new EngineError(
    'DATA',
    `${path}, line ${header.line}: the header ${what}; a build history has ${HISTORY_COLUMNS.join(',')}`,
    {
      path: `${path}:${header.line}`,
      value: header.cells.join(','),
      allowed: HISTORY_COLUMNS.join(','),
    },
  );
}

/** One row understood. */
interface Result {
  readonly change: number;
  readonly time_ms: number;
  readonly target: string;
  readonly success: boolean;
  readonly flake: boolean;
  readonly is_bad: boolean;
}
/** The first thing in a row that cannot be understood. */
interface Malformed {
  readonly column: string | undefined;
  readonly value: string;
  readonly message: string;
}

function parsedRow({ cells, problem }: CsvRow, { width, at }: Layout): Result | Malformed {
  if (problem) {
    const column = HISTORY_COLUMNS.find((name) => at[name] === problem.cell) ?? String(problem.cell + 1);
    return { column, value: problem.value, message: problem.message };
  }
  if (cells.length !== width) {
    return { column: undefined, value: cells.join(','), message: `${cells.length} cells instead of ${width}` };
  }
  const bad = (column: Column, message: string): Malformed => ({ column, value: cells[at[column]]!, message });

  const change = integer(cells[at.change_number]!);
  if (change === undefined) return bad('change_number', 'not an integer');
  const time_ms = integer(cells[at.creation_time_millis]!);
  if (time_ms === undefined || time_ms < 0) return bad('creation_time_millis', NOT_TIME);
  const success = boolean(cells[at.success]!);
  if (success === undefined) return bad('success', NOT_BOOLEAN);
  const flake = boolean(cells[at.flake]!);
  if (flake === undefined) return bad('flake', NOT_BOOLEAN);
  const is_bad = boolean(cells[at.is_bad]!);
  if (is_bad === undefined) return bad('is_bad', NOT_BOOLEAN);
  return { change, time_ms, target: cells[at.target]!, success, flake, is_bad };
}

const NOT_TIME = 'not a time in whole milliseconds since 1970';
const NOT_BOOLEAN = 'not true, false, 1, 0, t or f';

function boolean(cell: string): boolean | undefined {
  // The two usual spellings first: this is called three times a row.
  if (cell === 'true') return true;
  if (cell === 'false') return false;
  const word = cell.trim().toLowerCase();
  if (word === 'true' || word === '1' || word === 't') return true;
  if (word === 'false' || word === '0' || word === 'f') return false;
  return undefined;
}

const INTEGER = /^[+-]?\d+$/;

/** An integer that a double holds exactly. */
function integer(cell: string): number | undefined {
  if (!INTEGER.test(cell)) return undefined;
  const value = Number(cell);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The rows read so far. */
class Reading {
  readonly path: string;
  readonly #change_of = new Map<number, number>();
  readonly #target_of = new Map<string, number>();
  readonly #number: number[] = [];
  readonly #time: number[] = [];
  readonly #bad: boolean[] = [];
  readonly #conflicting_times = new Set<number>();
  readonly #conflicting_labels = new Set<number>();
  /** (change, target) -> 0, `FLAKY` or `FAILED`; in order of first appearance. */
  readonly #results = new Map<number, number>();
  #rows = 0;
  #failed_rows = 0;
  #flaky_rows = 0;
  #malformed_rows = 0;
  readonly #malformed: string[] = [];

  constructor(path: string) {
    this.path = path;
  }

  take(row: CsvRow, layout: Layout): void {
    const result = parsedRow(row, layout);
    if ('message' in result) {
      this.#refuse(row.line, result);
      return;
    }
    this.#rows++;
    this.#note(this.#changeIndex(result.change, result.time_ms, result.is_bad), result);
  }

  #refuse(line: number, { column, value, message }: Malformed): void {
    this.#malformed_rows++;
    if (this.#malformed.length >= PROBLEMS_TOLD) return;
    const shown = value.length > 60 ? `${value.slice(0, 60)}...` : value;
    const where = column === undefined ? '' : `, column ${column}`;
    this.#malformed.push(`${this.path}, line ${line}${where}: ${JSON.stringify(shown)}: ${message}`);
  }

  /** The first row of a change decides its time and label. */
  #changeIndex(change: number, time: number, is_bad: boolean): number {
    const known = this.#change_of.get(change);
    if (known !== undefined) {
      if (this.#time[known] !== time) this.#conflicting_times.add(known);
      if (this.#bad[known] !== is_bad) this.#conflicting_labels.add(known);
      return known;
    }
    const index = this.#number.push(change) - 1;
    this.#time.push(time);
    this.#bad.push(is_bad);
    this.#change_of.set(change, index);
    return index;
  }

  /** Of several rows for one target the worst counts. The flake mark of a failed row adds nothing. */
  #note(change: number, { target, success, flake }: Result): void {
    let test = this.#target_of.get(target);
    if (test === undefined) {
      test = this.#target_of.size;
      this.#target_of.set(target, test);
    }
    const result = success ? (flake ? FLAKY : 0) : FAILED;
    if (result === FAILED) this.#failed_rows++;
    if (result === FLAKY) this.#flaky_rows++;
    const key = change * TARGET_ROOM + test;
    this.#results.set(key, Math.max(result, this.#results.get(key) ?? 0));
  }

  finish(): History {
    const changes = this.#number.length;
    if (changes === 0) throw noRecords(this.path, this.#malformed_rows, this.#malformed);

    const first_hour = this.#time.reduce((first, time) => Math.min(first, Math.floor(time / HOUR_MS)), Infinity);
    const hourOf = (index: number): number => Math.floor(this.#time[index]! / HOUR_MS) - first_hour;
    const order = this.#number.map((_, index) => index).sort((a, b) => hourOf(a) - hourOf(b) || a - b);
    const hour = sharedDoubles(order.map(hourOf));
    return {
      path: this.path,
      targets: [...this.#target_of.keys()],
      changes,
      change_number: sharedDoubles(order.map((index) => this.#number[index]!)),
      creation_time_ms: sharedDoubles(order.map((index) => this.#time[index]!)),
      hour,
      is_bad: sharedBytes(order.map((index) => (this.#bad[index] === true ? 1 : 0))),
      ...this.#resultsInOrder(order),
      hours: hour[changes - 1]! + 1,
      rows: this.#rows,
      failed_rows: this.#failed_rows,
      flaky_rows: this.#flaky_rows,
      repeated_rows: this.#rows - this.#results.size,
      conflicting_times: this.#conflicting_times.size,
      conflicting_labels: this.#conflicting_labels.size,
      malformed_rows: this.#malformed_rows,
      malformed: this.#malformed,
    };
  }

  #resultsInOrder(order: readonly number[]): Pick<History, 'first_result' | 'result_test' | 'result'> {
    const by_change: { test: number; result: number }[][] = order.map(() => []);
    for (const [key, result] of this.#results) {
      if (result > 0) by_change[Math.floor(key / TARGET_ROOM)]!.push({ test: key % TARGET_ROOM, result });
    }
    const results = order.map((index) => by_change[index]!);
    const first_result = [0];
    for (const own of results) first_result.push(first_result.at(-1)! + own.length);
    const flat = results.flat();
    return {
      first_result: sharedInts(first_result),
      result_test: sharedInts(flat.map(({ test }) => test)),
      result: sharedBytes(flat.map(({ result }) => result)),
    };
  }
}

function noRecords(path: string, malformed_rows: number, malformed: readonly string[]): EngineError {
  const why = malformed_rows === 0 ? 'the file has no rows' : `all ${malformed_rows} rows are malformed`;
  return new EngineError(
    'DATA',
    [`${path}: no records: ${why}; a build history has ${HISTORY_COLUMNS.join(',')}`, ...malformed].join('\n'),
    { path },
  );
}

function sharedInts(values: readonly number[]): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(values.length * Int32Array.BYTES_PER_ELEMENT));
  shared.set(values);
  return shared;
}
function sharedDoubles(values: readonly number[]): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(values.length * Float64Array.BYTES_PER_ELEMENT));
  shared.set(values);
  return shared;
}
function sharedBytes(values: readonly number[]): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(values.length));
  shared.set(values);
  return shared;
}
