import type { InputFile, Inspection } from '../../model/model.ts';
import { roleOf } from './trace-csv.ts';
import { parseTrace, type Trace } from './trace.ts';

/** Whether a first line is the header of a trace, or a request of a trace in JSON lines. */
export function looksLikeTrace(first_line: string): boolean {
  if (first_line.startsWith('{')) return /"input_length"/.test(first_line) && /"output_length"/.test(first_line);
  const roles = new Set(first_line.split(',').map((name) => roleOf(name.trim().replaceAll('"', ''))));
  return roles.has('arrival') && roles.has('prompt') && roles.has('output');
}

/** What a trace holds. Lengths in tokens, times in seconds. */
export interface TraceFacts {
  readonly requests: number;
  readonly without_output: number;
  readonly span_s: number;
  readonly mean_rate_per_s: number | null;
  readonly ascending: boolean;
  readonly prompt: Lengths;
  readonly output: Lengths;
  /** Columns from which predicted lengths may come. */
  readonly prediction_columns: readonly string[];
}
interface Lengths {
  readonly mean: number;
  readonly median: number;
  readonly max: number;
}

/** What a trace holds. Throws EngineError DATA with line, column and value where it cannot be read as one. */
export function inspectTrace(file: InputFile): Inspection & { readonly facts: TraceFacts } {
  const trace = parseTrace(file);
  const facts = factsOf(trace);
  const message = `${file.path}: the times do not ascend throughout`;
  const notes = facts.ascending ? [] : [{ code: 'TIMES_NOT_ASCENDING', message }];
  return { facts, text: factsText(facts), problems: [], n_problems: 0, notes };
}

function factsOf(trace: Trace): TraceFacts {
  const { rows, stamp, answered } = trace;
  let first = Infinity;
  let last = -Infinity;
  for (const time of stamp) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  const span_s = last - first;
  return {
    requests: rows,
    without_output: answered === undefined ? 0 : rows - answered.length,
    span_s,
    mean_rate_per_s: span_s > 0 ? rows / span_s : null,
    ascending: trace.ascending,
    prompt: lengths(trace.prompt),
    output: lengths(trace.output),
    prediction_columns: Object.keys(trace.columns),
  };
}

function lengths(values: Int32Array): Lengths {
  const sorted = values.slice().sort();
  const sum = values.reduce((total, value) => total + value, 0);
  return { mean: sum / values.length, median: sorted[sorted.length >> 1]!, max: sorted.at(-1)! };
}

function factsText(facts: TraceFacts): string {
  const shown = ({ mean, median, max }: Lengths): string => `mean ${mean.toFixed(1)}, median ${median}, most ${max}`;
  const rate = facts.mean_rate_per_s === null ? '' : `, ${facts.mean_rate_per_s.toPrecision(3)} requests per second`;
  return [
    `rows       ${facts.requests} requests, ${facts.without_output} of them without output`,
    `span       ${facts.span_s.toFixed(1)} s${rate}`,
    `prompt     ${shown(facts.prompt)} tokens`,
    `output     ${shown(facts.output)} tokens`,
    `columns    ${facts.prediction_columns.length === 0 ? 'none' : facts.prediction_columns.join(', ')} for predictions`,
  ].join('\n');
}
