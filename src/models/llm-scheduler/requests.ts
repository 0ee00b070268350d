import type { Rng } from '../../random/generator.ts';
import { normal } from '../../random/normal.ts';
import { Mt19937 } from './mt19937.ts';
import { predict, type Prediction } from './predictions.ts';
import { arrivals, outputs, prompts, type Arrivals, type LENGTHS } from './synthetic.ts';
import type { Trace } from './trace.ts';
import type { Workload } from './workload.ts';
import type { Workspace } from './workspace.ts';

/** How the requests of a replicate come about. */
export interface RequestPlan {
  readonly num_requests: number;
  /** Absent: synthetic. */
  readonly trace: Trace | undefined;
  readonly window: 'first' | 'random';
  readonly window_end: 'reject' | 'wrap';
  readonly drop_unanswered: boolean;
  readonly arrivals: Arrivals;
  readonly lengths: (typeof LENGTHS)[number];
  /** Stamps are divided by it; undefined: see `target_rps`. */
  readonly rps_scaling: number;
  /** Arrival rate that the stamps are scaled to [1/s]; overrides `rps_scaling`. */
  readonly target_rps: number | undefined;
  readonly prediction: Prediction;
  readonly prediction_column: string;
  readonly prediction_sigma: number;
  /** Seed of the parity generator; undefined: predictions come from the engine's stream. */
  readonly seed: number | undefined;
}

/** The substreams of a permutation, one per component, so that a change of one leaves the others as they are. */
const STREAM = { arrivals: 1, prompts: 2, outputs: 3, predictions: 4, service: 5, window: 6 } as const;

/** The stream for the noise on service times. */
export function serviceStream(rng: Rng): Rng {
  return rng.substream(STREAM.service);
}

/** Draws the requests of one replicate into `workspace`, sorted by arrival. */
export function drawRequests(plan: RequestPlan, rng: Rng, workspace: Workspace): Workload {
  const count = plan.trace === undefined ? plan.num_requests : Math.min(plan.num_requests, rowsOf(plan, plan.trace));
  workspace.reserve(count);
  const workload = workspace.workload(count);
  if (plan.trace === undefined) synthesise(plan, rng, workload);
  else copyWindow(plan, plan.trace, rng, workload);
  if (plan.prediction !== 'column') {
    const normals = plan.seed === undefined ? engineNormals(rng) : parityNormals(plan.seed);
    predict(plan.prediction, workload, workload.predicted, normals, plan.prediction_sigma);
  }
  if (plan.trace !== undefined && !plan.trace.ascending) sortByArrival(workload);
  scaleStamps(plan, workload.arrival);
  return workload;
}

function engineNormals(rng: Rng): () => number {
  const stream = rng.substream(STREAM.predictions);
  return () => normal(stream);
}

function parityNormals(seed: number): () => number {
  const generator = new Mt19937(seed);
  return () => generator.normal();
}

function synthesise(plan: RequestPlan, rng: Rng, workload: Workload): void {
  arrivals(plan.arrivals, rng.substream(STREAM.arrivals), workload.arrival);
  prompts(plan.lengths, rng.substream(STREAM.prompts), workload.prompt);
  outputs(plan.lengths, rng.substream(STREAM.outputs), workload.prompt, workload.output);
}

/** Rows that a window may hold. */
function rowsOf(plan: RequestPlan, trace: Trace): number {
  return plan.drop_unanswered ? (trace.answered?.length ?? trace.rows) : trace.rows;
}

/** Copies the window's rows; past the end (`wrap`) the trace starts again, one mean gap after its last row. */
function copyWindow(plan: RequestPlan, trace: Trace, rng: Rng, workload: Workload): void {
  const { count } = workload;
  const kept = plan.drop_unanswered ? trace.answered : undefined;
  const rows = rowsOf(plan, trace);
  const first = plan.window === 'first' ? 0 : firstRow(plan, rows, count, rng);
  const predicted = plan.prediction === 'column' ? trace.columns[plan.prediction_column]! : undefined;
  const lastStamp = trace.stamp[kept === undefined ? rows - 1 : kept[rows - 1]!]!;
  const firstStamp = trace.stamp[kept === undefined ? 0 : kept[0]!]!;
  const lap = rows < 2 ? 0 : (lastStamp - firstStamp) * (rows / (rows - 1));
  for (let i = 0; i < count; i++) {
    const isWrapped = first + i >= rows;
    const at = isWrapped ? first + i - rows : first + i;
    const row = kept === undefined ? at : kept[at]!;
    workload.arrival[i] = isWrapped ? trace.stamp[row]! + lap : trace.stamp[row]!;
    workload.prompt[i] = trace.prompt[row]!;
    workload.output[i] = trace.output[row]!;
    if (predicted !== undefined) workload.predicted[i] = predicted[row]!;
  }
}

/** Uniform over the starts that are allowed. */
function firstRow(plan: RequestPlan, rows: number, count: number, rng: Rng): number {
  const starts = plan.window_end === 'wrap' ? rows : rows - count + 1;
  return Math.floor(rng.substream(STREAM.window)() * starts);
}

/** Makes ascending stamps arrivals: time since the first, divided by the scaling. */
function scaleStamps(plan: RequestPlan, arrival: Float64Array): void {
  const first = arrival[0] ?? 0;
  const gaps = arrival.length - 1;
  let scaling = plan.rps_scaling;
  if (plan.target_rps !== undefined) {
    // Over the rows taken; rows that all arrive at once have no rate to scale.
    const span = (arrival[gaps] ?? 0) - first;
    scaling = span > 0 ? (plan.target_rps * span) / gaps : 1;
  }
  for (let i = 0; i < arrival.length; i++) arrival[i] = (arrival[i]! - first) / scaling;
}

/** Stable. */
function sortByArrival(workload: Workload): void {
  const { arrival } = workload;
  const order = Uint32Array.from(arrival, (_, i) => i).sort((a, b) => arrival[a]! - arrival[b]! || a - b);
  for (const column of [arrival, workload.prompt, workload.output, workload.predicted]) {
    const before = column.slice();
    order.forEach((from, to) => {
      column[to] = before[from]!;
    });
  }
}
