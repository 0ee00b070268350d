import type { Rng } from '../../random/generator.ts';
import { rejectedOf, suspectedOf } from './counters.ts';
import type { Replicate } from './replicate.ts';
import { runReplicate } from './run-replicate.ts';

/** One line per tick: what happened in it and how it left the queue. */
export function traceReplicate(replicate: Replicate, rng: Rng): string[] {
  const lines: string[] = [];
  const { counters } = replicate.queue;
  let before = { landings: 0, suspected: 0, rejected: 0, runs: 0, demotions: 0, promotions: 0 };
  runReplicate(replicate, rng, (queue, t) => {
    const after = {
      landings: counters.landings,
      suspected: suspectedOf(counters),
      rejected: rejectedOf(counters),
      runs: counters.batch_runs,
      demotions: counters.demotions,
      promotions: counters.promotions,
    };
    const { suite } = queue;
    lines.push(
      `tick ${t}: ${after.runs - before.runs} batches, landed ${after.landings - before.landings}, ` +
        `suspected ${after.suspected - before.suspected}, rejected ${after.rejected - before.rejected}; ` +
        `pending ${queue.pending.length}, verification ${queue.verification.length}, fixing ${queue.fixing.length}; ` +
        `gating ${suite.active_count} / ${suite.count} (-${after.demotions - before.demotions} +${after.promotions - before.promotions})`,
    );
    before = after;
  });
  return lines;
}
