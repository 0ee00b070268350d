import type { Rng } from '../../random/generator.ts';
import { replayHistory } from './driver-csv.ts';
import { runRandomArrivals } from './driver-random.ts';
import { assertFlow } from './flow.ts';
import { measured, openMeasurement, resetMeasurement, type Measured } from './measurement.ts';
import type { Observer, Replicate } from './replicate.ts';
import { randomStreams, resetSubmitQueue, type SubmitQueue } from './submit-queue.ts';

/** What one replicate measured. The queue is as it was left at the end. */
export interface Outcome {
  readonly reference: Measured;
  readonly corrected: Measured;
  readonly queue: SubmitQueue;
}

/** One complete run from an empty queue. */
export function runReplicate(replicate: Replicate, rng: Rng, observe?: Observer): Outcome {
  const { queue, reference, corrected, replayed } = replicate;
  resetSubmitQueue(queue);
  resetMeasurement(reference);
  resetMeasurement(corrected);
  const streams = randomStreams(rng);
  if (replayed) replayHistory(replicate, replayed, streams, observe);
  else runRandomArrivals(replicate, streams, observe);
  assertFlow(queue);
  // A warm-up longer than the run: nothing is measured (while the reference counters then cover the whole run).
  if (!corrected.opened) openMeasurement(corrected, queue);
  return { reference: measured(reference, queue), corrected: measured(corrected, queue), queue };
}
