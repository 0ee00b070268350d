import type { Note } from '../../model/model.ts';
import type { LatencyFit } from './latency-fit.ts';
import type { Trace } from './trace.ts';

export interface Inputs {
  readonly trace?: Trace;
  readonly latency_grid?: LatencyFit;
}

/** Which workload is simulated, and what the latency model was fitted to: which no number of a result shows by itself. */
export function inputNotes({ trace, latency_grid }: Inputs): Note[] {
  return [
    trace === undefined
      ? { code: 'SYNTHETIC_WORKLOAD', message: 'no trace: synthetic workload' }
      : { code: 'TRACE', message: traceNote(trace) },
    ...(latency_grid === undefined ? [] : [{ code: 'LATENCY_GRID', message: gridNote(latency_grid) }]),
  ];
}

function traceNote({ path, rows, answered, stamp }: Trace): string {
  let first = Infinity;
  let last = -Infinity;
  for (const time of stamp) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  const rate = last > first ? `, ${((rows - 1) / (last - first)).toPrecision(3)} a second as stamped` : '';
  const silent =
    answered === undefined ? '' : `; ${rows - answered.length} without output (drop_unanswered leaves them out)`;
  return `trace ${path}: ${rows} requests${rate}${silent}`;
}

function gridNote({ alpha, beta, gamma, r_squared, worst_cell }: LatencyFit): string {
  const digits = (value: number): string => value.toPrecision(6);
  return `latency_grid: alpha ${digits(alpha)} s, beta ${digits(beta)} s/token, gamma ${digits(gamma)}; R^2 ${r_squared.toFixed(5)}, worst cell ${(100 * worst_cell).toFixed(1)} % off`;
}
