import type { ParameterValue } from '../model/model.ts';
import type { AnalysedCell } from './quantity.ts';

/** A parameter that varies between the cells of a surface. */
export interface GridAxis {
  readonly name: string;
  /** Where it is active: numbers ascending, anything else in order of appearance. */
  readonly levels: readonly ParameterValue[];
  /** Its levels are numbers: one lies between others. */
  readonly ordered: boolean;
  /** Per cell, the place of its level; -1 where the parameter is inactive. */
  readonly at: Int32Array;
}

/** Cells that differ in one axis alone, by its level. At least two. */
export interface GridLine {
  readonly axis: GridAxis;
  readonly cells: readonly number[];
}

/** Two cells that stand side by side on a line: no other is between them. */
export interface Neighbours {
  readonly axis: GridAxis;
  readonly from: number;
  readonly to: number;
}

/** The cells of a run by where they stand to each other; cells are known by their place in the list. */
export interface Grid {
  readonly cells: readonly AnalysedCell[];
  readonly axes: readonly GridAxis[];
  /** Of every axis, in the order of the axes. */
  readonly lines: readonly GridLine[];
}

/** The surface that these cells make. A grid needs not be whole: axes that are active in some cells only, and cells that are missing, leave shorter lines. */
export function gridOf(cells: readonly AnalysedCell[]): Grid {
  const names = [...new Set(cells.flatMap(({ parameters }) => Object.keys(parameters)))];
  const varying = names.map((name) => axisOf(cells, name)).filter(({ keys }) => keys > 1);
  const axes = varying.filter(({ axis }) => axis.levels.length > 1).map(({ axis }) => axis);
  const lines = axes.flatMap((axis) =>
    linesOf(
      axis,
      cells.length,
      varying.map((each) => each.axis),
    ),
  );
  return { cells, axes, lines };
}

/** `keys`: its levels, and one more where it is not active everywhere. */
function axisOf(cells: readonly AnalysedCell[], name: string): { readonly axis: GridAxis; readonly keys: number } {
  const found = new Map<string, ParameterValue>();
  for (const { parameters } of cells) {
    const value = parameters[name];
    if (value !== undefined) found.set(keyOf(value), value);
  }
  const levels = [...found.values()];
  const ordered = levels.every((level) => typeof level === 'number');
  if (ordered) levels.sort((a, b) => a - b);
  const places = new Map(levels.map((level, place) => [keyOf(level), place]));
  const at = Int32Array.from(cells, ({ parameters }) => {
    const value = parameters[name];
    return value === undefined ? -1 : places.get(keyOf(value))!;
  });
  const inactive = at.includes(-1) ? 1 : 0;
  return { axis: { name, levels, ordered, at }, keys: levels.length + inactive };
}

function keyOf(value: ParameterValue): string {
  return JSON.stringify(value);
}

/** Of two cells with the same parameters (under ids of their own) the first is on the line. */
function linesOf(axis: GridAxis, count: number, varying: readonly GridAxis[]): GridLine[] {
  const others = varying.filter(({ name }) => name !== axis.name);
  const groups = new Map<string, Map<number, number>>();
  for (let i = 0; i < count; i++) {
    const level = axis.at[i]!;
    if (level < 0) continue;
    const key = others.map(({ at }) => at[i]).join();
    const group = groups.get(key) ?? new Map<number, number>();
    groups.set(key, group);
    if (!group.has(level)) group.set(level, i);
  }
  return [...groups.values()]
    .filter((group) => group.size > 1)
    .map((group) => ({ axis, cells: [...group].sort(([a], [b]) => a - b).map(([, cell]) => cell) }));
}

/** Pairs of neighbours: along an axis of numbers the next level, along any other one every two levels. */
export function neighboursOf({ lines }: Pick<Grid, 'lines'>): Neighbours[] {
  return lines.flatMap(({ axis, cells }) =>
    cells.flatMap((from, i) => {
      const next = cells.slice(i + 1, axis.ordered ? i + 2 : undefined);
      return next.map((to) => ({ axis, from, to }));
    }),
  );
}
