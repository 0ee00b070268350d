import { layoutOf } from '../store/scan/layout.ts';
import type { CellPlace } from '../store/scan/cell-file.ts';
import type { RunManifest } from '../stored/manifest.ts';
import type { CheckedScan } from '../precision/scan-to-stop.ts';
import { stoppingOf } from '../precision/checks.ts';
import type { Readers } from './readers.ts';

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

/** What a cell's file holds, and where its rows say that the cell ends. */
export function scanStored(
  readers: Readers,
  { place }: StoredCell,
  { permutations, precision }: RunManifest,
): Promise<CheckedScan> {
  const stopping = stoppingOf(precision, permutations);
  return readers.read('scan', { place, target: permutations, stopping });
}
