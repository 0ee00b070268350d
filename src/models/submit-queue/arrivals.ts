import type { Rng } from '../../random/generator.ts';
import { CULPRIT, generateEffects, mended, NO_EFFECTS, SOFT, type Effects } from './change.ts';
import type { SubmitQueue } from './submit-queue.ts';

/** A new change of the tick `t` joins the queue. */
export function arrive(queue: SubmitQueue, effects: Effects, t: number): void {
  const { counters } = queue;
  counters.arrivals++;
  if (effects !== NO_EFFECTS) {
    if (effects.truth === CULPRIT) counters.arrivals_culprit++;
    else if (effects.truth === SOFT) counters.arrivals_soft++;
    if (effects.label) counters.arrivals_labelled++;
  }
  queue.pending.push(effects, t, t);
}

/** Authors whose changes were rejected `fix_delay` ticks ago send replacements. */
export function takeReplacements(queue: SubmitQueue, t: number, rng: Rng): void {
  const { fixing, pending, counters, settings } = queue;
  while (fixing.length > 0 && fixing.due[fixing.head]! <= t) {
    const first_created = fixing.first_created[fixing.head]!;
    if (settings.replacement === 'clean') {
      const effects = mended(fixing.effects[fixing.head]!);
      pending.push(effects, first_created, first_created);
    } else {
      const effects = generateEffects(queue.source, rng);
      if (effects.truth === CULPRIT) counters.replacements_culprit++;
      pending.push(effects, t, first_created);
    }
    counters.replacements++;
    fixing.drop(1);
  }
}
