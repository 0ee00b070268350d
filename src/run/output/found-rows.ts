import { look, namesIn } from '../../files/look.ts';
import pLimit from 'p-limit';

import { EngineError } from '../../errors.ts';
import { chooseKernel } from '../../execute/kernel-choice.ts';
import { setupOf } from '../../execute/model-setup.ts';
import { cellOf, type RunCell } from '../../plan/run-cell.ts';
import type { ResolvedOptions } from '../run-options.ts';
import { stoppingOf } from '../../precision/checks.ts';
import type { Host } from '../../readers/host.ts';
import type { CellScan } from '../../store/scan/cell-file.ts';
import { layoutOf } from '../../store/scan/layout.ts';
import type { LoadedStudy } from '../../study/loaded-study.ts';
import { counted } from '../../wording/format-number.ts';
import { confirmRows, isProven, otherRows } from './confirm-rows.ts';

/** Files read at once, per thread. */
const AT_ONCE = 2;

/**
 * Rows in an output without a manifest are accepted only where they are this study's: their checksums say so, or a sample of them was recomputed and agrees.
 * Otherwise throws IDENTITY, before anything is written. What is damaged is left to the run.
 */
export async function refuseOthersRows(
  host: Host,
  experiment: LoadedStudy,
  { threads, truncate, recompute_found }: Pick<ResolvedOptions, 'threads' | 'truncate' | 'recompute_found'>,
): Promise<void> {
  const { study } = experiment;
  const found = foundCells(host, experiment);
  if (found.length === 0) return;
  const given = setupOf(experiment, chooseKernel('auto', threads).kernel);
  const local = host.open(threads, [given]);
  const by = { executor: local, readers: local, setup: given.id, every_row: recompute_found };
  const stopping = stoppingOf(study.precision, study.permutations);
  const confirm = async (cell: RunCell): Promise<void> => {
    const { scan } = await local.read('scan', { place: cell.place, target: study.permutations, stopping });
    if (scan.n_rows_past_target > 0 && !truncate) throw dropsRows(cell, scan);
    if (scan.present.length === 0 || isProven(scan)) return;
    const confirmation = await confirmRows(by, cell, scan.target, scan.unprotected);
    if (confirmation.differing.length > 0) throw otherRows(cell, confirmation);
  };
  const limit = pLimit(AT_ONCE * threads);
  try {
    await Promise.all(found.map((cell) => limit(confirm, cell)));
  } finally {
    await local.close();
  }
}

/** Cells of the study that have a folder. */
function foundCells({ port }: Host, experiment: LoadedStudy): RunCell[] {
  const { cells, study } = experiment;
  const { per_cell } = layoutOf(study.output);
  const found: RunCell[] = [];
  if (look(port, per_cell)?.kind !== 'folder' || namesIn(port, per_cell).length === 0) return found;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cellOf(experiment, cells.at(index), study.output);
    if (look(port, cell.place.folder)?.kind === 'folder') found.push(cell);
  }
  return found;
}

function dropsRows({ cell_id, place }: RunCell, { n_rows_past_target, target }: CellScan): EngineError {
  return new EngineError(
    'IDENTITY',
    `${place.folder} holds ${counted(n_rows_past_target, 'row')} at or past permutation ${target}, and the study asks for ${target}: that would drop computed rows of cell ${cell_id}. Pass --truncate to drop them, or ask for more permutations.`,
    { path: 'permutations', value: target, allowed: 'at least the rows that are there, or --truncate' },
  );
}
