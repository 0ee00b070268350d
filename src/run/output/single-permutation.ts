import { Simulator } from '../../execute/simulator.ts';
import type { Kernel, PermutationSummary } from '../../model/model.ts';
import { setupOf } from '../../execute/model-setup.ts';
import { cellOf } from '../../plan/run-cell.ts';
import type { LoadedStudy } from '../../study/loaded-study.ts';
import { chooseKernel } from '../../execute/kernel-choice.ts';

/**
 * The only permutation of a study summed up by its model; undefined for a study of more, and for a model that sums nothing up. Computes the
 * permutation again: a row of numbers does not hold all that a summary tells.
 */
export async function singlePermutation(
  experiment: LoadedStudy,
  kernel: Kernel,
): Promise<PermutationSummary | undefined> {
  const { cells, study } = experiment;
  if (cells.length !== 1 || study.permutations !== 1 || study.model.summary === undefined) return undefined;
  const { setup } = cellOf(experiment, cells.at(0), study.output);
  return (await Simulator.create(setupOf(experiment, chooseKernel(kernel, 0).kernel))).summary(setup, 0);
}
