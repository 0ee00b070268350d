import type { Note, Parameters } from '../../model/model.ts';
import { historyFacts, type HistoryFacts } from './history-facts.ts';
import type { History } from './history.ts';
import { PARAMETERS } from './parameters.ts';

const PRIMING = PARAMETERS.priming_ticks.default;
const MEASURE = PARAMETERS.measure_ticks.default;

/** What a person should know about a history before trusting what a replay of it says; nothing if all is well. */
export function historyNotes(history: History, cells: Iterable<Parameters>): Note[] {
  const ticks = shortestRun(cells);
  if (ticks === undefined) return [];
  const { path, malformed_rows } = history;
  const late = history.hour.reduce((count, hour) => count + (hour >= ticks ? 1 : 0), 0);
  return [
    ...noted(path, [
      ['MALFORMED_ROWS', malformed_rows, `${plural(malformed_rows, 'malformed row')} dropped (on_malformed: skip)`],
    ]),
    ...disagreementNotes(path, historyFacts(history)),
    ...noted(path, [
      [
        'CHANGES_TOO_LATE',
        late,
        `${plural(late, 'change')} after the first ${ticks} hours: a run that long ignores them`,
      ],
    ]),
  ];
}

/** Where rows of one change contradict each other, or its label. */
export function disagreementNotes(path: string, facts: HistoryFacts): Note[] {
  const { conflicting_times, conflicting_labels, labelled_without_failure, failing_without_label } = facts;
  return noted(path, [
    [
      'CONFLICTING_TIMES',
      conflicting_times,
      `${plural(conflicting_times, 'change')} with different creation_time_millis in their rows: the first row decides`,
    ],
    [
      'CONFLICTING_LABELS',
      conflicting_labels,
      `${plural(conflicting_labels, 'change')} with different is_bad in their rows: the first row decides`,
    ],
    [
      'LABEL_DISAGREES',
      labelled_without_failure + failing_without_label,
      `label and effect disagree: ${facts.labelled_bad} of ${facts.changes} changes are labelled is_bad, ${facts.culprits} have a failing target; ` +
        `${labelled_without_failure} labelled without one, ${failing_without_label} with one unlabelled`,
    ],
  ]);
}

/** Hours of the history that the shortest run of a csv cell takes in; undefined where no cell replays it. */
function shortestRun(cells: Iterable<Parameters>): number | undefined {
  let shortest: number | undefined;
  for (const parameters of cells) {
    if (parameters.mode !== 'csv') continue;
    const ticks = Number(parameters.priming_ticks ?? PRIMING) + Number(parameters.measure_ticks ?? MEASURE);
    shortest = Math.min(shortest ?? Infinity, ticks);
  }
  return shortest;
}

function noted(path: string, counted: readonly (readonly [code: string, count: number, text: string])[]): Note[] {
  return counted.flatMap(([code, count, text]) => (count > 0 ? [{ code, message: `${path}: ${text}` }] : []));
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
