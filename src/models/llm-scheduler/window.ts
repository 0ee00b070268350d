import type { Rng } from '../../random/generator.ts';
import type { RequestPlan } from './request-plan.ts';
import type { Trace } from './trace.ts';
import type { Workload } from './workload.ts';

/** Consecutive rows of a trace, those without output perhaps left out. */
export interface Window {
  readonly trace: Trace;
  /** Row numbers of the rows that count; undefined: all. */
  readonly kept: Int32Array | undefined;
  readonly rows: number;
  /** Among the rows that count. */
  readonly first: number;
  /** Rows asked for, or what there is. */
  readonly count: number;
  /** Rows that could be taken from `first` on. */
  readonly most: number;
  /** Predictions of the rows, where the trace holds them. */
  readonly predicted: Int32Array | undefined;
}

/** Where a replicate's rows lie. `stream` decides the start of a random window. */
export function windowOf(plan: RequestPlan, trace: Trace, stream: Rng): Window {
  const kept = plan.drop_unanswered ? trace.answered : undefined;
  const rows = kept?.length ?? trace.rows;
  const count = Math.min(plan.num_requests, rows);
  const wraps = plan.window === 'random' && plan.window_end === 'wrap';
  const starts = wraps ? rows : rows - count + 1;
  const first = plan.window === 'first' ? 0 : Math.floor(stream() * starts);
  const predicted = plan.prediction === 'column' ? trace.columns[plan.prediction_column]! : undefined;
  return { trace, kept, rows, first, count, most: wraps ? rows : rows - first, predicted };
}

/** Copies the window's rows; past the end the trace starts again, one mean gap after its last row. */
export function copyWindow(window: Window, workload: Workload): void {
  const { trace, kept, rows, first, predicted } = window;
  const rowAt = (at: number): number => (kept === undefined ? at : kept[at]!);
  const span = trace.stamp[rowAt(rows - 1)]! - trace.stamp[rowAt(0)]!;
  const lap = rows < 2 ? 0 : span * (rows / (rows - 1));
  for (let i = 0; i < workload.count; i++) {
    const isWrapped = first + i >= rows;
    const row = rowAt(isWrapped ? first + i - rows : first + i);
    workload.arrival[i] = isWrapped ? trace.stamp[row]! + lap : trace.stamp[row]!;
    workload.prompt[i] = trace.prompt[row]!;
    workload.output[i] = trace.output[row]!;
    if (predicted !== undefined) workload.predicted[i] = predicted[row]!;
  }
}

/** Stable. */
export function sortByArrival(workload: Workload): void {
  const { arrival } = workload;
  const order = Uint32Array.from(arrival, (_, i) => i).sort((a, b) => arrival[a]! - arrival[b]! || a - b);
  for (const column of [arrival, workload.prompt, workload.output, workload.predicted]) {
    const before = column.slice();
    order.forEach((from, to) => {
      column[to] = before[from]!;
    });
  }
}
