import type { FilePort } from '../files/port.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { makeFolder } from '../files/folder.ts';
import { writeLines, writeSmallFile } from '../files/small-file.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { finalResultsLines } from './final-results.ts';
import { selectedCells } from '../plan/select-cells.ts';
import { writeStepTables } from './step-tables.ts';
import { gridSummaryLines } from './grid-summary.ts';

/** Everything that a run leaves beside its cells: tables made from the summaries of all complete cells, those of earlier runs included. */
export async function writeResults(
  port: FilePort,
  experiment: LoadedStudy,
  complete: boolean,
  warn: (line: string) => void,
): Promise<void> {
  const { study } = experiment;
  const layout = layoutOf(study.output);
  const { metrics } = study;
  const parameters = Object.keys(study.model.parameters);
  const everything = selectedCells(experiment);
  await writeLines(port, layout.grid_summary, gridSummaryLines(port, everything, parameters, metrics));
  await makeFolder(port, layout.results);
  await writeLines(port, layout.final_results, finalResultsLines(port, everything, parameters, metrics));
  if (study.surface.steps.length > 0) await writeStepTables(port, experiment, warn);
  if (complete) {
    await writeSmallFile(
      port,
      layout.done,
      `${study.name}: all ${experiment.cells.length} cells complete, ${study.precision.length > 0 ? 'at most ' : ''}${study.permutations} permutations each\n`,
    );
  }
}
