import { takeReplacements } from './arrivals.ts';
import { runBatches } from './batches.ts';
import { decode } from './decode.ts';
import { designFor } from './design-shelf.ts';
import { learnFromInnocentBatches } from './flake-estimate.ts';
import { land } from './landing.ts';
import { runPostSubmit } from './post-submit.ts';
import { repairTests } from './repair.ts';
import type { RandomStreams, SubmitQueue } from './submit-queue.ts';
import { listImpaired } from './suite.ts';
import { verifySuspects } from './verification.ts';

/** One tick: one round of verification, batches, landings and repair. Returns the number of landings. */
export function step(queue: SubmitQueue, streams: RandomStreams, t: number): number {
  const { pending, settings } = queue;
  takeReplacements(queue, t, streams.replacements);
  listImpaired(queue.suite);
  verifySuspects(queue, t, streams.verifications);
  sampleGauges(queue);
  queue.waiting = pending.length;

  const window = Math.min(settings.maxbatch, pending.length);
  if (window === 0) {
    const landings = land(queue, t, 0);
    repairTests(queue, landings, streams.repairs);
    return landings;
  }

  const design = designFor(queue.shelf, window, streams.designs);
  runBatches(queue, design, window, streams.batches);
  decode(queue, design, window);
  const landings = land(queue, t, window);
  pending.drop(window);
  repairTests(queue, landings, streams.repairs);
  // Verified landings count here too: where they push the total above the window, nothing is learnt (kept for comparability).
  if (landings >= 1 && landings <= window) learnFromInnocentBatches(queue, design, window);
  if (landings >= 1) runPostSubmit(queue, streams.post_submit);
  return landings;
}

export function sampleGauges({ peaks, pending, verification }: SubmitQueue): void {
  if (pending.length > peaks.pending) peaks.pending = pending.length;
  if (verification.length > peaks.verification) peaks.verification = verification.length;
}

/** Adds the state after a step to the time averages. */
export function sampleState(queue: SubmitQueue): void {
  const { counters, suite } = queue;
  counters.ticks++;
  counters.pending_sum += queue.pending.length;
  counters.verification_sum += queue.verification.length;
  counters.fixing_sum += queue.fixing.length;
  counters.active_tests_sum += suite.active_count;
  for (let test = 0; test < suite.count; test++) {
    if (suite.base[test]! < 1) counters.impaired_tests_sum++;
    if (suite.base[test] === 0) counters.broken_tests_sum++;
  }
}
