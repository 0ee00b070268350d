import type { Rng } from '../../random/generator.ts';
import { CULPRIT, SOFT, type Effects } from './change.ts';
import type { Counters } from './counters.ts';
import { passesAlone } from './evaluation.ts';
import type { SubmitQueue } from './submit-queue.ts';

/**
 * Suspects enter verification while there is capacity, and those whose time has come are tested alone: passed ones go to
 * `verified`, failed ones to their authors. A slot that becomes free is usable in the next tick only.
 *
 * Suspects start in order and all take equally long: so those in verification come before the others, in order of their due ticks.
 */
export function verifySuspects(queue: SubmitQueue, t: number, rng: Rng): void {
  const { verification, verified, fixing, settings, counters } = queue;
  verified.clear();

  const capacity = settings.resources * settings.verify_resource_mult;
  const starting = Math.min(capacity - queue.verifying, verification.length - queue.verifying);
  for (let i = 0; i < starting; i++)
    verification.due[verification.head + queue.verifying++] = t + settings.verify_latency;
  counters.verifications_started += starting;

  while (queue.verifying > 0 && verification.due[verification.head]! <= t) {
    const entry = verification.head;
    const effects = verification.effects[entry]!;
    const created = verification.created[entry]!;
    const first_created = verification.first_created[entry]!;
    if (passesAlone(queue.evaluation, effects, queue.suite, rng)) {
      countVerified(counters, effects);
      verified.push(effects, created, first_created);
    } else {
      countRejected(counters, effects);
      fixing.push(effects, created, first_created, t + settings.fix_delay);
    }
    verification.drop(1);
    queue.verifying--;
  }
}

function countVerified(counters: Counters, effects: Effects): void {
  if (effects.truth === CULPRIT) counters.verified_culprit++;
  else if (effects.truth === SOFT) counters.verified_soft++;
  else counters.verified_innocent++;
  if (effects.label) counters.verified_labelled++;
}

function countRejected(counters: Counters, effects: Effects): void {
  if (effects.truth === CULPRIT) counters.rejected_culprit++;
  else if (effects.truth === SOFT) counters.rejected_soft++;
  else counters.rejected_innocent++;
  if (effects.label) counters.rejected_labelled++;
}
