import { EngineError } from '../errors.ts';
import { cellOf } from '../plan/run-cell.ts';
import { confirmOthers } from '../run/output/confirm-rows.ts';
import type { Local } from '../readers/readers.ts';
import { scanStored, storedCell } from '../readers/stored-cells.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { MADE_BY, type RunManifest } from '../stored/manifest.ts';
import type { RowOrigins } from '../stored/row-origins.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';

/** A run that rows come from, and who computed them. */
export interface ComparedSource {
  readonly path: string;
  readonly manifest: RunManifest;
  readonly origins: RowOrigins | undefined;
}

/**
 * Runs of one user's model by several major versions of Node.js: a sample of each cell's rows by others than this one is recomputed. Throws IDENTITY where
 * they are not what this one computes, naming whose rows they are. Changes nothing.
 */
export async function compareOrigins(
  sources: readonly ComparedSource[],
  study: LoadedStudy,
  local: Local,
  setup: string,
): Promise<void> {
  const by = { executor: local, readers: local, setup, every_row: false };
  for (const { path, manifest, origins } of sources) {
    for (const cell_id of Object.keys(manifest.identity.cells)) {
      const index = study.cells.indexOf(cell_id);
      if (index < 0) continue;
      const stored = storedCell(layoutOf(path), manifest, cell_id);
      const { scan } = await scanStored(local, stored, manifest);
      const others = origins?.others(cell_id, scan.present, MADE_BY.node) ?? [];
      if (others.length === 0) continue;
      const cell = cellOf(study, study.cells.at(index), path);
      const { wrong } = await confirmOthers(by, { ...cell, place: stored.place }, scan.target, others);
      if (wrong !== undefined) throw new EngineError('IDENTITY', `${path} is not merged. ${wrong.message}`, { path });
    }
  }
}
