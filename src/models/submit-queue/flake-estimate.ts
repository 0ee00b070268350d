import type { Design } from './design.ts';
import type { SubmitQueue } from './submit-queue.ts';

/**
 * What failed in a batch whose members were all cleared failed by flakiness: each such batch, in order, is one observation of every
 * active test, weighted exponentially. For M batches, rate <- d^M rate + sum over failures in batch j of alpha d^(M - 1 - j),
 * d = 1 - alpha, which asks only for the failures.
 */
export function learnFromInnocentBatches(queue: SubmitQueue, design: Design, window: number): void {
  const { suite, screening, ordinal, decay, settings } = queue;
  const { suspicious, failed_batch, failed_test } = screening;
  const { batches, first_position } = design;
  let innocent = 0;
  for (let batch = 0; batch < batches; batch++) {
    if (first_position[batch]! < window && suspicious[batch] === 0) ordinal[batch] = innocent++;
  }
  if (innocent === 0) return;
  for (let test = 0; test < suite.count; test++) if (suite.active[test] === 1) suite.rate[test]! *= decay[innocent]!;
  for (let i = 0; i < screening.failures; i++) {
    const batch = failed_batch[i]!;
    if (suspicious[batch] === 1) continue;
    suite.rate[failed_test[i]!]! += settings.ewma_alpha * decay[innocent - 1 - ordinal[batch]!]!;
  }
}
