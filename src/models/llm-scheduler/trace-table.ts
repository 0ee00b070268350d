import { tokens } from './trace-values.ts';

const MOST_PROBLEMS = 10;

/** One malformed value of a trace. */
export interface TraceProblem {
  readonly line: number;
  readonly column: string;
  readonly value: string;
  readonly problem: string;
}

/** The problems of one file: the first ten are kept, the rest counted. */
export class TraceProblems {
  readonly first: TraceProblem[] = [];
  total = 0;

  add(line: number, column: string, value: string, problem: string): void {
    this.total++;
    if (this.first.length < MOST_PROBLEMS) this.first.push({ line, column, value, problem });
  }
}

/** The rows of a trace as read, in file order. */
export interface Table {
  rows: number;
  /** Since the first row [s]. */
  readonly stamp: number[];
  readonly prompt: number[];
  readonly output: number[];
  readonly columns: Map<string, number[]>;
  readonly unusable: Map<string, string>;
}

export function emptyTable(others: readonly string[]): Table {
  const columns = new Map(others.map((name) => [name, [] as number[]]));
  return { rows: 0, stamp: [], prompt: [], output: [], columns, unusable: new Map() };
}

export function addRow(table: Table, stamp: number, prompt: number, output: number): void {
  table.stamp.push(stamp);
  table.prompt.push(prompt);
  table.output.push(output);
  table.rows++;
}

/** One more value of a column without a role; the first that is not a whole number ends the column. */
export function addOther(table: Table, column: string, text: string, line: number): void {
  const values = table.columns.get(column);
  if (values === undefined) return;
  const value = tokens(text);
  if (value !== undefined && values.length === table.rows - 1) {
    values.push(value);
    return;
  }
  table.columns.delete(column);
  table.unusable.set(column, `line ${line} holds ${JSON.stringify(text)}`);
}
