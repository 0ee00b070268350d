import type { Parameters } from '../model.ts';
import type { SchedulerType } from './settings.ts';

/** One test of a suite: what its key consists of, besides the load. */
export interface SuiteTest {
  readonly scheduler_type: SchedulerType;
  readonly num_requests: number;
  readonly num_gpus: number;
  /** 1 for the schedulers without bins. */
  readonly k_bins: number;
}

/** Two rows of one step with the same values here are the same test; the last one stays. */
export const SUITE_KEY = ['scheduler_type', 'num_requests', 'num_gpus', 'k_bins', 'rps_scaling'] as const;

/** What all tests of the stress suite share. Bins come from the first 5,000 rows and, as explicit bins have, have no cap. */
export const STRESS_PARAMETERS: Parameters = {
  rps_scaling: 200,
  sample_for_bins: 5000,
  bin_cap: 'none',
  d_sla_token: 0.01,
  d_sla_request: 20,
  latency_epsilon: 0.001,
};

export interface StressLimits {
  /** Larger volumes are left out of step 1; steps 2 and 3 run at this or 1,000,000. */
  readonly max_requests?: number;
  /** Larger GPU counts are left out of step 2. */
  readonly max_gpus?: number;
}

const VOLUMES = [100, 1000, 10_000, 100_000, 1_000_000];
const GPU_COUNTS = [1, 2, 4, 8, 16, 32, 64, 100];
const BIN_COUNTS = [1, 2, 4, 8, 16, 32];
const FULL = 1_000_000;

/** Step 1, 25 tests: every volume with the two schedulers without bins on one GPU, and with bins on 1, 2 and 4. */
export function requestScaling({ max_requests = FULL }: StressLimits = {}): SuiteTest[] {
  return VOLUMES.filter((num_requests) => num_requests <= max_requests).flatMap((num_requests): SuiteTest[] => [
    { scheduler_type: 'static_fifo', num_requests, num_gpus: 1, k_bins: 1 },
    { scheduler_type: 'dynamic_no_bins', num_requests, num_gpus: 1, k_bins: 1 },
    ...[1, 2, 4].map((num_gpus) => multiBin(num_requests, num_gpus, 8)),
  ]);
}

/** Step 2, 8 tests: 8 bins on 1 to 100 GPUs. */
export function gpuScaling({ max_requests = FULL, max_gpus = Infinity }: StressLimits = {}): SuiteTest[] {
  const num_requests = Math.min(FULL, max_requests);
  return GPU_COUNTS.filter((gpus) => gpus <= max_gpus).map((gpus) => multiBin(num_requests, gpus, 8));
}

/** Step 3, 6 tests: 1 to 32 bins on the best GPU count (`bestGpuCount`, or given). */
export function binSensitivity(best_gpu_count: number, { max_requests = FULL }: StressLimits = {}): SuiteTest[] {
  const num_requests = Math.min(FULL, max_requests);
  return BIN_COUNTS.map((k_bins) => multiBin(num_requests, best_gpu_count, k_bins));
}

/** The grid suite, 192 tests per load level (rps_scaling 100, 10 or 1), bins from the whole workload with caps. */
export function gridSuite(): SuiteTest[] {
  return VOLUMES.slice(1).flatMap((num_requests) =>
    GPU_COUNTS.flatMap((gpus) => BIN_COUNTS.map((k_bins) => multiBin(num_requests, gpus, k_bins))),
  );
}

function multiBin(num_requests: number, num_gpus: number, k_bins: number): SuiteTest {
  return { scheduler_type: 'multi_bin_dynamic', num_requests, num_gpus, k_bins };
}

export const BEST_GPU_RULES = ['max_goodput', 'fewest_meeting_sla'] as const;
export type BestGpuRule = (typeof BEST_GPU_RULES)[number];

/** What the choice of a GPU count looks at. */
export interface ScalingRow {
  readonly num_gpus: number;
  readonly capacity_qps_under_sla: number;
  readonly sla_violation_rate_request: number;
}

/** Share of requests that may miss their SLA where a configuration counts as meeting it. */
export const VIOLATIONS_ALLOWED = 0.05;
/** Where step 2 has no row. */
export const DEFAULT_GPU_COUNT = 32;

/**
 * The best GPU count of step 2's successful rows, in whatever order they come. `max_goodput` (the reference's): largest
 * capacity_qps_under_sla, fewest GPUs on ties; it favours more GPUs. `fewest_meeting_sla`: fewest GPUs with request
 * violations of at most 5 %, else the smallest violation rate, fewest GPUs on ties.
 */
export function bestGpuCount(rows: readonly ScalingRow[], rule: BestGpuRule): number {
  const byGpus = [...rows].sort((a, b) => a.num_gpus - b.num_gpus);
  if (byGpus.length === 0) return DEFAULT_GPU_COUNT;
  if (rule === 'max_goodput') return first(byGpus, (row) => -row.capacity_qps_under_sla).num_gpus;
  const meeting = byGpus.find((row) => row.sla_violation_rate_request <= VIOLATIONS_ALLOWED);
  return (meeting ?? first(byGpus, (row) => row.sla_violation_rate_request)).num_gpus;
}

/** The first row with the smallest cost. */
function first<Item>(rows: readonly Item[], cost: (row: Item) => number): Item {
  return rows.reduce((best, row) => (cost(row) < cost(best) ? row : best));
}

/**
 * The multi-bin row of one volume that the grid suite compares with the others: among those with request violations of
 * at most 5 % the fewest GPUs, then the lowest violation rate; if none qualifies, the lowest violation rate. The first
 * of equals. Undefined for no rows.
 */
export function gridOptimum<Item extends ScalingRow>(rows: readonly Item[]): Item | undefined {
  const meeting = rows.filter((row) => row.sla_violation_rate_request <= VIOLATIONS_ALLOWED);
  const fewest = Math.min(...meeting.map((row) => row.num_gpus));
  const candidates = meeting.length > 0 ? meeting.filter((row) => row.num_gpus === fewest) : rows;
  return candidates.length === 0 ? undefined : first(candidates, (row) => row.sla_violation_rate_request);
}

/** The comparison rows of one volume, before the optimum: no bins and 8 bins on one GPU. */
export function gridBaselines(num_requests: number): SuiteTest[] {
  return [
    { scheduler_type: 'static_fifo', num_requests, num_gpus: 1, k_bins: 1 },
    { scheduler_type: 'dynamic_no_bins', num_requests, num_gpus: 1, k_bins: 1 },
    multiBin(num_requests, 1, 8),
  ];
}
