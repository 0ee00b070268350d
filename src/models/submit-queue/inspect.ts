import { EngineError } from '../../errors.ts';
import type { InputFile, Inspection } from '../../model/model.ts';
import { historyFacts, type HistoryFacts } from './history-facts.ts';
import { disagreementNotes } from './history-notes.ts';
import { HISTORY_COLUMNS } from './history.ts';
import { readHistory } from './read-history.ts';

/** Whether a first line is the header of a build history, or a row of one without a header. */
export function looksLikeHistory(first_line: string): boolean {
  return /^"?change_number"?,|^\d+,[^,]+,\d+,(true|false),(true|false),[^,]*,[^,]*,(true|false)$/i.test(first_line);
}

/** What a history holds, and what is wrong with it. Throws EngineError DATA for a file that holds no history. */
export function inspectHistory({ path, bytes }: InputFile): Inspection & { readonly facts: HistoryFacts } {
  if (bytes.length === 0) {
    const columns = HISTORY_COLUMNS.join(',');
    throw new EngineError('DATA', `${path}: no records: the file is empty; a build history has ${columns}`, { path });
  }
  const history = readHistory(path, bytes);
  const facts = historyFacts(history);
  return {
    facts,
    text: factsText(facts),
    problems: history.malformed,
    n_problems: history.malformed_rows,
    notes: disagreementNotes(history.path, facts),
  };
}

function factsText(facts: HistoryFacts): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  return [
    `rows       ${facts.rows} usable, ${facts.malformed_rows} malformed, ${facts.repeated_rows} repeated; ${percent(facts.row_success_rate)} successes`,
    `span       ${facts.first} to ${facts.last}: ${facts.hours} hours, ${facts.hours_with_changes} of them with changes, at most ${facts.most_changes_in_an_hour} in one`,
    `changes    ${facts.changes}: ${facts.culprits} with a failing target, ${facts.soft} with a flaky one only, ${facts.innocent} clean (${percent(facts.change_pass_rate)})`,
    `labels     ${facts.labelled_bad} is_bad; ${facts.labelled_without_failure} of them without a failing target; ${facts.failing_without_label} failing without the label`,
    `targets    ${facts.targets}${facts.worst_targets.length === 0 ? ', none of them ever fails' : ''}`,
    ...facts.worst_targets.map(
      ({ target, failed, flaky }) => `           ${target}: fails for ${failed} changes, flaky for ${flaky}`,
    ),
  ].join('\n');
}
