import type { Rng } from '../../random/generator.ts';
import { NO_EFFECTS } from './change.ts';
import type { Design } from './design.ts';
import { addMember, beginSet, failsForCertain, runSet } from './evaluation.ts';
import { BROKEN, FAILED, NONE, OPEN, PASSED } from './screening.ts';
import type { SubmitQueue } from './submit-queue.ts';

/**
 * Runs the batches of the first `window` pending changes: position i of the window is in the batches of column i.
 * Only the few changes that have effects are placed in their batches; a batch of innocents needs to know no member.
 */
export function runBatches(queue: SubmitQueue, design: Design, window: number, rng: Rng): void {
  const { pending, suite, screening, evaluation, counters } = queue;
  placeChangesWithEffects(queue, design, window);
  const { outcome, chain, next, member } = screening;
  const { batches, first_position } = design;
  let runs = 0;
  let passed = 0;
  screening.failures = 0;
  for (let batch = 0; batch < batches; batch++) {
    if (first_position[batch]! >= window) {
      outcome[batch] = PASSED;
      continue;
    }
    runs++;
    if (outcome[batch] === BROKEN) continue;
    beginSet(evaluation);
    for (let link = chain[batch]!; link !== NONE; link = next[link]!)
      addMember(evaluation, pending.effects[member[link]!]!, suite);
    if (runSet(evaluation, suite, rng)) {
      outcome[batch] = PASSED;
      passed++;
    } else {
      outcome[batch] = FAILED;
      noteFailures(queue, batch);
    }
  }
  counters.busy_ticks++;
  counters.batch_slots += batches;
  counters.column_weights += design.column_weight;
  counters.batch_runs += runs;
  counters.batches_passed += passed;
  if (batches > queue.peaks.batches) queue.peaks.batches = batches;
}

/** Batches with a change that breaks an active test are decided; the other changes with effects are chained to their batches. */
function placeChangesWithEffects(queue: SubmitQueue, design: Design, window: number): void {
  const { pending, suite } = queue;
  const { outcome, chain, next, member } = queue.screening;
  const { batches, column_weight, rows } = design;
  outcome.fill(OPEN, 0, batches);
  chain.fill(NONE, 0, batches);
  let links = 0;
  for (let position = 0; position < window; position++) {
    const entry = pending.head + position;
    const effects = pending.effects[entry]!;
    if (effects === NO_EFFECTS) continue;
    const broken = failsForCertain(effects, suite);
    for (let at = position * column_weight; at < (position + 1) * column_weight; at++) {
      const batch = rows[at]!;
      if (broken) {
        outcome[batch] = BROKEN;
      } else {
        member[links] = entry;
        next[links] = chain[batch]!;
        chain[batch] = links++;
      }
    }
  }
}

function noteFailures(queue: SubmitQueue, batch: number): void {
  const { screening, evaluation } = queue;
  for (let i = 0; i < evaluation.failed_count; i++) {
    screening.failed_batch[screening.failures] = batch;
    screening.failed_test[screening.failures++] = evaluation.failed[i]!;
  }
}
