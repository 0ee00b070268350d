import { PARAMETERS } from './parameters.ts';
import type { History } from './history.ts';
import { historyFacts } from './history-facts.ts';

/** Ticks of a run at the default lengths. */
const DEFAULT_TICKS = PARAMETERS.priming_ticks.default + PARAMETERS.measure_ticks.default;

/** What a person should know about a history before trusting what a replay of it says. One line each; none if all is well. */
export function historyNotes(history: History): string[] {
  const facts = historyFacts(history);
  const late = history.hour.reduce((count, hour) => count + (hour >= DEFAULT_TICKS ? 1 : 0), 0);
  const notes = [
    [
      facts.malformed_rows,
      `${facts.malformed_rows} malformed rows; with on_malformed: skip they are dropped, otherwise refused`,
    ],
    [
      facts.conflicting_times,
      `${facts.conflicting_times} changes have rows with different creation_time_millis: the first row decides`,
    ],
    [
      facts.conflicting_labels,
      `${facts.conflicting_labels} changes have rows with different is_bad: the first row decides`,
    ],
    [
      facts.labelled_without_failure + facts.failing_without_label,
      `label and effect disagree: ${facts.labelled_bad} of ${facts.changes} changes are labelled is_bad, ${facts.culprits} have a failing target; ` +
        `${facts.labelled_without_failure} labelled without one, ${facts.failing_without_label} with one unlabelled`,
    ],
    [late, `${late} changes come after hour ${DEFAULT_TICKS}: a run of the default length ignores them`],
  ] as const;
  return notes.filter(([count]) => count > 0).map(([, text]) => `${history.path}: ${text}`);
}
