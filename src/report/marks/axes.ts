import type { ParameterValue } from '../../model/model.ts';
import type { ReportedCell } from './reported-cell.ts';

/** A parameter that varies between cells. */
export interface Axis {
  readonly name: string;
  /** Its values as text, numbers ascending, others in order of appearance; `-` where it is not active. */
  readonly levels: readonly string[];
  /** Every cell has a number for it. */
  readonly numeric: boolean;
}

const known = new WeakMap<readonly ReportedCell[], readonly Axis[]>();

/**
 * The parameters that vary between the cells, in the order of the cells' own. One that is merely active in some cells and not in others
 * is left out where the rest tells all cells apart: it says again what the parameter says that switches it.
 */
export function axesOf(cells: readonly ReportedCell[]): readonly Axis[] {
  const before = known.get(cells);
  if (before !== undefined) return before;
  const names = new Set(cells.flatMap((cell) => Object.keys(cell.parameters)));
  const all = [...names].map((name) => axisOf(cells, name)).filter(({ levels }) => levels.length > 1);
  const real = all.filter(({ levels }) => levels.filter((level) => level !== '-').length > 1);
  const axes = combinations(cells, real) === combinations(cells, all) ? real : all;
  known.set(cells, axes);
  return axes;
}

function combinations(cells: readonly ReportedCell[], axes: readonly Axis[]): number {
  return new Set(cells.map((cell) => axes.map(({ name }) => levelOf(cell, name)).join('\n'))).size;
}

function axisOf(cells: readonly ReportedCell[], name: string): Axis {
  const levels = new Set(cells.map((cell) => levelOf(cell, name)));
  const numeric = cells.every((cell) => typeof cell.parameters[name] === 'number');
  return { name, levels: sortedLevels([...levels]), numeric };
}

/** A cell's value of a parameter as text. */
export function levelOf(cell: ReportedCell, name: string): string {
  return parameterText(cell.parameters[name]);
}

export function parameterText(value: ParameterValue | undefined): string {
  if (value === undefined) return '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Numbers ascending where all but the inactive are numbers; else as they came. */
export function sortedLevels(levels: readonly string[]): string[] {
  const rest = levels.filter((level) => level !== '-');
  const inactive = levels.filter((level) => level === '-');
  if (rest.every((level) => level !== '' && Number.isFinite(Number(level)))) rest.sort((a, b) => Number(a) - Number(b));
  return [...inactive, ...rest];
}

/** What tells a cell from the others: `p_skip 0.1, shuffle_mode permute`; its id where nothing does. */
export function cellLabel(cell: ReportedCell, axes: readonly Axis[]): string {
  const parts = axes
    .filter(({ name }) => cell.parameters[name] !== undefined)
    .map(({ name }) => `${name} ${levelOf(cell, name)}`);
  return parts.length === 0 ? cell.cell_id : parts.join(', ');
}
