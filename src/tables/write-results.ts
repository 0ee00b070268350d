import type { FilePort } from '../files/port.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { makeOwnFolder } from '../files/folder.ts';
import { writeLines, writeSmallFile } from '../files/small-file.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { selectedCells } from '../plan/select-cells.ts';
import { writeStepTables } from './step-tables.ts';
import type { TableWriting } from './table-writing.ts';
import { finalLines, gridLines } from './run-tables.ts';

/** Everything that a run leaves beside its cells: tables made from the summaries of all complete cells, those of earlier runs included. */
export async function writeResults(
  port: FilePort,
  experiment: LoadedStudy,
  complete: boolean,
  { outdated, lines, each, warn }: TableWriting,
): Promise<void> {
  const { study } = experiment;
  const layout = layoutOf(study.output);
  const { metrics } = study;
  const parameters = Object.keys(study.model.parameters);
  const tables = { port, cells: selectedCells(experiment), outdated, lines, parameters, metrics };
  await each(() => writeLines(port, layout.grid_summary, gridLines(tables)));
  await makeOwnFolder(port, layout.results);
  await each(() => writeLines(port, layout.final_results, finalLines(tables)));
  if (study.surface.steps.length > 0) await writeStepTables(port, experiment, { outdated, lines, each, warn });
  if (!complete) return;
  const most = study.precision.length > 0 ? 'at most ' : '';
  const text = `${study.name}: all ${experiment.cells.length} cells complete, ${most}${study.permutations} permutations each\n`;
  await each(() => writeSmallFile(port, layout.done, text));
}
