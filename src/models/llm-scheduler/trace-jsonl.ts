import type { InputFile } from '../../model/model.ts';
import { addOther, addRow, emptyTable, type Table, type TraceProblems } from './trace-table.ts';
import { tokens, TOKENS_ALLOWED } from './trace-values.ts';

const STAMP_ALLOWED = 'must be a number of milliseconds';

/**
 * Reads JSON lines as in the Mooncake traces: `timestamp` [ms], `input_length`, `output_length` [tokens]; other keys of
 * the first line may serve as predictions. Problems go to `problems`.
 */
export function jsonLinesTable(file: InputFile, problems: TraceProblems): Table {
  const lines = new TextDecoder().decode(file.bytes).split('\n');
  let table: Table | undefined;
  let others: readonly string[] = [];
  let first: number | undefined;
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const number = at + 1;
    const request = objectOf(line);
    if (request === undefined) {
      problems.add(number, 'line', line.slice(0, 80), 'must be a JSON object');
      continue;
    }
    if (table === undefined) {
      others = Object.keys(request).filter((key) => !['timestamp', 'input_length', 'output_length'].includes(key));
      table = emptyTable(others);
    }
    const { timestamp } = request;
    const stamp = typeof timestamp === 'number' ? timestamp : NaN;
    const prompt = tokens(textOf(request['input_length']));
    const output = tokens(textOf(request['output_length']));
    if (Number.isNaN(stamp)) problems.add(number, 'timestamp', textOf(timestamp), STAMP_ALLOWED);
    if (prompt === undefined) problems.add(number, 'input_length', textOf(request['input_length']), TOKENS_ALLOWED);
    if (output === undefined) problems.add(number, 'output_length', textOf(request['output_length']), TOKENS_ALLOWED);
    first ??= stamp;
    addRow(table, (stamp - first) / 1000, prompt ?? 0, output ?? 0);
    for (const column of others) addOther(table, column, textOf(request[column]), number);
  }
  return table ?? emptyTable([]);
}

/** A line that is not an object is reported by the caller. */
function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function textOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value).slice(0, 80);
}
