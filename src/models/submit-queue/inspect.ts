import { EngineError } from '../../errors.ts';
import { historyFacts, type HistoryFacts } from './history-facts.ts';
import { historyNotes } from './history-notes.ts';
import { readHistory } from './read-history.ts';

/** Whether a file begins like a build history with a header (a byte-order mark is no matter). */
export function looksLikeHistory(bytes: Uint8Array): boolean {
  return /^"?change_number"?,/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}

/** What a history holds, and what is wrong with it. Throws EngineError DATA for a file that holds no history. */
export function inspectHistory(
  path: string,
  bytes: Uint8Array,
): { facts: HistoryFacts; problems: string[]; text: string } {
  if (bytes.length === 0) throw new EngineError('DATA', `${path}: no records: the file is empty`, { path });
  const history = readHistory(path, bytes);
  const facts = historyFacts(history);
  const problems = [...history.malformed, ...historyNotes(history)];
  return { facts, problems, text: inspectionText(facts, problems) };
}

function inspectionText(facts: HistoryFacts, problems: readonly string[]): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const lines = [
    `rows       ${facts.rows} usable, ${facts.malformed_rows} malformed, ${facts.repeated_rows} repeated; ${percent(facts.row_success_rate)} successes`,
    `span       ${facts.first} to ${facts.last}: ${facts.hours} hours, ${facts.hours_with_changes} of them with changes, at most ${facts.most_changes_in_an_hour} in one`,
    `changes    ${facts.changes}: ${facts.culprits} with a failing target, ${facts.soft} with a flaky one only, ${facts.innocent} clean (${percent(facts.change_pass_rate)})`,
    `labels     ${facts.labelled_bad} is_bad; ${facts.labelled_without_failure} of them without a failing target; ${facts.failing_without_label} failing without the label`,
    `targets    ${facts.targets}`,
    ...facts.worst_targets.map(
      ({ target, failed, flaky }) => `           ${target}: fails for ${failed} changes, flaky for ${flaky}`,
    ),
  ];
  return [
    ...lines,
    ...(problems.length === 0 ? ['problems   none'] : ['problems', ...problems.map((line) => `  ${line}`)]),
  ].join('\n');
}
