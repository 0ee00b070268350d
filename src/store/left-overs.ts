import { join } from 'node:path';
import { onDiskAsync } from '../files/disk-error.ts';
import { removeIfFree } from '../files/remove-file.ts';
import type { FilePort } from '../files/port.ts';
import { temporaryPath } from '../files/temporary-path.ts';
import { layoutOf } from './scan/layout.ts';

/** Temporary files that a killed run did not rename into place; no other files. */
const OF_CELL = /^(metrics_compact\.[a-z]+|(summary|progress)\.json|failures\.csv|logs\.txt)(\.[\w-]+)?\.tmp$/;
const OF_RUN = /^run_manifest\.json(\.[\w-]+)?\.tmp$/;
const OF_AGGREGATED =
  /^(heartbeat\.json|(progress|grid_summary|partial_summary|row_origins)\.csv|DONE\.txt)(\.[\w-]+)?\.tmp$/;
const OF_RESULTS = /^.+\.csv(\.[\w-]+)?\.tmp$/;

/** Removes what is left of a cell's temporary files. Only its one writer may. */
export async function removeLeftOversOfCell(port: FilePort, folder: string): Promise<void> {
  await removeLeftOvers(port, folder, OF_CELL);
}

/** The same for what a run has beside its cells. */
export async function removeLeftOversOfRun(port: FilePort, output: string): Promise<void> {
  const { per_cell, aggregated, results } = layoutOf(output);
  await removeLeftOvers(port, output, OF_RUN);
  await removePassing(port, per_cell);
  await removeLeftOvers(port, aggregated, OF_AGGREGATED);
  await removeLeftOvers(port, results, OF_RESULTS);
}

/** A file beside the cells that comes and goes at once, so that the names of their folders are written (`nameAnew` in open-cell.ts). */
export function passingName(per_cell: string): string {
  return temporaryPath(join(per_cell, '.names'));
}

/** Asked for by its name: its folder holds as many names as the run has cells. */
async function removePassing(port: FilePort, per_cell: string): Promise<void> {
  const path = passingName(per_cell);
  await onDiskAsync('remove', path, async () => {
    if (port.stat(path) === undefined) return;
    await removeIfFree(port, path);
    await port.syncFolder(per_cell);
  });
}

async function removeLeftOvers(port: FilePort, folder: string, names: RegExp): Promise<void> {
  await onDiskAsync('look into', folder, async () => {
    if (port.stat(folder)?.kind !== 'folder') return;
    const left = port.readdir(folder).filter((each) => names.test(each));
    for (const name of left) await removeIfFree(port, join(folder, name));
    // Or a power cut brings them back into a folder of which nothing else changes.
    if (left.length > 0) await port.syncFolder(folder);
  });
}
