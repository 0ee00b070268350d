import { NO_EFFECTS, type Effects } from './change.ts';
import type { ChangeQueue } from './change-queue.ts';
import type { SubmitQueue } from './submit-queue.ts';

/**
 * Lands the cleared changes of the window, then those that passed verification: their effects become those of the main branch,
 * also on tests that do not gate. Returns the number of landings.
 */
export function land(queue: SubmitQueue, t: number, window: number): number {
  const { pending, verified, counters } = queue;
  const { cleared } = queue.screening;
  let landings = verified.length;
  for (let position = 0; position < window; position++) {
    if (cleared[position] === 0) continue;
    landings++;
    landOne(queue, pending, pending.head + position, t);
  }
  for (let entry = verified.head; entry < verified.tail; entry++) landOne(queue, verified, entry, t);
  counters.landings += landings;
  return landings;
}

function landOne(queue: SubmitQueue, changes: ChangeQueue, entry: number, t: number): void {
  const wait = t - changes.created[entry]!;
  const total_wait = t - changes.first_created[entry]!;
  queue.waits[wait]!++;
  queue.total_waits[total_wait]!++;
  queue.counters.wait_ticks += wait;
  queue.counters.total_wait_ticks += total_wait;
  const effects = changes.effects[entry]!;
  if (effects !== NO_EFFECTS) impair(queue, effects);
}

function impair(queue: SubmitQueue, effects: Effects): void {
  const { landed_now } = queue;
  const { base } = queue.suite;
  for (let j = 0; j < effects.tests.length; j++) {
    const test = effects.tests[j]!;
    const rate = effects.rates[j]!;
    if (rate < landed_now[test]!) landed_now[test] = rate;
    if (rate < base[test]!) base[test] = rate;
  }
}
