import type { Rng } from '../../random/generator.ts';
import { batchPlan } from './batch-plan.ts';
import { changeSource, type ChangeSource } from './change.ts';
import { ChangeQueue } from './change-queue.ts';
import { zeroCounters, type Counters } from './counters.ts';
import { clearDesignShelf, createDesignShelf, type DesignShelf } from './design-shelf.ts';
import { createEvaluation, resetEvaluation, type Evaluation } from './evaluation.ts';
import type { Settings } from './parameters.ts';
import { createScreening, type Screening } from './screening.ts';
import { createSuite, resetSuite, type Suite } from './suite.ts';
import type { WaitHistogram } from './wait-histogram.ts';

/**
 * The separate streams of a replicate, so that more draws of one kind shift no other kind: under common random numbers
 * two cells see the same changes and differ only where their settings differ.
 */
export interface RandomStreams {
  readonly designs: Rng;
  readonly batches: Rng;
  readonly verifications: Rng;
  readonly post_submit: Rng;
  readonly repairs: Rng;
  readonly changes: Rng;
  readonly replacements: Rng;
  readonly arrivals: Rng;
}

export function randomStreams(rng: Rng): RandomStreams {
  return {
    designs: rng.substream(1),
    batches: rng.substream(2),
    verifications: rng.substream(3),
    post_submit: rng.substream(4),
    repairs: rng.substream(5),
    changes: rng.substream(6),
    replacements: rng.substream(7),
    arrivals: rng.substream(8),
  };
}

/** The largest values since they were last set to zero. */
export interface Peaks {
  pending: number;
  verification: number;
  batches: number;
}

/** Everything that one replicate changes. It is made once per cell and worker, and reset for each replicate. */
export interface SubmitQueue {
  readonly settings: Settings;
  readonly source: ChangeSource;
  readonly suite: Suite;
  readonly pending: ChangeQueue;
  /** Suspects, of which the first `verifying` are in verification and have a due tick. */
  readonly verification: ChangeQueue;
  verifying: number;
  /** Pending changes as the last tick found them, before its batches. */
  waiting: number;
  readonly fixing: ChangeQueue;
  /** Changes that passed verification in the present tick. */
  readonly verified: ChangeQueue;

  readonly shelf: DesignShelf;
  readonly screening: Screening;
  readonly evaluation: Evaluation;
  /** 1 - ewma_alpha to the power 0, 1, 2, ... */
  readonly decay: Float64Array;
  /** Ordinal of each batch among the innocent ones, for the failure-rate estimate. */
  readonly ordinal: Int32Array;
  /** The least pass rate that a landing of the present tick leaves each test; 1 for none. */
  readonly landed_now: Float64Array;

  readonly counters: Counters;
  readonly peaks: Peaks;
  /** Waits of all landings since tick 0, from the creation and from the first creation. */
  readonly waits: WaitHistogram;
  readonly total_waits: WaitHistogram;
}

/** A queue for `tests` tests that runs for at most `ticks` ticks. */
export function createSubmitQueue(settings: Settings, tests: number, ticks: number): SubmitQueue {
  const plan = batchPlan(settings);
  const most_batches = plan.shapes.reduce((most, shape) => Math.max(most, shape.batches), 1);
  const decay = new Float64Array(most_batches + 1);
  decay[0] = 1;
  for (let n = 1; n < decay.length; n++) decay[n] = decay[n - 1]! * (1 - settings.ewma_alpha);
  return {
    settings,
    source: changeSource(settings, tests),
    suite: createSuite(tests),
    pending: new ChangeQueue(1024),
    verification: new ChangeQueue(),
    verifying: 0,
    waiting: 0,
    fixing: new ChangeQueue(),
    verified: new ChangeQueue(),
    shelf: createDesignShelf(plan, settings.maxbatch, settings.optimized),
    screening: createScreening(most_batches, settings.maxbatch),
    evaluation: createEvaluation(tests),
    decay,
    ordinal: new Int32Array(most_batches),
    landed_now: new Float64Array(tests),
    counters: zeroCounters(),
    peaks: { pending: 0, verification: 0, batches: 0 },
    waits: new Uint32Array(ticks + 1),
    total_waits: new Uint32Array(ticks + 1),
  };
}

/** An empty queue at tick 0. */
export function resetSubmitQueue(queue: SubmitQueue): void {
  resetSuite(queue.suite);
  for (const changes of [queue.pending, queue.verification, queue.fixing, queue.verified]) changes.clear();
  queue.verifying = 0;
  queue.waiting = 0;
  clearDesignShelf(queue.shelf);
  resetEvaluation(queue.evaluation);
  queue.landed_now.fill(1);
  Object.assign(queue.counters, zeroCounters());
  Object.assign(queue.peaks, { pending: 0, verification: 0, batches: 0 });
  queue.waits.fill(0);
  queue.total_waits.fill(0);
}
