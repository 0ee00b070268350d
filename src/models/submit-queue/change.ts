import type { Rng } from '../../random/generator.ts';

/** What a change does to the tests, seen from its effects alone (an `is_bad` label is another truth). */
export const INNOCENT = 0;
/** No test is broken for certain, but some test becomes flaky. */
export const SOFT = 1;
/** Some test fails for certain. */
export const CULPRIT = 2;
export type Truth = typeof INNOCENT | typeof SOFT | typeof CULPRIT;

/** The effects of a change: `rates[j]` in [0, 1) is the pass rate it leaves test `tests[j]`; other tests are unaffected. */
export interface Effects {
  readonly tests: readonly number[];
  readonly rates: readonly number[];
  readonly truth: Truth;
  /** The history calls the change bad (`is_bad`). Scoring only. */
  readonly label: boolean;
}

/** Shared by all changes without effects and label: nearly all changes. */
export const NO_EFFECTS: Effects = { tests: [], rates: [], truth: INNOCENT, label: false };

/** Effects with their truth class. Rates of 1 or more are no effect and must not be passed. */
export function effectsOf(tests: readonly number[], rates: readonly number[], label: boolean): Effects {
  if (tests.length === 0 && !label) return NO_EFFECTS;
  const truth = tests.length === 0 ? INNOCENT : rates.includes(0) ? CULPRIT : SOFT;
  return { tests, rates, truth, label };
}

/** Pass rates that a touched test is left with, and the cumulative probability of each. */
const LADDER_RATE = [1, 0.995, 0.98, 0.95, 0.8, 0.2, 0];
const LADDER_BELOW = [0.5, 0.55, 0.59, 0.6, 0.64, 0.68, 1];

/** What generated changes look like. */
export interface ChangeSource {
  readonly culprit_prob: number;
  /** Probability that a bad change touches a given test. */
  readonly touch_prob: number;
  readonly test_stability: number;
  readonly test_count: number;
}

/** `hit_rate` is marginal over all changes, so only the bad ones touch tests, the more often the rarer they are. */
export function changeSource(
  settings: { readonly culprit_prob: number; readonly hit_rate: number; readonly test_stability: number },
  test_count: number,
): ChangeSource {
  const { culprit_prob, hit_rate, test_stability } = settings;
  const touch_prob = culprit_prob > 0 ? Math.min(1, hit_rate / culprit_prob) : 0;
  return { culprit_prob, touch_prob, test_stability, test_count };
}

/** A fresh change: one draw if it is not bad, else one more per test and one per touched test. */
export function generateEffects(source: ChangeSource, rng: Rng): Effects {
  if (rng() >= source.culprit_prob) return NO_EFFECTS;
  const tests: number[] = [];
  const rates: number[] = [];
  for (let test = 0; test < source.test_count; test++) {
    if (rng() >= source.touch_prob) continue;
    const rate = ladderRate(rng()) * source.test_stability;
    if (rate >= 1) continue;
    tests.push(test);
    rates.push(rate);
  }
  return effectsOf(tests, rates, false);
}

function ladderRate(u: number): number {
  let rung = 0;
  while (u >= LADDER_BELOW[rung]!) rung++;
  return LADDER_RATE[rung]!;
}

/** The change as its author sends it again: what failed for certain is fixed, what is flaky is not noticed. */
export function mended(effects: Effects): Effects {
  const kept = effects.rates.map((rate, j) => [effects.tests[j]!, rate] as const).filter(([, rate]) => rate > 0);
  return effectsOf(
    kept.map(([test]) => test),
    kept.map(([, rate]) => rate),
    false,
  );
}
