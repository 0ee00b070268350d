import { disk } from '../../store/disk.ts';
import { layoutOf } from '../../store/layout.ts';
import { makeFolder } from '../../store/folder.ts';
import { writeLines, writeSmallFile } from '../../store/small-file.ts';
import { collectGarbage } from '../collect-garbage.ts';
import type { Experiment } from '../experiment.ts';
import { finalResultsLines } from './final-results.ts';
import type { CellStates } from '../run-cell.ts';
import { selectedCells } from '../select-cells.ts';
import { writeStepTables } from './step-tables.ts';
import { gridSummaryLines } from './grid-summary.ts';

/** Everything that a run leaves beside its cells: tables made from the summaries of all complete cells, those of earlier runs included. */
export async function writeResults(
  experiment: Experiment,
  states: CellStates,
  warn: (line: string) => void,
): Promise<void> {
  const { study } = experiment;
  const layout = layoutOf(study.output);
  const metrics = Object.keys(study.model.metrics);
  const parameters = Object.keys(study.model.parameters);
  const everything = selectedCells(experiment);
  await writeLines(disk, layout.grid_summary, gridSummaryLines(everything, parameters, metrics));
  collectGarbage(experiment.cells.length);
  await makeFolder(disk, layout.results);
  await writeLines(disk, layout.final_results, finalResultsLines(everything, parameters, metrics));
  collectGarbage(experiment.cells.length);
  if (study.surface.steps.length > 0) await writeStepTables(experiment, warn);
  if (states.count('complete') === experiment.cells.length) {
    await writeSmallFile(
      disk,
      layout.done,
      `${study.name}: all ${experiment.cells.length} cells complete, ${study.precision.length > 0 ? 'at most ' : ''}${study.permutations} permutations each\n`,
    );
  }
}
