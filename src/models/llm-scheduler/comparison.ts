/** The outputs in which a row is compared with a baseline. */
export interface Compared {
  readonly throughput_requests_per_sec: number;
  readonly capacity_qps_under_sla: number;
  readonly avg_latency: number;
  readonly sla_violation_rate_request: number;
}

/** Gains in percent; above 0 is better. A gain over 0 is undefined. */
export interface Gains {
  readonly throughput_gain_pct: number | undefined;
  readonly capacity_gain_pct: number | undefined;
  readonly latency_gain_pct: number | undefined;
  readonly violation_gain_pct: number | undefined;
}

/** 100 (x - x0) / x0 for throughput and capacity, 100 (x0 - x) / x0 for average latency and violation rate. */
export function gainsOver(baseline: Compared, row: Compared): Gains {
  const gain = (name: keyof Compared, sign: 1 | -1): number | undefined =>
    baseline[name] === 0 ? undefined : (100 * sign * (row[name] - baseline[name])) / baseline[name];
  return {
    throughput_gain_pct: gain('throughput_requests_per_sec', 1),
    capacity_gain_pct: gain('capacity_qps_under_sla', 1),
    latency_gain_pct: gain('avg_latency', -1),
    violation_gain_pct: gain('sla_violation_rate_request', -1),
  };
}
