import type { StudyResult } from '../run/run-options.ts';

/**
 * Rounds of one study, each of which found the rows of those before it, as one run: what was computed in any of them was computed, all else that is there was
 * reused. Everything that is not a count of work is as the last round left it.
 */
export function asOneRun(rounds: readonly StudyResult[]): StudyResult {
  const last = rounds.at(-1)!;
  const permutations_computed = rounds.reduce((sum, round) => sum + round.permutations_computed, 0);
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0);
  return {
    ...last,
    permutations_computed,
    permutations_reused: last.permutations_computed + last.permutations_reused - permutations_computed,
    seconds,
    permutations_per_second: permutations_computed / seconds,
  };
}
