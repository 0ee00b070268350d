import assert from 'node:assert/strict';
import type { Rng } from '../../random/generator.ts';
import { computeMetrics } from './metrics.ts';
import type { RequestPlan } from './request-plan.ts';
import { drawRequests } from './requests.ts';
import type { Settings } from './settings.ts';
import { run } from './simulate.ts';
import { VIOLATIONS_ALLOWED } from './suite.ts';
import type { Workspace } from './workspace.ts';

/** The capacity lies between the two rates [1/s]: `met` meets the SLA, `missed` does not. */
export interface CapacityBracket {
  /** 0 if no rate was found that meets the SLA. */
  readonly met: number;
  /** Infinity if no rate was found that misses it. */
  readonly missed: number;
  /** Rates looked at. */
  readonly evaluations: number;
}

const TOLERANCE = 0.01;
/** Doublings or halvings in search of a bracket: from the first rate a factor of 10^6 either way. */
const MOST_STEPS = 20;

/**
 * The largest arrival rate whose violation rate is at most 5 %, by bisection to 1 % of the rate. `violations` gives the
 * violation rate (0 .. 1) at a rate [1/s] and should rise with it: give it the same streams at every rate.
 */
export function capacity(violations: (rate: number) => number, first_rate: number): CapacityBracket {
  assert(first_rate > 0 && Number.isFinite(first_rate), `a rate to start from, not ${first_rate}`);
  let evaluations = 0;
  const isMet = (rate: number): boolean => {
    evaluations++;
    return violations(rate) <= VIOLATIONS_ALLOWED;
  };
  let met = 0;
  let missed = Infinity;
  for (let step = 0, rate = first_rate; step <= MOST_STEPS && (met === 0 || missed === Infinity); step++) {
    if (isMet(rate)) met = rate;
    else missed = rate;
    rate = missed === Infinity ? rate * 2 : rate / 2;
  }
  while (met > 0 && missed < Infinity && missed - met > TOLERANCE * met) {
    const middle = (met + missed) / 2;
    if (isMet(middle)) met = middle;
    else missed = middle;
  }
  return { met, missed, evaluations };
}

/**
 * The share of requests over their latency SLA at an arrival rate [1/s], mean over replicates: for `capacity`.
 * `stream` starts the stream of a replicate at its beginning, so that every rate sees the same requests.
 */
export function violationsAt(
  plan: RequestPlan,
  settings: Settings,
  replicates: number,
  stream: (replicate: number) => Rng,
  workspace: Workspace,
): (rate: number) => number {
  return (target_rps) => {
    let sum = 0;
    for (let replicate = 0; replicate < replicates; replicate++) {
      const workload = drawRequests({ ...plan, target_rps }, stream(replicate), workspace);
      const result = run(workload, settings, workspace);
      sum += computeMetrics(workload, result, settings, workspace.values).sla_violation_rate_request;
    }
    return sum / replicates;
  };
}
