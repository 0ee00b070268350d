import { layoutOf } from '../store/layout.ts';
import type { CellPlace } from '../store/cell-file.ts';
import type { RunManifest } from './manifest.ts';

/** A cell of a run on disk, as its manifest knows it: enough to read and check its rows without the study. */
export interface StoredCell {
  readonly cell_id: string;
  readonly place: CellPlace;
}

/** The cells of a run in study order, from the manifest alone. */
export function* storedCells(output: string, manifest: RunManifest): Generator<StoredCell> {
  const layout = layoutOf(output);
  for (const cell_id of Object.keys(manifest.identity.cells)) yield storedCell(layout, manifest, cell_id);
}

export function storedCell(layout: ReturnType<typeof layoutOf>, manifest: RunManifest, cell_id: string): StoredCell {
  const { identity, format, batch_rows } = manifest;
  const schema = {
    format,
    model: identity.model,
    cell_id,
    experiment: identity.cells[cell_id]!,
    metrics: identity.metrics,
    batch_rows,
  };
  return { cell_id, place: { folder: layout.cell(cell_id).folder, schema } };
}
