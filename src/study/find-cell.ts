import { EngineError } from '../errors.ts';
import type { Parameters, ParameterValue } from '../model/model.ts';
import { allParameters, type Cell, type CellList } from './cells.ts';
import { conditionsOf, holds, type Conditions } from './select.ts';
import type { Study } from './study.ts';

/** Cells named in a message. */
const NAMED = 5;

/**
 * The place of the one cell that is named: by its id, or by values of parameters that no other cell has (`p=0.5,flips=100`; the others may have any
 * value). Throws USAGE where there is none, with the nearest, or more than one, with what distinguishes them. `where`: whose cells, for the message.
 */
export function placeOfCell(study: Study, cells: CellList, named: string, where: string): number {
  const by_id = cells.indexOf(named);
  if (by_id >= 0) return by_id;
  if (!named.includes('=')) throw noSuchCell(named, where);
  const wanted = conditionsOf(named, study, '--cell');
  const fitting: number[] = [];
  for (let place = 0; place < cells.length; place += 1) if (holds(wanted, cells.at(place))) fitting.push(place);
  const [first, second] = fitting;
  if (first === undefined) throw noneFits(cells, named, wanted, where);
  if (second !== undefined) throw severalFit(cells, named, fitting, where);
  return first;
}

export function noSuchCell(cell_id: string, where: string): EngineError {
  return new EngineError(
    'USAGE',
    `${where} has no cell "${cell_id}". permafrost seeds lists the cells of a study; cell ids are the folder names below per_cell/ without "cell_", and parameters name a cell as well: --cell name=value,...`,
    { path: '--cell', value: cell_id },
  );
}

function noneFits(cells: CellList, named: string, wanted: Conditions, where: string): EngineError {
  let nearest: Cell | undefined;
  let least = Infinity;
  for (const cell of cells) {
    const distance = distanceTo(wanted, allParameters(cell));
    if (distance < least) [nearest, least] = [cell, distance];
  }
  const hint =
    nearest === undefined
      ? ''
      : `; the nearest is ${assignments(allParameters(nearest), [...wanted.keys()])} (cell ${nearest.cell_id})`;
  return new EngineError('USAGE', `${where} has no cell with ${named}${hint}.`, { path: '--cell', value: named });
}

function severalFit(cells: CellList, named: string, fitting: readonly number[], where: string): EngineError {
  const all = fitting.map((place) => cells.at(place));
  const names = [...new Set(all.flatMap((cell) => Object.keys(allParameters(cell))))];
  const differing = names.filter((name) => new Set(all.map((cell) => textOf(allParameters(cell)[name]))).size > 1);
  const lines = all
    .slice(0, NAMED)
    .map((cell) => `\n  ${cell.cell_id}  ${assignments(allParameters(cell), differing)}`);
  const more = all.length > NAMED ? `\n  and ${all.length - NAMED} more` : '';
  return new EngineError(
    'USAGE',
    `--cell ${named} matches ${all.length} cells of ${where}; add what tells them apart, or give the id:${lines.join('')}${more}`,
    { path: '--cell', value: named },
  );
}

/** How far a cell is from what was asked for: 0 for each value that it has, less than 1 for a number near it, 1 for another value, 2 for none. */
function distanceTo(wanted: Conditions, parameters: Parameters): number {
  let sum = 0;
  for (const [name, values] of wanted) {
    const own = parameters[name];
    sum += own === undefined ? 2 : Math.min(...values.map((value) => distance(value, own)));
  }
  return sum;
}

function distance(a: ParameterValue, b: ParameterValue): number {
  if (a === b) return 0;
  if (typeof a !== 'number' || typeof b !== 'number') return 1;
  return Math.abs(a - b) / (Math.abs(a) + Math.abs(b) + Math.abs(a - b));
}

/** `p=0.5,flips=100`, as it may be typed; without the parameters that the cell does not have. */
function assignments(parameters: Parameters, names: readonly string[]): string {
  return names
    .filter((name) => parameters[name] !== undefined)
    .map((name) => `${name}=${textOf(parameters[name])}`)
    .join(',');
}

function textOf(value: ParameterValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
