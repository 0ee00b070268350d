import { defineModel, type Course, type ResultRow } from '../../model/model.ts';
import type { Rng } from '../../random/generator.ts';
import { capacity } from './capacity.ts';
import { checkParameters, checkTrace } from './check.ts';
import { requestPlanOf, settingsOf } from './configure.ts';
import { lognormal } from '../../random/lognormal.ts';
import { createSeededRng } from '../../random/streams.ts';
import { inputNotes, type Inputs } from './input-notes.ts';
import { inspectTrace, looksLikeTrace } from './inspect.ts';
import { courseOf, courseStep, durationOf } from './course.ts';
import { parseLatencyGrid } from './latency-grid.ts';
import { computeMetrics } from './metrics.ts';
import { METRICS, type CapacityMetrics, type RunMetrics } from './outputs.ts';
import { PARAMETERS } from './parameters.ts';
import type { RequestPlan } from './request-plan.ts';
import { drawRequests, serviceStream } from './requests.ts';
import type { Settings } from './settings.ts';
import { run, type Run, type ServiceNoise } from './simulate.ts';
import { describeRun } from './narrate.ts';
import { SUITE_COLUMNS } from './suite-table.ts';
import { BEST_GPU_RULES, bestGpuCount, type ScalingRow } from './best-gpu-count.ts';
import { parseTrace } from './trace.ts';
import { CAVEATS, VIEWS } from './views.ts';
import type { Workload } from './workload.ts';
import { Workspace } from './workspace.ts';

interface State {
  readonly settings: Settings;
  readonly plan: RequestPlan;
  readonly find_capacity: boolean;
}

/**
 * One per thread, not per cell: a study has hundreds of cells and a workspace for a million requests takes 60 MB.
 * A run reads nothing from it that it has not written, so no permutation leaves anything for the next.
 */
const workspace = new Workspace();

/** LLM batch serving: one queueing system of identical GPUs, four schedulers. A permutation is one replicate. */
export default defineModel({
  name: 'llm-scheduler',
  version: '1',
  description: 'LLM requests served in run-to-completion batches on identical GPUs (no continuous batching)',
  parameters: PARAMETERS,
  inputs: {
    trace: {
      description:
        'requests: CSV as BurstGPT or Azure 2023, or Mooncake JSON lines; without it the workload is synthetic',
      recognises: looksLikeTrace,
      inspect: inspectTrace,
    },
    latency_grid: {
      description: 'CSV batch_size, max_seq_len, mean_latency_sec that alpha, beta, gamma are fitted to',
    },
  },
  metrics: METRICS,
  views: VIEWS,
  ranking: { metric: 'goodput_request_qps', best: 'highest' },
  lead: [
    'capacity_met_rps',
    'goodput_request_qps',
    'sla_violation_rate_request',
    'sla_violation_rate_token',
    'p95_latency',
  ],
  results_columns: SUITE_COLUMNS,
  caveats: CAVEATS,
  check: checkParameters,
  load: (files): Inputs => ({
    ...(files.trace && { trace: parseTrace(files.trace) }),
    ...(files.latency_grid && { latency_grid: parseLatencyGrid(files.latency_grid) }),
  }),
  checkInputs: (parameters, inputs) => checkTrace(parameters, inputs.trace),
  notes: inputNotes,
  prepare: ({ parameters, inputs }) => ({
    settings: settingsOf(parameters, inputs.latency_grid),
    plan: requestPlanOf(parameters, inputs.trace),
    find_capacity: parameters.find_capacity,
  }),
  simulate: (state: State, rng, row) => {
    const metrics = metricsOf(state, rng);
    Object.assign(row, metrics, capacityOf(state, rng, metrics.offered_rps));
  },
  choices: Object.fromEntries(
    BEST_GPU_RULES.map((rule) => [rule, (rows: readonly ResultRow[]) => bestGpuCount(rows.map(scalingRow), rule)]),
  ),
  trace: (state: State, rng) => {
    const { workload, result } = replicate(state, rng);
    return describeRun(workload, result);
  },
  path: (state: State, rng) => pathOf(state, rng),
});

function scalingRow({ parameters, metrics }: ResultRow): ScalingRow {
  return {
    num_gpus: Number(parameters['num_gpus']),
    capacity_qps_under_sla: metrics['capacity_qps_under_sla']!,
    sla_violation_rate_request: metrics['sla_violation_rate_request']!,
  };
}

function metricsOf(state: State, rng: Rng): RunMetrics {
  const { workload, result } = replicate(state, rng);
  return computeMetrics(workload, result, state.settings, workspace.values);
}

/** Of this replicate: the same requests at every rate. Missing where it is not asked for, or all requests come at once and have no rate. */
function capacityOf(state: State, rng: Rng, offered_rps: number): CapacityMetrics {
  if (!state.find_capacity || offered_rps === 0) return { capacity_met_rps: NaN, capacity_missed_rps: NaN };
  const { met, missed } = capacity(
    (target_rps) => metricsOf({ ...state, plan: { ...state.plan, target_rps } }, rng).sla_violation_rate_request,
    offered_rps,
  );
  return { capacity_met_rps: met, capacity_missed_rps: missed };
}

function replicate({ settings, plan }: State, rng: Rng): { workload: Workload; result: Run } {
  const workload = drawRequests(plan, rng, workspace);
  return { workload, result: run(workload, settings, workspace, noiseOf(settings, rng)) };
}

/** By cell: the permutations of one are looked at at the same times. */
const steps = new WeakMap<State, number>();

function pathOf(state: State, rng: Rng): Course {
  const step = steps.get(state) ?? stepOf(state);
  steps.set(state, step);
  const { workload, result } = replicate(state, rng);
  return courseOf(workload, result, workspace.queueOf, step);
}

/** By how long one run of the cell takes that is no permutation: nothing that is known beforehand says it of a system that may be overloaded a thousandfold. */
function stepOf(state: State): number {
  return courseStep(durationOf(replicate(state, createSeededRng('alea')).result));
}

/** A lognormal factor with median 1, drawn per batch in the order of starts. */
function noiseOf(settings: Settings, rng: Rng): ServiceNoise | undefined {
  const sigma = settings.service_noise;
  if (sigma === 0) return undefined;
  const stream = serviceStream(rng);
  return () => lognormal(stream, 1, sigma);
}
