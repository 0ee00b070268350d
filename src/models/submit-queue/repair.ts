import type { Rng } from '../../random/generator.ts';
import { pow } from '../../random/math.ts';
import type { SubmitQueue } from './submit-queue.ts';

/**
 * Somebody repairs an impaired test with probability 1 - base^(landings / repair_scale): the worse it is, and the more people
 * land, the sooner. `instant`: a broken test (base 0) is repaired in the tick of any landing, its own included. `lagged`: what
 * landed in this tick is not yet repaired, and a test below `lagged_repair_base` is repaired like one at it.
 */
export function repairTests(queue: SubmitQueue, landings: number, rng: Rng): void {
  if (landings === 0) return;
  const { settings, suite, landed_now } = queue;
  const lagged = settings.repair === 'lagged';
  const exponent = landings / settings.repair_scale;
  for (let test = 0; test < suite.count; test++) {
    const base = suite.base[test]!;
    if (base === 1) continue;
    const repaired = lagged ? landed_now[test]! : 1;
    landed_now[test] = 1;
    if (repaired === base) continue;
    const stays = staysImpaired(lagged ? Math.max(base, settings.lagged_repair_base) : base, exponent);
    if (rng() >= stays) suite.base[test] = repaired;
  }
}

/** base^exponent for base in [0, 1] and exponent > 0. */
function staysImpaired(base: number, exponent: number): number {
  return base === 0 ? 0 : pow(base, exponent);
}
