import { effectsOf, type Effects } from './change.ts';

/** The columns of a build history: one row per (change, target) result. `timestamp` and `hour` are ignored. */
export const HISTORY_COLUMNS = [
  'change_number',
  'target',
  'creation_time_millis',
  'success',
  'flake',
  'timestamp',
  'hour',
  'is_bad',
] as const;

/** Length of a tick of a history. */
export const HOUR_MS = 3_600_000;

/** What a target made of a change, over all its rows. */
export const FLAKY = 1;
export const FAILED = 2;

/**
 * A build history as the model needs it. The typed arrays are shared memory: workers read them without a copy. Changes are in
 * order of arrival: by hour, within an hour in the order of the file.
 */
export interface History {
  readonly path: string;
  /** Names of the targets, by test number: in order of first appearance. */
  readonly targets: readonly string[];
  readonly changes: number;
  readonly change_number: Float64Array;
  readonly creation_time_ms: Float64Array;
  /** Whole hours since the first hour. */
  readonly hour: Float64Array;
  /** 1: the history calls the change bad. */
  readonly is_bad: Uint8Array;
  /** The results other than a plain pass: those of change i are entries `first_result[i]` .. `first_result[i + 1] - 1`. */
  readonly first_result: Int32Array;
  readonly result_test: Int32Array;
  /** `FLAKY` or `FAILED`. */
  readonly result: Uint8Array;
  /** Hours from the first to the last, both included. */
  readonly hours: number;

  readonly rows: number;
  readonly failed_rows: number;
  readonly flaky_rows: number;
  /** Rows whose (change, target) had a row before. */
  readonly repeated_rows: number;
  /** Changes with rows that contradict the first one. */
  readonly conflicting_times: number;
  readonly conflicting_labels: number;
  readonly malformed_rows: number;
  /** The first malformed rows: line, column, value. */
  readonly malformed: readonly string[];
}

/** The changes of the first `limit` hours, in order of arrival: failed targets get effect 0, flaky ones `flake_pass_rate`. */
export function changesOfHistory(
  history: History,
  flake_pass_rate: number,
  limit: number,
): { effects: Effects[]; tick: Float64Array } {
  const effects: Effects[] = [];
  for (let change = 0; change < history.changes && history.hour[change]! < limit; change++) {
    const tests: number[] = [];
    const rates: number[] = [];
    for (let at = history.first_result[change]!; at < history.first_result[change + 1]!; at++) {
      const rate = history.result[at] === FAILED ? 0 : flake_pass_rate;
      if (rate >= 1) continue;
      tests.push(history.result_test[at]!);
      rates.push(rate);
    }
    effects.push(effectsOf(tests, rates, history.is_bad[change] === 1));
  }
  return { effects, tick: history.hour };
}
