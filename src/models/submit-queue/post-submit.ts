import type { Rng } from '../../random/generator.ts';
import type { SubmitQueue } from './submit-queue.ts';

/**
 * Every test, gating or not, runs once on the main branch; its estimated failure rate is updated, and all tests at or below the
 * tolerance gate from now on, and only those.
 */
export function runPostSubmit(queue: SubmitQueue, rng: Rng): void {
  const { suite, settings, counters } = queue;
  const { base, rate, active } = suite;
  const alpha = settings.ewma_alpha;
  let demoted = 0;
  let promoted = 0;
  for (let test = 0; test < suite.count; test++) {
    // A healthy test needs no draw: it passes.
    const failed = base[test]! < 1 && rng() >= base[test]!;
    const estimate = (1 - alpha) * rate[test]! + (failed ? alpha : 0);
    rate[test] = estimate;
    const gates = estimate <= settings.flaketol ? 1 : 0;
    if (gates === active[test]) continue;
    active[test] = gates;
    if (gates === 1) promoted++;
    else demoted++;
  }
  suite.active_count += promoted - demoted;
  counters.demotions += demoted;
  counters.promotions += promoted;
  counters.net_demotions += Math.max(0, demoted - promoted);
}
