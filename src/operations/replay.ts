import { Simulator } from '../execute/simulator.ts';
import type { PermutationFailure } from '../execute/messages.ts';
import type { PermutationSummary } from '../model/model.ts';
import { describeSeed } from '../random/streams.ts';
import { setupOf } from '../execute/model-setup.ts';
import { cellOf } from '../plan/run-cell.ts';
import { chooseKernel } from '../execute/kernel-choice.ts';
import { pickRows } from '../store/pick-rows.ts';
import { thisMachine, type Host } from '../readers/host.ts';
import { storedStudy, type StudyFiles } from '../stored/stored-experiment.ts';

export interface Replay {
  readonly target: number;
  readonly seed: string | number;
  /** The row computed now; undefined where the permutation failed. */
  readonly row: Readonly<Record<string, number>> | undefined;
  readonly failure: PermutationFailure | undefined;
  /** The row on disk; undefined where there is none. */
  readonly stored: Readonly<Record<string, number>> | undefined;
  /** Equal in every bit. */
  readonly equal: boolean;
  trace(): Promise<Iterable<string> | undefined>;
  /** Undefined where the model sums nothing up, or the permutation failed. */
  summary(): Promise<PermutationSummary | undefined>;
}

/** Computes one permutation of a run alone. Undefined where the run has no such cell. */
export async function replayPermutation(
  output: string,
  cell_id: string,
  perm_index: number,
  files: StudyFiles = {},
  { port }: Host = thisMachine,
): Promise<Replay | undefined> {
  const { experiment } = await storedStudy(port, output, files);
  const { cells, study } = experiment;
  const place = cells.indexOf(cell_id);
  if (place < 0) return undefined;
  const cell = cellOf(experiment, cells.at(place), output);
  const { metrics } = cell.setup.schema;
  const simulator = await Simulator.create(setupOf(experiment, chooseKernel('auto', 0).kernel));
  const computed = await simulator.computeOne(cell.setup, perm_index);
  const row = computed instanceof Float64Array ? rowOf(metrics, [...computed]) : undefined;
  const line = pickRows(port, cell.place, study.permutations, [perm_index]).get(perm_index);
  const stored = line === undefined ? undefined : rowOf(metrics, line.trim().split(',').slice(1).map(Number));
  const seed = describeSeed(cell.setup.source, perm_index);
  return {
    target: study.permutations,
    seed: /^\d+$/.test(seed) ? Number(seed) : seed,
    row,
    failure: computed instanceof Float64Array ? undefined : computed,
    stored,
    equal:
      row !== undefined && stored !== undefined && metrics.every((metric) => Object.is(row[metric], stored[metric])),
    trace: () => simulator.trace(cell.setup, perm_index),
    summary: () => (row === undefined ? Promise.resolve(undefined) : simulator.summary(cell.setup, perm_index)),
  };
}

function rowOf(metrics: readonly string[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(metrics.map((metric, m) => [metric, values[m]!]));
}
