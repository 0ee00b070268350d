/**
 * Service time of a batch of b requests whose largest total length is L tokens:
 *
 *     T(b, L) = max(floor, alpha + (beta L) h(b)),   h(b) = 1 + (gamma (b - 1)) / b
 */
export interface LatencyModel {
  /** Fixed part [s]. */
  readonly alpha: number;
  /** Slope [s/token]. */
  readonly beta: number;
  /** What batching costs, 0 .. 2. */
  readonly gamma: number;
  /** Least service time [s]. */
  readonly floor: number;
  /** Time to first token as reported [s]. */
  readonly ttft: number;
  /** Decode time per token [s] whatever the batch size; undefined: beta h(b). */
  readonly flat_token_time: number | undefined;
}

/** What the reference's iterative fit of the shipped grid returns: needed to the last digit for parity. */
export const PARITY_CONSTANTS = {
  alpha: 0.05965277792592761,
  beta: 0.005741996980539543,
  gamma: 0.31568071176124785,
} as const;

/** The reference's constants for runs without calibration: what is reported differs from what is simulated. */
export const UNCALIBRATED = { alpha: 0.05, beta: 0.00586, gamma: 0.31, ttft: 0.06, flat_token_time: 0.00574 } as const;

/** h(b), the factor on the slope for a batch of b. */
export function batchFactor(model: LatencyModel, b: number): number {
  return 1 + (model.gamma * (b - 1)) / b;
}

/** T(b, L) [s]. */
export function serviceTime(model: LatencyModel, b: number, longest: number): number {
  return Math.max(model.floor, model.alpha + model.beta * longest * batchFactor(model, b));
}

/** Decode time per token [s] in a batch of b. */
export function tokenTime(model: LatencyModel, b: number): number {
  return model.flat_token_time ?? model.beta * batchFactor(model, b);
}
