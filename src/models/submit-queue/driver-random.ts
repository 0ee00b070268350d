import { arrive } from './arrivals.ts';
import { generateEffects } from './change.ts';
import { poisson } from './poisson.ts';
import { openWindows, type Observer, type Replicate } from './replicate.ts';
import type { RandomStreams, SubmitQueue } from './submit-queue.ts';
import { sampleState, step } from './tick.ts';

/** Offered changes per tick of a day of 12 ticks, for `traffic` 1. Mean 25. */
export const DAILY_PATTERN = [5, 5, 5, 5, 60, 60, 60, 60, 10, 10, 10, 10];
export const MEAN_OFFERED = 25;
/** Changes that wait before tick 0, for `traffic` 1. */
const WAITING_AT_START = 10;

/** Random mode: changes arrive after each step, so that one is first tested a tick after its creation. */
export function runRandomArrivals(replicate: Replicate, streams: RandomStreams, observe: Observer | undefined): void {
  const { queue, settings } = replicate;
  const { traffic } = settings;
  for (let i = 0; i < WAITING_AT_START * traffic; i++) arrive(queue, generateEffects(queue.source, streams.changes), 0);
  for (let t = 0; t < replicate.ticks; t++) {
    openWindows(replicate, t);
    step(queue, streams, t);
    sampleState(queue);
    const mean = traffic * DAILY_PATTERN[t % DAILY_PATTERN.length]!;
    offer(queue, settings.arrivals === 'poisson' ? poisson(mean, streams.arrivals) : mean, t, streams);
    observe?.(queue, t);
  }
}

/**
 * Offers `offered` changes, of which back-pressure lets in all, a half, a quarter or an eighth. The others are lost. They are
 * drawn all the same: what is offered does not depend on the state of the queue, so that two cells with the same stream see the same changes.
 */
function offer(queue: SubmitQueue, offered: number, t: number, streams: RandomStreams): void {
  const { counters, source } = queue;
  const divisor = backPressure(queue);
  const admitted = Math.floor(offered / divisor);
  for (let i = 0; i < offered; i++) {
    const effects = generateEffects(source, streams.changes);
    if (i < admitted) arrive(queue, effects, t);
  }
  counters.offered += offered;
  counters.suppressed_arrivals += offered - admitted;
  if (divisor > 1) counters.backpressure_ticks++;
}

/** By what arrivals are divided. It looks at the pending changes only, not at those in verification or being fixed. */
function backPressure({ pending, settings }: SubmitQueue): 1 | 2 | 4 | 8 {
  if (pending.length >= settings.bp_threshold_3) return 8;
  if (pending.length >= settings.bp_threshold_2) return 4;
  if (pending.length >= settings.bp_threshold_1) return 2;
  return 1;
}
