import type { Clock } from '../../clock.ts';
import type { ClaimedStudy } from './claim-studies.ts';
import { withSpace } from './disk-space.ts';
import type { FilePort } from '../../files/port.ts';
import { inputNotes, type LoadedStudy } from '../../study/loaded-study.ts';
import type { Tell } from './events.ts';
import type { CellStates } from '../../stored/cell-states.ts';
import type { CellCounts, ResolvedOptions, StudyResult } from '../run-options.ts';
import type { RunOutput } from './run-output.ts';
import type { Readers } from '../../readers/readers.ts';
import { readUnread } from './read-unread.ts';
import { singlePermutation } from './single-permutation.ts';
import { endOf, exitCode } from './run-end.ts';
import type { StopReason, StopSwitch } from '../stop.ts';
import { writeResults } from '../../tables/write-results.ts';

export interface LastWords {
  readonly readers: Readers;
  readonly clock: Clock;
  readonly stop: StopSwitch;
  readonly tell: Tell;
}

/** What a run writes last in one output. */
export async function endOutput(
  port: FilePort,
  { experiment }: ClaimedStudy,
  output: RunOutput,
  { kernel, compute }: ResolvedOptions,
  { readers, clock, stop, tell }: LastWords,
): Promise<StudyResult> {
  const { study } = experiment;
  const { progress, states, cells, books } = output;
  const unread = output.started ? await readUnread(port, output, readers, clock) : 0;
  const complete = states.count('complete');
  const shared = states.count('shared');
  const whole = complete === experiment.cells.length;
  if (output.started) {
    await books.end();
    try {
      await writeResults(port, experiment, whole, {
        outdated: output.outdated,
        lines: output.lines,
        each: (write) => output.unlessHeld(write),
        warn: (message) => {
          tell({ type: 'warning', message });
        },
      });
    } catch (error) {
      output.fail(error);
    }
  }
  const numbers = progress.numbers();
  const reason = output.live ? (stop.reason ?? leftUndone(output)) : ({ kind: 'error', error: output.error } as const);
  const stopped = withSpace(reason, numbers.permutations_done, output.forecast);
  const done = complete + shared === cells.length;
  const exit = exitCode(stopped, done || !compute);
  if (output.started) await books.lastWords(...endOf(stopped, exit, { whole, done }));
  return {
    output: study.output,
    name: study.name,
    cells: cells.length,
    complete,
    shared,
    permutations_computed: numbers.permutations_computed,
    permutations_reused: numbers.permutations_done - numbers.permutations_computed,
    permutations_total: numbers.permutations_total,
    unread,
    at_most: output.stopping !== undefined && output.share === undefined && complete < cells.length,
    seconds: numbers.uptime_seconds,
    permutations_per_second: numbers.permutations_computed / numbers.uptime_seconds,
    kernel:
      numbers.permutations_computed > 0 && study.model.kernels?.includes(study.seed.generator) ? kernel : undefined,
    partial: partialCells(experiment, states),
    n_failures: books.n_failures,
    first_failure: books.first_failure,
    summary: complete === cells.length ? await singlePermutation(experiment, kernel) : undefined,
    notes: inputNotes(experiment),
    stopped,
    exit,
  };
}

function leftUndone({ left_undone }: RunOutput): StopReason | undefined {
  return left_undone && { kind: 'error', error: left_undone };
}

/** How many are named in a message. */
const NAMED_CELLS = 10;

function partialCells({ cells }: LoadedStudy, states: CellStates): StudyResult['partial'] {
  const first: CellCounts[] = [];
  let count = 0;
  for (let index = 0; index < cells.length; index += 1) {
    const [n_done, n_target] = [states.done(index), states.target(index)];
    if (n_done === 0 || n_done >= n_target) continue;
    count += 1;
    if (first.length < NAMED_CELLS) first.push({ cell_id: cells.idAt(index), n_done, n_target });
  }
  return { cells: count, first };
}
