import assert from 'node:assert/strict';
import { VIOLATIONS_ALLOWED } from './best-gpu-count.ts';

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
