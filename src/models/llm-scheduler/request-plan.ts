import type { Prediction } from './predictions.ts';
import type { Arrivals, LENGTHS } from './synthetic.ts';
import type { Trace } from './trace.ts';

/** How the requests of a replicate come about. */
export interface RequestPlan {
  readonly num_requests: number;
  /** Absent: synthetic. */
  readonly trace: Trace | undefined;
  readonly window: 'first' | 'random';
  readonly window_end: 'reject' | 'wrap';
  readonly drop_unanswered: boolean;
  /** Rows that bins are taken from; undefined: the requests simulated. */
  readonly sample_for_bins: number | undefined;
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
