import { CELL_STATES, type CellChanges, type Surface, type WireNumber } from './wire.ts';

/** A cell as the page knows it. */
export interface Cell {
  readonly index: number;
  readonly cell_id: string;
  /** Its level on each axis; empty where that is not known. */
  readonly levels: readonly number[];
  state: (typeof CELL_STATES)[number];
  n_done: number;
  n_target: number;
  value: WireNumber;
  error: WireNumber;
}

/** What is looked at: two axes, and levels of the others. */
export interface Choice {
  /** -1: no axis. */
  readonly x: number;
  readonly y: number;
  /** By axis; `all` where only how far cells are is shown. */
  readonly fixed: readonly (number | 'all')[];
}

/** A place of a map, with the cells that lie there. */
export interface Place {
  readonly cells: readonly Cell[];
  readonly n_done: number;
  readonly n_target: number;
}

export function cellsOf({ cells }: Surface): Cell[] {
  return cells.map(([cell_id, ...levels], index) => {
    return { index, cell_id, levels, state: 'waiting', n_done: 0, n_target: 0, value: null, error: null };
  });
}

export function change(cells: readonly Cell[], { cells: changes }: CellChanges): void {
  for (const [index, state, n_done, n_target, value, error] of changes) {
    const cell = cells[index];
    if (cell !== undefined) Object.assign(cell, { state: CELL_STATES[state], n_done, n_target, value, error });
  }
}

/** The two axes of the fullest map, the one with more levels to the right, at the levels of the others where it is so full. */
export function firstChoice(surface: Pick<Surface, 'axes'>, cells: readonly Cell[]): Choice {
  const { axes } = surface;
  const levels = (a: number): number => axes[a]?.levels.length ?? 1;
  if (axes.length < 2) return { x: axes.length - 1, y: -1, fixed: axes.map(() => 0) };
  let best: { readonly choice: Choice; readonly size: number } | undefined;
  for (const x of axes.keys()) {
    for (const y of axes.keys()) {
      if (x === y || levels(x) < levels(y) || (levels(x) === levels(y) && x > y)) continue;
      const found = fullest(surface, cells, x, y, new Map());
      if (best === undefined || found.size > best.size) best = found;
    }
  }
  return best!.choice;
}

/** A map of these axes at the levels that are wished for, as far as there are cells, and else where it is fullest: not every level goes with every other. */
export function fullest(
  { axes }: Pick<Surface, 'axes'>,
  cells: readonly Cell[],
  x: number,
  y: number,
  wished: ReadonlyMap<number, number | 'all'>,
): { readonly choice: Choice; readonly size: number } {
  const others = [...axes.keys()].filter((a) => a !== x && a !== y && wished.get(a) !== 'all');
  const groups = new Map<string, { readonly first: Cell; size: number }>();
  for (const cell of cells) {
    if (cell.levels.length < axes.length) continue;
    const key = others.map((a) => cell.levels[a]).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: cell, size: 1 });
    else group.size += 1;
  }
  const met = ({ levels }: Cell): number => others.filter((a) => wished.get(a) === levels[a]).length;
  const [best] = [...groups.values()].sort((a, b) => met(b.first) - met(a.first) || b.size - a.size);
  const fixed = axes.map((_, a) => (wished.get(a) === 'all' ? 'all' : (best?.first.levels[a] ?? 0)));
  return { choice: { x, y, fixed }, size: best?.size ?? 0 };
}

/** By row of y from the top (its last level), then column of x. */
export function placesOf({ axes }: Pick<Surface, 'axes'>, cells: readonly Cell[], { x, y, fixed }: Choice): Place[][] {
  const columns = axes[x]?.levels.length ?? 1;
  const rows = axes[y]?.levels.length ?? 1;
  const found: Cell[][][] = Array.from({ length: rows }, () => Array.from({ length: columns }, () => []));
  for (const cell of cells) {
    if (cell.levels.length < axes.length) continue;
    const here = cell.levels.every((level, a) => a === x || a === y || fixed[a] === 'all' || fixed[a] === level);
    if (here) found[rows - 1 - (cell.levels[y] ?? 0)]?.[cell.levels[x] ?? 0]?.push(cell);
  }
  return found.map((row) => row.map(placeOf));
}

function placeOf(cells: readonly Cell[]): Place {
  return {
    cells,
    n_done: cells.reduce((sum, { n_done }) => sum + n_done, 0),
    n_target: cells.reduce((sum, { n_target }) => sum + n_target, 0),
  };
}
