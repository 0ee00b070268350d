/** How a suite picks the GPU count of its last step. */
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
/**
 * The best GPU count of the successful rows of a GPU scaling, at least one, in whatever order they come. `max_goodput` (the reference's): largest
 * capacity_qps_under_sla, fewest GPUs on ties; it favours more GPUs. `fewest_meeting_sla`: fewest GPUs with request
 * violations of at most 5 %, else the smallest violation rate, fewest GPUs on ties.
 */
export function bestGpuCount(rows: readonly ScalingRow[], rule: BestGpuRule): number {
  const byGpus = [...rows].sort((a, b) => a.num_gpus - b.num_gpus);
  if (rule === 'max_goodput') return first(byGpus, (row) => -row.capacity_qps_under_sla).num_gpus;
  const meeting = byGpus.find((row) => row.sla_violation_rate_request <= VIOLATIONS_ALLOWED);
  return (meeting ?? first(byGpus, (row) => row.sla_violation_rate_request)).num_gpus;
}

/** The first row with the smallest cost. */
function first<Item>(rows: readonly Item[], cost: (row: Item) => number): Item {
  return rows.reduce((best, row) => (cost(row) < cost(best) ? row : best));
}
