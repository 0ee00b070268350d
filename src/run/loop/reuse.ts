import { join } from 'node:path';

import { look, namesIn, realPathOf } from '../../files/look.ts';
import { EngineError } from '../../errors.ts';
import type { CellPlace } from '../../store/scan/cell-file.ts';
import { hasCode, onDisk } from '../../files/disk-error.ts';
import type { FilePort } from '../../files/port.ts';
import { layoutOf } from '../../store/scan/layout.ts';
import { requireManifest } from '../../stored/manifest.ts';
import { RowOrigins } from '../../stored/row-origins.ts';
import { storedCell } from '../../readers/stored-cells.ts';

/** Another run whose rows may be taken instead of computed. It is only read. */
export interface ReusableRun {
  readonly output: string;
  /** Its permutations per cell. */
  readonly target: number;
  /** Where its file of this experiment is; undefined where it has none. */
  placeOf(cell_id: string, experiment: string): CellPlace | undefined;
  /** Who computed its rows; undefined where that does not matter. */
  readonly origins: RowOrigins | undefined;
}

/** The runs that `--reuse` names: each folder is a run, or holds runs. The outputs that are written themselves are left out. */
export function reusableRuns(port: FilePort, folders: readonly string[], outputs: readonly string[]): ReusableRun[] {
  const real = (path: string): string => realPathOf(port, path);
  const own = new Set(outputs.map(real));
  const found = new Set(folders.flatMap((folder) => runsIn(port, folder)).map(real));
  return [...found].filter((output) => !own.has(output)).map((output) => reusableRun(port, output));
}

function runsIn(port: FilePort, folder: string): string[] {
  const isThere = (path: string): boolean => look(port, path) !== undefined;
  if (!isThere(folder)) {
    throw new EngineError('USAGE', `--reuse: there is no folder ${folder}; name a run, or a folder that holds runs.`, {
      path: '--reuse',
      value: folder,
    });
  }
  if (isThere(layoutOf(folder).manifest)) return [folder];
  const runs = [...namesIn(port, folder)]
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => isRun(port, path));
  if (runs.length > 0) return runs;
  throw new EngineError(
    'USAGE',
    `--reuse: neither ${folder} nor any folder in it is a run; name a run, or a folder that holds runs.`,
    {
      path: '--reuse',
      value: folder,
    },
  );
}

/** Beside the runs of a folder there may be files, and links to files. */
function isRun(port: FilePort, path: string): boolean {
  const { manifest } = layoutOf(path);
  return onDisk('read', manifest, () => {
    try {
      return port.stat(manifest) !== undefined;
    } catch (error) {
      if (hasCode(error, 'ENOTDIR')) return false;
      throw error;
    }
  });
}

function reusableRun(port: FilePort, output: string): ReusableRun {
  const manifest = requireManifest(port, output);
  const layout = layoutOf(output);
  return {
    output,
    target: manifest.permutations,
    origins: RowOrigins.read(port, output, manifest),
    placeOf: (cell_id, experiment) =>
      manifest.identity.cells[cell_id] === experiment ? storedCell(layout, manifest, cell_id).place : undefined,
  };
}
