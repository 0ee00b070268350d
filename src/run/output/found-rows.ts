import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';

import { chooseKernel } from '../../execute/kernel-choice.ts';
import { setupOf } from '../../execute/model-setup.ts';
import type { RunCell } from '../../plan/run-cell.ts';
import { selectedCells } from '../../plan/select-cells.ts';
import { stoppingOf } from '../../precision/checks.ts';
import type { Host } from '../../readers/host.ts';
import { layoutOf } from '../../store/scan/layout.ts';
import type { LoadedStudy } from '../../study/loaded-study.ts';
import { confirmRows, isProven, otherRows } from '../loop/confirm-rows.ts';

/** Files read at once, per thread. */
const AT_ONCE = 2;

/**
 * Rows that stand in an output without a manifest are taken only where they are this study's: their checksums say so, or a sample of them was computed
 * again and agrees. Otherwise throws IDENTITY, before anything is written. What is damaged is left to the run.
 */
export async function refuseOthersRows(host: Host, experiment: LoadedStudy, every_row: boolean): Promise<void> {
  const { study } = experiment;
  if (host.port.stat(layoutOf(study.output).per_cell)?.kind !== 'folder') return;
  const found: RunCell[] = [];
  for (const cell of selectedCells(experiment)) if (host.port.stat(cell.place.folder)?.kind === 'folder') found.push(cell);
  if (found.length === 0) return;
  const threads = availableParallelism();
  const given = setupOf(experiment, chooseKernel('auto', threads).kernel);
  const local = host.open(threads, [given]);
  const by = { executor: local, readers: local, setup: given.id, every_row };
  const stopping = stoppingOf(study.precision, study.permutations);
  const limit = pLimit(AT_ONCE * threads);
  try {
    await Promise.all(
      found.map((cell) =>
        limit(async () => {
          const { scan } = await local.read('scan', { place: cell.place, target: study.permutations, stopping });
          if (scan.present.length === 0 || isProven(scan)) return;
          const confirmation = await confirmRows(by, cell, scan);
          if (confirmation.differing.length > 0) throw otherRows(cell, confirmation);
        }),
      ),
    );
  } finally {
    await local.close();
  }
}
