import type { FilePort } from '../files/port.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { makeOwnFolder } from '../files/folder.ts';
import { writeLines, writeSmallFile } from '../files/small-file.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { finalResultsLines } from './final-results.ts';
import { selectedCells } from '../plan/select-cells.ts';
import type { RunCell } from '../plan/run-cell.ts';
import { writeStepTables } from './step-tables.ts';
import type { TableWriting } from './table-writing.ts';
import { gridSummaryLines } from './grid-summary.ts';

/** Everything that a run leaves beside its cells: tables made from the summaries of all complete cells, those of earlier runs included. */
export async function writeResults(
  port: FilePort,
  experiment: LoadedStudy,
  complete: boolean,
  { outdated, each, warn }: TableWriting,
): Promise<void> {
  const { study } = experiment;
  const layout = layoutOf(study.output);
  const { metrics } = study;
  const parameters = Object.keys(study.model.parameters);
  const everything = (): Iterable<RunCell> => without(selectedCells(experiment), outdated);
  await each(() => writeLines(port, layout.grid_summary, gridSummaryLines(port, everything(), parameters, metrics)));
  await makeOwnFolder(port, layout.results);
  await each(() => writeLines(port, layout.final_results, finalResultsLines(port, everything(), parameters, metrics)));
  if (study.surface.steps.length > 0) await writeStepTables(port, experiment, { outdated, each, warn });
  if (!complete) return;
  const most = study.precision.length > 0 ? 'at most ' : '';
  const text = `${study.name}: all ${experiment.cells.length} cells complete, ${most}${study.permutations} permutations each\n`;
  await each(() => writeSmallFile(port, layout.done, text));
}

function* without(cells: Iterable<RunCell>, outdated: ReadonlySet<string>): Generator<RunCell> {
  for (const cell of cells) if (!outdated.has(cell.cell_id)) yield cell;
}
