import { EngineError } from '../../errors.ts';
import type { InputFile } from '../../model/model.ts';
import { csvTable } from './trace-csv.ts';
import { jsonLinesTable } from './trace-jsonl.ts';
import { TraceProblems, type Table } from './trace-table.ts';

/** A parsed trace, in file order, on SharedArrayBuffers: the workers share one copy. */
export interface Trace {
  /** For messages: as the study wrote it. */
  readonly path: string;
  readonly rows: number;
  /** Since the first row of the file [s]. */
  readonly stamp: Float64Array;
  /** [tokens] */
  readonly prompt: Int32Array;
  readonly output: Int32Array;
  /** Whether the stamps ascend. */
  readonly ascending: boolean;
  /** Rows with output, in file order (the others are failed requests in BurstGPT); absent if all rows have. */
  readonly answered: Int32Array | undefined;
  /** Every other column that holds whole numbers of tokens throughout: predictions may come from there. */
  readonly columns: Readonly<Record<string, Int32Array>>;
  /** Why the remaining columns cannot be predictions: name -> first place that is not a whole number. */
  readonly unusable: Readonly<Record<string, string>>;
}

/**
 * Reads a trace: CSV with a header (BurstGPT, Azure 2023, or any whose column names tell), or JSON lines (Mooncake).
 * Throws EngineError DATA naming file, line, column and value of the first ten problems.
 */
export function parseTrace(file: InputFile): Trace {
  const problems = new TraceProblems();
  const isJson = firstByte(file.bytes) === 0x7b; // '{'
  const table = isJson ? jsonLinesTable(file, problems) : csvTable(file, problems);
  if (problems.total > 0) throw malformed(file.path, problems);
  if (table.rows === 0) {
    throw new EngineError('DATA', `${file.path}: the trace has no rows. Give a file with at least one request.`, {
      path: file.path,
    });
  }
  return share(file.path, table);
}

function malformed(path: string, problems: TraceProblems): EngineError {
  const shown = problems.first.map(
    ({ line, column, value, problem }) => `  ${path}:${line}: ${column}: ${problem}, found ${JSON.stringify(value)}`,
  );
  const more = problems.total > shown.length ? `\n  and ${problems.total - shown.length} more` : '';
  const found = problems.first[0]!;
  return new EngineError(
    'DATA',
    `${path}: ${problems.total} malformed value${problems.total === 1 ? '' : 's'} in the trace. Correct or remove these lines:\n${shown.join('\n')}${more}`,
    { path: `${path}:${found.line}`, value: found.value, allowed: found.problem },
  );
}

function share(path: string, table: Table): Trace {
  const { rows } = table;
  const stamp = new Float64Array(new SharedArrayBuffer(8 * rows));
  let ascending = true;
  for (let row = 0; row < rows; row++) {
    stamp[row] = table.stamp[row]!;
    if (row > 0 && stamp[row]! < stamp[row - 1]!) ascending = false;
  }
  const output = sharedIntegers(table.output, rows);
  const columns = Object.fromEntries([...table.columns].map(([name, values]) => [name, sharedIntegers(values, rows)]));
  return {
    path,
    rows,
    stamp,
    prompt: sharedIntegers(table.prompt, rows),
    output,
    ascending,
    answered: answeredRows(output),
    columns,
    unusable: Object.fromEntries(table.unusable),
  };
}

function sharedIntegers(values: ArrayLike<number>, rows: number): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(4 * rows));
  for (let row = 0; row < rows; row++) shared[row] = values[row]!;
  return shared;
}

function answeredRows(output: Int32Array): Int32Array | undefined {
  let count = 0;
  for (const tokens of output) if (tokens > 0) count++;
  if (count === output.length) return undefined;
  const rows = new Int32Array(new SharedArrayBuffer(4 * count));
  let at = 0;
  for (let row = 0; row < output.length; row++) if (output[row]! > 0) rows[at++] = row;
  return rows;
}

/** The first byte that is neither a byte order mark nor white space. */
function firstByte(bytes: Uint8Array): number | undefined {
  const from = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let at = from; at < bytes.length; at++) if (bytes[at]! > 0x20) return bytes[at];
  return undefined;
}
