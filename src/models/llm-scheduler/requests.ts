import type { Rng } from '../../random/generator.ts';
import { normal } from '../../random/normal.ts';
import { Mt19937 } from './mt19937.ts';
import { predict } from './predictions.ts';
import type { RequestPlan } from './request-plan.ts';
import { arrivals, outputs, prompts } from './synthetic.ts';
import { copyWindow, sortByArrival, windowOf } from './window.ts';
import type { Workload } from './workload.ts';
import type { Workspace } from './workspace.ts';

/** The substreams of a permutation, one per component, so that a change of one leaves the others as they are. */
const STREAM = { arrivals: 1, prompts: 2, outputs: 3, predictions: 4, service: 5, window: 6 } as const;

/** The stream for the noise on service times. */
export function serviceStream(rng: Rng): Rng {
  return rng.substream(STREAM.service);
}

/**
 * Draws the requests of one replicate into `workspace`, sorted by arrival. Where bins are taken from more rows than are
 * simulated, those rows are drawn too, after the others.
 */
export function drawRequests(plan: RequestPlan, rng: Rng, workspace: Workspace): Workload {
  const window = plan.trace === undefined ? undefined : windowOf(plan, plan.trace, rng.substream(STREAM.window));
  const count = window?.count ?? plan.num_requests;
  const drawn = Math.max(count, Math.min(plan.sample_for_bins ?? 0, window?.most ?? Infinity));
  workspace.reserve(drawn);
  const rows = workspace.workload(drawn);
  if (window === undefined) synthesise(plan, rng, rows);
  else copyWindow(window, rows);
  if (plan.prediction !== 'column') {
    const normals = plan.seed === undefined ? engineNormals(rng) : parityNormals(plan.seed);
    predict(plan.prediction, rows, rows.predicted, normals, plan.prediction_sigma);
  }
  const workload = drawn === count ? rows : workspace.workload(count);
  const sample = plan.sample_for_bins === undefined ? undefined : sampleOf(rows, plan.sample_for_bins);
  if (plan.trace?.ascending === false) sortByArrival(workload);
  scaleStamps(plan, workload.arrival);
  return { ...workload, synthetic: plan.trace === undefined, ...(sample && { sample }) };
}

/** The first rows as drawn, apart: sorting the workload by arrival must not change which rows they are. */
function sampleOf(rows: Workload, size: number): NonNullable<Workload['sample']> {
  return { prompt: rows.prompt.slice(0, size), predicted: rows.predicted.slice(0, size) };
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
