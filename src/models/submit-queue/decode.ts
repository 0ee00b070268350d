import { CULPRIT, NO_EFFECTS, SOFT, type Effects } from './change.ts';
import type { Counters } from './counters.ts';
import type { Design } from './design.ts';
import { PASSED } from './screening.ts';
import type { SubmitQueue } from './submit-queue.ts';

/**
 * The conservative COMP rule: a change with a passing batch is cleared; one whose batches all failed is suspected and joins the
 * verification queue. The changes stay in `pending` until the landings are done.
 * Source: Chan, Che, Jaggi, Saligrama 2011, Non-adaptive probabilistic group testing, doi:10.1109/Allerton.2011.6120391.
 */
export function decode(queue: SubmitQueue, design: Design, window: number): void {
  const { pending, verification, counters } = queue;
  const { outcome, suspicious, cleared } = queue.screening;
  const { batches, column_weight, rows } = design;
  suspicious.fill(0, 0, batches);
  for (let position = 0; position < window; position++) {
    const entry = pending.head + position;
    const effects = pending.effects[entry]!;
    const start = position * column_weight;
    const end = start + column_weight;
    let at = start;
    while (at < end && outcome[rows[at]!] !== PASSED) at++;
    if (at < end) {
      cleared[position] = 1;
      if (effects === NO_EFFECTS) counters.cleared_innocent++;
      else countCleared(counters, effects);
    } else {
      cleared[position] = 0;
      for (let own = start; own < end; own++) suspicious[rows[own]!] = 1;
      countSuspected(counters, effects);
      verification.push(effects, pending.created[entry]!, pending.first_created[entry]!);
    }
  }
}

function countCleared(counters: Counters, effects: Effects): void {
  if (effects.truth === CULPRIT) counters.cleared_culprit++;
  else if (effects.truth === SOFT) counters.cleared_soft++;
  else counters.cleared_innocent++;
  if (effects.label) counters.cleared_labelled++;
}

function countSuspected(counters: Counters, effects: Effects): void {
  if (effects.truth === CULPRIT) counters.suspected_culprit++;
  else if (effects.truth === SOFT) counters.suspected_soft++;
  else counters.suspected_innocent++;
  if (effects.label) counters.suspected_labelled++;
}
