import type { Rng } from '../../random/generator.ts';
import { pow } from '../../random/math.ts';
import type { SubmitQueue } from './submit-queue.ts';

/**
 * Somebody repairs an impaired test with probability 1 - base^(landings / repair_scale): the worse it is, and the more people
 * land, the sooner. `instant`: a broken test (base 0) is repaired in the tick of any landing, its own included. `lagged`: a test
 * impaired in this tick stays so, and a test below `lagged_repair_base` is repaired like one at it.
 */
export function repairTests(queue: SubmitQueue, landings: number, rng: Rng): void {
  const { settings, suite, impaired_now } = queue;
  const lagged = settings.repair === 'lagged';
  const exponent = landings / settings.repair_scale;
  for (let test = 0; test < suite.count; test++) {
    const base = suite.base[test]!;
    if (base === 1) continue;
    if (lagged && impaired_now[test] === 1) {
      impaired_now[test] = 0;
      continue;
    }
    if (landings > 0 && rng() >= staysImpaired(lagged ? Math.max(base, settings.lagged_repair_base) : base, exponent))
      suite.base[test] = 1;
  }
}

/** base^exponent for base in [0, 1) and exponent > 0. */
function staysImpaired(base: number, exponent: number): number {
  return base === 0 ? 0 : pow(base, exponent);
}
