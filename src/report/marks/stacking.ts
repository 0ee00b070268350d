import { axesOf, levelOf, type Axis } from './axes.ts';
import type { ReportedCell } from './reported-cell.ts';

/** One side of a picture in which several axes lie within each other. */
export interface Side {
  /** From the outermost to the innermost. */
  readonly axes: readonly Axis[];
  /** The combinations of levels that there are, in order: a level for every axis. */
  readonly places: readonly (readonly string[])[];
}

/** All cells in one picture: every cell has a column and a row. */
export interface Stacking {
  readonly columns: Side;
  readonly rows: Side;
  /** By row, then column; undefined where there is no cell. */
  readonly cells: readonly (readonly (ReportedCell | undefined)[])[];
}

/** More axes than this are not tried in all ways. */
const MOST_AXES = 10;
/** A picture this many times as wide as high reads best. */
const WIDTH_TO_HEIGHT = 1.6;

/** The arrangement with the fewest empty places, and of these the one whose shape reads best. Undefined for no or too many axes. */
export function stackingOf(cells: readonly ReportedCell[]): Stacking | undefined {
  const axes = axesOf(cells);
  if (axes.length === 0 || axes.length > MOST_AXES) return undefined;
  let best: { readonly columns: Side; readonly rows: Side; readonly badness: number } | undefined;
  for (let chosen = 0; chosen < 2 ** axes.length; chosen++) {
    const columns = sideOf(
      cells,
      axes.filter((_, i) => (chosen >> i) % 2 === 1),
    );
    const rows = sideOf(
      cells,
      axes.filter((_, i) => (chosen >> i) % 2 === 0),
    );
    const shape = columns.places.length / rows.places.length / WIDTH_TO_HEIGHT;
    const empty = (columns.places.length * rows.places.length) / cells.length;
    const badness = empty * empty * Math.max(shape, 1 / shape);
    if (best === undefined || badness < best.badness) best = { columns, rows, badness };
  }
  const { columns, rows } = best!;
  const byPlace = new Map(cells.map((cell) => [`${placeOf(cell, rows)}\n\n${placeOf(cell, columns)}`, cell]));
  return {
    columns,
    rows,
    cells: rows.places.map((row) =>
      columns.places.map((column) => byPlace.get(`${row.join('\n')}\n\n${column.join('\n')}`)),
    ),
  };
}

function sideOf(cells: readonly ReportedCell[], chosen: readonly Axis[]): Side {
  // One that is active only for some levels of another lies within it; then the one with more levels.
  const axes = [...chosen].sort(
    (a, b) => Number(a.levels.includes('-')) - Number(b.levels.includes('-')) || a.levels.length - b.levels.length,
  );
  const rank = (place: readonly string[]): number[] => place.map((level, i) => axes[i]!.levels.indexOf(level));
  const places = [...new Set(cells.map((cell) => placeOf(cell, { axes })))]
    .map((text) => (axes.length === 0 ? [] : text.split('\n')))
    .sort((a, b) => compare(rank(a), rank(b)));
  return { axes, places };
}

function placeOf(cell: ReportedCell, { axes }: Pick<Side, 'axes'>): string {
  return axes.map(({ name }) => levelOf(cell, name)).join('\n');
}

function compare(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((value, k) => value !== b[k]);
  return i < 0 ? 0 : a[i]! - b[i]!;
}

/** Stretches of places that agree in the outer `depth + 1` axes. */
export function groupsOf(
  { places }: Side,
  depth: number,
): { readonly level: string; readonly from: number; readonly count: number }[] {
  const groups: { level: string; from: number; count: number; key: string }[] = [];
  for (const [i, place] of places.entries()) {
    const key = place.slice(0, depth + 1).join('\n');
    const last = groups.at(-1);
    if (last?.key === key) last.count++;
    else groups.push({ level: place[depth]!, from: i, count: 1, key });
  }
  return groups;
}
