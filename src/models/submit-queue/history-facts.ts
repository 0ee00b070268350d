import { FAILED, HOUR_MS, type History } from './history.ts';

/** What a build history holds. */
export interface HistoryFacts {
  readonly rows: number;
  readonly malformed_rows: number;
  readonly repeated_rows: number;
  readonly changes: number;
  readonly targets: number;
  /** First and last creation time, ISO 8601 in UTC. */
  readonly first: string;
  readonly last: string;
  readonly hours: number;
  readonly hours_with_changes: number;
  readonly most_changes_in_an_hour: number;
  /** Share of rows with success, and of changes with no failing and no flaky target. */
  readonly row_success_rate: number;
  readonly change_pass_rate: number;
  /** Changes by effect: some target fails; none fails but some is flaky; neither. */
  readonly culprits: number;
  readonly soft: number;
  readonly innocent: number;
  /** Changes labelled is_bad, and where label and effect disagree. */
  readonly labelled_bad: number;
  readonly labelled_without_failure: number;
  readonly failing_without_label: number;
  readonly conflicting_times: number;
  readonly conflicting_labels: number;
  /** The targets that fail or flake for the most changes, the worst first. */
  readonly worst_targets: readonly { readonly target: string; readonly failed: number; readonly flaky: number }[];
  readonly malformed: readonly string[];
}

const WORST_TARGETS = 5;

export function historyFacts(history: History): HistoryFacts {
  const { culprits, soft, labelled_bad, labelled_without_failure } = changeCounts(history);
  const { hours_with_changes, most_changes_in_an_hour } = hourCounts(history);
  let first = Infinity;
  let last = 0;
  for (const time of history.creation_time_ms) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  const innocent = history.changes - culprits - soft;
  return {
    rows: history.rows,
    malformed_rows: history.malformed_rows,
    repeated_rows: history.repeated_rows,
    changes: history.changes,
    targets: history.targets.length,
    first: isoTime(first),
    last: isoTime(last),
    hours: history.hours,
    hours_with_changes,
    most_changes_in_an_hour,
    row_success_rate: 1 - history.failed_rows / history.rows,
    change_pass_rate: innocent / history.changes,
    culprits,
    soft,
    innocent,
    labelled_bad,
    labelled_without_failure,
    failing_without_label: culprits - (labelled_bad - labelled_without_failure),
    conflicting_times: history.conflicting_times,
    conflicting_labels: history.conflicting_labels,
    worst_targets: worstTargets(history),
    malformed: history.malformed,
  };
}

function changeCounts(history: History): {
  culprits: number;
  soft: number;
  labelled_bad: number;
  labelled_without_failure: number;
} {
  const counts = { culprits: 0, soft: 0, labelled_bad: 0, labelled_without_failure: 0 };
  for (let change = 0; change < history.changes; change++) {
    const results = history.result.subarray(history.first_result[change], history.first_result[change + 1]);
    const fails = results.includes(FAILED);
    if (fails) counts.culprits++;
    else if (results.length > 0) counts.soft++;
    if (history.is_bad[change] === 0) continue;
    counts.labelled_bad++;
    if (!fails) counts.labelled_without_failure++;
  }
  return counts;
}

function hourCounts({ hour }: History): { hours_with_changes: number; most_changes_in_an_hour: number } {
  let hours_with_changes = 0;
  let most_changes_in_an_hour = 0;
  let start = 0;
  for (let at = 0; at < hour.length; at++) {
    if (hour[at] !== hour[start]) start = at;
    if (at === start) hours_with_changes++;
    most_changes_in_an_hour = Math.max(most_changes_in_an_hour, at - start + 1);
  }
  return { hours_with_changes, most_changes_in_an_hour };
}

function worstTargets(history: History): HistoryFacts['worst_targets'] {
  const counts = history.targets.map((target) => ({ target, failed: 0, flaky: 0 }));
  for (let at = 0; at < history.result.length; at++) {
    const count = counts[history.result_test[at]!]!;
    if (history.result[at] === FAILED) count.failed++;
    else count.flaky++;
  }
  return counts
    .filter(({ failed, flaky }) => failed + flaky > 0)
    .sort((a, b) => b.failed - a.failed || b.flaky - a.flaky)
    .slice(0, WORST_TARGETS);
}

/** Years that no calendar holds are shown as hours. */
function isoTime(time_ms: number): string {
  const date = new Date(time_ms);
  return Number.isNaN(date.getTime()) ? `hour ${Math.floor(time_ms / HOUR_MS)}` : date.toISOString();
}
