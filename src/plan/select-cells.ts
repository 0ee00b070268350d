import { EngineError } from '../errors.ts';
import { cellSelector, type Selection } from '../study/select.ts';
import { cellOf } from './run-cell.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import type { RunCell, RunCells } from '../plan/run-cell.ts';

/** The cells asked for, made one at a time: only their places are kept, and their ids once one is looked for. Throws USAGE where none fits. */
export function selectedCells(experiment: LoadedStudy, selection: Selection = {}): RunCells {
  const { cells, study } = experiment;
  const wanted = cellSelector(study, selection);
  const all = (selection.cells ?? []).length === 0 && (selection.steps ?? []).length === 0;
  const chosen = all
    ? Uint32Array.from({ length: cells.length }, (_, index) => index + 1)
    : Uint32Array.from(cells, (cell) => (wanted(cell) ? cell.index + 1 : 0)).filter((place) => place > 0);
  if (chosen.length === 0) {
    throw new EngineError('USAGE', `No cell of ${study.file} matches --cells and --step: there is nothing to run.`, {
      path: '--cells',
    });
  }
  const at = (index: number): RunCell => cellOf(experiment, cells.at(index), study.output);
  let places: Map<string, number> | undefined;
  // Hashes of texts, asked for again with every progress.csv.
  const ids: string[] = [];
  return {
    length: chosen.length,
    *places() {
      for (const [k, place] of chosen.entries())
        yield { index: place - 1, cell_id: (ids[k] ??= cells.idAt(place - 1)) };
    },
    at,
    *[Symbol.iterator]() {
      for (const place of chosen) yield at(place - 1);
    },
    find: (cell_id) => {
      places ??= new Map(Array.from(chosen, (place) => [cells.idAt(place - 1), place - 1]));
      const index = places.get(cell_id);
      return index === undefined ? undefined : at(index);
    },
  };
}
