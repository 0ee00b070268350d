import type { Rng } from '../../random/generator.ts';
import type { Effects } from './change.ts';
import type { Suite } from './suite.ts';

/**
 * One set of changes being tested: the tests it touches and the pass probability of each, which is the smallest of the main branch
 * and all its members (two flaky changes do not compound).
 */
export interface Evaluation {
  /** Pass probability of the tests touched by this set. */
  readonly pass: Float64Array;
  /** Which set touched a test last; a test is touched by the present set where this equals `set`. */
  readonly touched_by: Int32Array;
  set: number;
  readonly touched: Int32Array;
  touched_count: number;
  /** The failing tests of this set, entries 0 .. `failed_count` - 1. */
  readonly failed: Int32Array;
  failed_count: number;
}

export function createEvaluation(tests: number): Evaluation {
  return {
    pass: new Float64Array(tests),
    touched_by: new Int32Array(tests),
    set: 0,
    touched: new Int32Array(tests),
    touched_count: 0,
    failed: new Int32Array(tests),
    failed_count: 0,
  };
}

export function resetEvaluation(evaluation: Evaluation): void {
  evaluation.touched_by.fill(0);
  evaluation.set = 0;
}

/** The change fails whatever is drawn: it breaks an active test. */
export function failsForCertain(effects: Effects, suite: Suite): boolean {
  const { tests, rates } = effects;
  for (let j = 0; j < tests.length; j++) if (rates[j] === 0 && suite.active[tests[j]!] === 1) return true;
  return false;
}

/** An empty set; members follow with `addMember`. */
export function beginSet(evaluation: Evaluation): void {
  evaluation.set++;
  evaluation.touched_count = 0;
}

export function addMember(evaluation: Evaluation, effects: Effects, suite: Suite): void {
  const { pass, touched_by, touched, set } = evaluation;
  const { tests, rates } = effects;
  for (let j = 0; j < tests.length; j++) {
    const test = tests[j]!;
    if (suite.active[test] === 0) continue;
    if (touched_by[test] !== set) {
      touched_by[test] = set;
      pass[test] = suite.base[test]!;
      touched[evaluation.touched_count++] = test;
    }
    if (rates[j]! < pass[test]!) pass[test] = rates[j]!;
  }
}

/**
 * Runs the set: one draw per active test that can fail, first those impaired on the main branch, then the others touched.
 * Notes the failing tests and returns whether there is none. `listImpaired` must have been called for the present tick.
 */
export function runSet(evaluation: Evaluation, suite: Suite, rng: Rng): boolean {
  const { pass, touched_by, touched, failed, set } = evaluation;
  let failures = 0;
  for (let i = 0; i < suite.impaired_count; i++) {
    const test = suite.impaired[i]!;
    const p = touched_by[test] === set ? pass[test]! : suite.base[test]!;
    if (rng() >= p) failed[failures++] = test;
  }
  for (let i = 0; i < evaluation.touched_count; i++) {
    const test = touched[i]!;
    if (suite.base[test]! < 1) continue;
    if (rng() >= pass[test]!) failed[failures++] = test;
  }
  evaluation.failed_count = failures;
  return failures === 0;
}

/** Tests one change alone. */
export function passesAlone(evaluation: Evaluation, effects: Effects, suite: Suite, rng: Rng): boolean {
  if (failsForCertain(effects, suite)) return false;
  beginSet(evaluation);
  addMember(evaluation, effects, suite);
  return runSet(evaluation, suite, rng);
}
