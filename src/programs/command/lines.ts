import { beginningOf, type Answer } from './child.ts';
import { ProgramError, WrongAnswer } from './faults.ts';
import type { Request } from './request.ts';

/** A row is at most this long [bytes]. */
const LONGEST_ROW = 1 << 20;
const NEWLINE = 10;

/** The request as one line of JSON. */
export function requestLine({ cell, parameters, metrics, first, count, seeds, key }: Request): string {
  return `${JSON.stringify({ cell, parameters, metrics, first, count, seeds, key })}\n`;
}

/** A line per permutation: a list of the metrics in the order of the declaration, a map of them, or `{"error": text}`. */
export class LinesAnswer implements Answer {
  rest = 0;
  readonly #shown: string;
  readonly #metrics: readonly string[];
  /** Those that must be there. */
  readonly #stored: readonly string[];
  readonly #columns: readonly Float64Array[];
  readonly #count: number;
  #rows = 0;
  /** The first that a row says of itself. */
  #error: ProgramError | undefined;
  /** Of a line that has not ended yet. */
  #parts: Uint8Array[] = [];
  #held = 0;

  constructor(shown: string, request: Request, declared: readonly string[], columns: readonly Float64Array[]) {
    this.#shown = shown;
    this.#metrics = declared;
    this.#stored = request.metrics;
    this.#columns = columns;
    this.#count = request.count;
  }

  get progress(): string {
    return `${this.#rows} of ${this.#count} ${this.#count === 1 ? 'row' : 'rows'}`;
  }

  push(bytes: Uint8Array): boolean {
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.#row(this.#line(bytes.subarray(from, end)));
      from = end + 1;
      if (this.#rows === this.#count) {
        this.rest = bytes.length - from;
        this.#tellError();
        return true;
      }
    }
    this.#hold(bytes.subarray(from));
    return false;
  }

  /** Once the answer is whole: the process can be asked again. */
  #tellError(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#held += bytes.length;
    this.#parts.push(bytes);
    if (this.#held > LONGEST_ROW)
      throw this.#wrong(`a line of more than ${LONGEST_ROW} bytes, which begins with ${beginningOf(this.#parts[0]!)}`);
  }

  #line(bytes: Uint8Array): string {
    this.#hold(bytes);
    const line = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#held = 0;
    return line;
  }

  #row(line: string): void {
    const row = parseRow(line);
    if (row === undefined)
      throw this.#wrong(
        `${beginningOf(Buffer.from(line))}, which is no JSON; print messages to stderr, not to stdout (Python: print(..., file=sys.stderr))`,
      );
    if (Array.isArray(row)) this.#list(row);
    else if (typeof row === 'object' && row !== null) this.#map(row as Readonly<Record<string, unknown>>);
    else if (typeof row === 'number' && this.#metrics.length === 1) this.#list([row]);
    else throw this.#wrong(`${beginningOf(Buffer.from(line))}, which is neither a list nor a map of metrics`);
    this.#rows += 1;
  }

  #list(row: readonly unknown[]): void {
    const metrics = this.#metrics;
    if (row.length !== metrics.length)
      throw this.#wrong(`a list of ${row.length} values; the metrics are ${metrics.length}: ${metrics.join(', ')}`);
    for (const [m, value] of row.entries()) this.#value(m, value);
  }

  #map(row: Readonly<Record<string, unknown>>): void {
    if (typeof row['error'] === 'string' && Object.keys(row).length === 1) {
      this.#error ??= new ProgramError(row['error']);
      return;
    }
    for (const [name, value] of Object.entries(row)) {
      const m = this.#metrics.indexOf(name);
      if (m < 0) throw this.#wrong(`a metric ${JSON.stringify(name)}; declared are ${this.#metrics.join(', ')}`);
      this.#value(m, value);
    }
    const missing = this.#stored.find((name) => !Object.hasOwn(row, name));
    if (missing !== undefined) throw this.#wrong(`a row without the metric ${missing} (one that has no value is null)`);
  }

  #value(m: number, value: unknown): void {
    if (value === null) this.#columns[m]![this.#rows] = NaN;
    else if (typeof value === 'number') this.#columns[m]![this.#rows] = value;
    else if (typeof value === 'boolean') this.#columns[m]![this.#rows] = Number(value);
    else
      throw this.#wrong(
        `${JSON.stringify(value).slice(0, 60)} for metric ${this.#metrics[m]!}, where a number belongs`,
      );
  }

  #wrong(what: string): WrongAnswer {
    return new WrongAnswer(`${this.#shown}: row ${this.#rows + 1} of ${this.#count} is ${what}.`);
  }
}

/** JSON, in which numbers may also be NaN, Infinity and -Infinity, as Python writes them; undefined where it is none. */
export function parseRow(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    // Its last chance. 1e999 is JSON, and infinite.
  }
  try {
    const plain = line.replaceAll(/(?<=[[,:\s])(-?)(NaN|Infinity)(?=[\],}\s])/g, (_, sign: string, word: string) =>
      word === 'NaN' ? 'null' : `${sign}1e999`,
    );
    return plain === line ? undefined : (JSON.parse(plain) as unknown);
  } catch {
    return undefined;
  }
}
