import { Simulator } from '../execute/simulator.ts';
import { placeOf } from '../model/model-source.ts';
import type { Failure } from '../store/failures.ts';
import type { Parameters, PermutationSummary } from '../model/model.ts';
import { allParameters } from '../study/cells.ts';
import { placeOfCell } from '../study/find-cell.ts';
import { setupOf } from '../execute/model-setup.ts';
import { cellOf, seedOf } from '../plan/run-cell.ts';
import { chooseKernel } from '../execute/kernel-choice.ts';
import { pickRows } from '../store/pick-rows.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { storedStudy } from '../stored/stored-experiment.ts';
import { filesOf, type StudyPlace } from './given-study.ts';
import { refusePastEnd } from './seeds.ts';

/** One permutation computed alone, beside what is stored. */
export interface Replay {
  readonly cell_id: string;
  readonly parameters: Parameters;
  readonly perm_index: number;
  readonly seed: string | number;
  /** The row computed now; undefined where the permutation failed. */
  readonly row: Readonly<Record<string, number>> | undefined;
  readonly failure: Failure | undefined;
  /** What it threw, its stack in lines of the user's own source. */
  readonly error: Error | undefined;
  /** The line of the user's own source that threw, e.g. `./model.ts:3`. */
  readonly at: string | undefined;
  /** The row on disk; undefined where there is none. */
  readonly stored: Readonly<Record<string, number>> | undefined;
  /** Equal in every bit. */
  readonly equal: boolean;
  /** What happened, step by step; undefined where the model does not tell. */
  trace(): Promise<Iterable<string> | undefined>;
  /** Undefined where the model sums nothing up, or the permutation failed. */
  summary(): Promise<PermutationSummary | undefined>;
}

/**
 * Computes one permutation of a run alone, and compares it with the stored row. The cell is named by its id, or by values of parameters that no other cell
 * has (`p=0.5,flips=100`). Throws USAGE where the run has no such cell or permutation.
 */
export async function replay(
  output: string,
  named: string,
  perm_index: number,
  place: StudyPlace = {},
  { port }: Host = thisMachine,
): Promise<Replay> {
  const { experiment } = await storedStudy(port, output, filesOf(place));
  const { cells, study } = experiment;
  const index = placeOfCell(study, cells, named, output);
  refusePastEnd(perm_index, study.permutations, 'the run has');
  const at = cells.at(index);
  const cell = cellOf(experiment, at, output);
  const { metrics } = cell.setup.schema;
  const simulator = await Simulator.create(setupOf(experiment, chooseKernel('auto', 0).kernel));
  const computed = await simulator.computeOne(cell.setup, perm_index).finally(() => simulator.close());
  const row = computed instanceof Float64Array ? rowOf(metrics, [...computed]) : undefined;
  const line = pickRows(port, cell.place, study.permutations, [perm_index]).get(perm_index);
  const stored = line === undefined ? undefined : rowOf(metrics, line.trim().split(',').slice(1).map(Number));
  const seed = seedOf(cell, perm_index);
  const failed = computed instanceof Float64Array ? undefined : computed;
  return {
    cell_id: at.cell_id,
    parameters: allParameters(at),
    perm_index,
    seed: /^\d+$/.test(seed) ? Number(seed) : seed,
    row,
    failure: failed?.failure,
    error: failed?.error,
    at: placeOf(failed?.error),
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
