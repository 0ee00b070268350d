import { arrive } from './arrivals.ts';
import type { Effects } from './change.ts';
import { openWindows, type Observer, type Replicate } from './replicate.ts';
import type { RandomStreams } from './submit-queue.ts';
import { sampleGauges, sampleState, step } from './tick.ts';

/** Csv mode: one tick per hour of the history; the changes of an hour are tested in that hour. No back-pressure. */
export function replayHistory(
  replicate: Replicate,
  history: { readonly effects: readonly Effects[]; readonly tick: Float64Array },
  streams: RandomStreams,
  observe: Observer | undefined,
): void {
  const { queue } = replicate;
  let next = 0;
  for (let t = 0; t < replicate.ticks; t++) {
    openWindows(replicate, t);
    for (; next < history.effects.length && history.tick[next] === t; next++) {
      arrive(queue, history.effects[next]!, t);
      queue.counters.offered++;
    }
    step(queue, streams, t);
    sampleState(queue);
    // Once more after the step, so that the suspects of this tick are in the sample.
    sampleGauges(queue);
    observe?.(queue, t);
  }
}
