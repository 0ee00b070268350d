import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { EngineError } from '../../errors.ts';
import type { CellPlace } from '../../store/scan/cell-file.ts';
import { disk } from '../../files/disk.ts';
import { layoutOf } from '../../store/scan/layout.ts';
import { requireManifest } from '../../stored/manifest.ts';
import { storedCell } from '../../readers/stored-cells.ts';

/** Another run whose rows may be taken instead of computed. It is only read. */
export interface ReusableRun {
  readonly output: string;
  /** Its permutations per cell. */
  readonly target: number;
  /** Where its file of this experiment is; undefined where it has none. */
  placeOf(cell_id: string, experiment: string): CellPlace | undefined;
}

/** The runs that `--reuse` names: each folder is a run, or holds runs. The outputs that are written themselves are left out. */
export function reusableRuns(folders: readonly string[], outputs: readonly string[]): ReusableRun[] {
  const own = new Set(outputs.map(realPath));
  const found = new Set(folders.flatMap(runsIn).map(realPath));
  return [...found].filter((output) => !own.has(output)).map(reusableRun);
}

function runsIn(folder: string): string[] {
  if (!existsSync(folder)) {
    throw new EngineError('USAGE', `--reuse: there is no folder ${folder}; name a run, or a folder that holds runs.`, {
      path: '--reuse',
      value: folder,
    });
  }
  if (existsSync(layoutOf(folder).manifest)) return [folder];
  const runs = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => existsSync(layoutOf(path).manifest));
  if (runs.length > 0) return runs;
  throw new EngineError('USAGE', `--reuse: ${folder} is no run, and no folder in it is one.`, {
    path: '--reuse',
    value: folder,
  });
}

function reusableRun(output: string): ReusableRun {
  const manifest = requireManifest(disk, output);
  const layout = layoutOf(output);
  return {
    output,
    target: manifest.permutations,
    placeOf: (cell_id, experiment) =>
      manifest.identity.cells[cell_id] === experiment ? storedCell(layout, manifest, cell_id).place : undefined,
  };
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}
