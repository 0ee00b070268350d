import { hash } from 'node:crypto';

import type { Parameters, ParameterValue } from '../model/model.ts';
import { canonicalJson } from './canonical-json.ts';
import { rangeValues } from './decimal-range.ts';
import { axisSchema } from './schema.ts';
import type { Section, Sections } from './surface.ts';

/** More points than this are not gone through. */
const MOST_POINTS = 100_000;

interface RecordedAxis {
  readonly name: string;
  readonly values: readonly ParameterValue[];
  readonly when: Readonly<Record<string, unknown>>;
}

/** As much of a run's identity as says where its cells lie. */
export interface RecordedSurface {
  readonly model: string;
  readonly cell_ids: 'params' | 'index';
  readonly surface: Sections;
  readonly defaults: Parameters;
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Where the cells of a run lie, from its manifest alone and without its model: the axis values of every cell in study order, those of axes that do not apply
 * there left out where that can be known. Undefined where it cannot be sure: the model folded cells, or changed what is written here.
 */
export function recordedPoints({ cell_ids, surface, defaults, cells }: RecordedSurface): Parameters[] | undefined {
  const ids = Object.keys(cells);
  return (
    (cell_ids === 'index' ? indexedPoints(surface, ids) : undefined) ?? countedPoints(surface, defaults, ids.length)
  );
}

/** An id of a grid's cell is its positions on the axes. */
function indexedPoints(
  { grid = {}, cells = [], steps = {} }: Sections,
  ids: readonly string[],
): Parameters[] | undefined {
  const axes = axesOf(grid);
  if (axes === undefined || axes.length === 0 || cells.length > 0 || Object.keys(steps).length > 0) return undefined;
  const points = ids.map((id) => {
    const positions = /^\d+(_\d+)*$/.test(id) ? id.split('_').map(Number) : [];
    const values = axes.map(({ values }, a) => values[positions[a] ?? -1]);
    if (positions.length !== axes.length || values.includes(undefined)) return undefined;
    return Object.fromEntries(axes.map(({ name }, a) => [name, values[a]!]));
  });
  return points.includes(undefined) ? undefined : (points as Parameters[]);
}

/** Cells with the same active parameters as one that is known, by id: ids are hashes of the parameters, so what is found is certain. */
export function pointsLike({ model, surface }: RecordedSurface, known: Parameters): Map<string, Parameters> {
  const found = new Map<string, Parameters>();
  for (const { grid = {} } of [surface, ...Object.values(surface.steps ?? {})]) {
    const axes = axesOf(grid)?.filter(({ name }) => Object.hasOwn(known, name));
    if (axes === undefined || product(axes) > MOST_POINTS) continue;
    for (let point = 0; point < product(axes); point += 1) {
      const values = { ...known, ...valuesAt(axes.map(always), point, {}) };
      found.set(hash('sha256', canonicalJson({ model, parameters: values })).slice(0, 16), values);
    }
  }
  return found;
}

function always({ name, values }: RecordedAxis): RecordedAxis {
  return { name, values, when: {} };
}

/** The grid is gone through as the engine does: where that gives as many points as there are cells, none was folded. */
function countedPoints(sections: Sections, defaults: Parameters, count: number): Parameters[] | undefined {
  const points: Parameters[] = [];
  const steps = Object.values(sections.steps ?? {});
  const levels = [{ level: sections, fixed: sections.parameters ?? {}, alone: steps.length === 0 }].concat(
    steps.map((level) => ({ level, fixed: { ...sections.parameters, ...level.parameters }, alone: true })),
  );
  for (const { level, fixed, alone } of levels) {
    const found = pointsOf(level, { ...defaults, ...fixed }, alone, count - points.length);
    if (found === undefined) return undefined;
    points.push(...found);
  }
  return points.length === count ? points : undefined;
}

/** The grid first, then the explicit cells; one cell where there is neither. */
function pointsOf(
  { grid = {}, cells = [] }: Section,
  base: Parameters,
  orOneCell: boolean,
  most: number,
): Parameters[] | undefined {
  const points: Parameters[] = [];
  if (Object.keys(grid).length > 0 || (cells.length === 0 && orOneCell)) {
    const known = axesOf(grid);
    if (known === undefined || product(known) > MOST_POINTS) return undefined;
    for (let point = 0; point < product(known); point += 1) {
      const values = valuesAt(known, point, base);
      if (values !== undefined) points.push(values);
      if (points.length > most) return undefined;
    }
  }
  return [...points, ...cells.map(explicitCell)];
}

function product(axes: readonly RecordedAxis[]): number {
  return axes.reduce((points, { values }) => points * values.length, 1);
}

/** Undefined where one cannot be read. */
function axesOf(grid: Readonly<Record<string, unknown>>): RecordedAxis[] | undefined {
  const axes = Object.entries(grid).map(([name, raw]) => axisOf(name, raw));
  return axes.includes(undefined) ? undefined : (axes as RecordedAxis[]);
}

function axisOf(name: string, raw: unknown): RecordedAxis | undefined {
  const parsed = axisSchema.safeParse(raw);
  if (!parsed.success) return undefined;
  const axis = parsed.data;
  if (typeof axis !== 'object' || Array.isArray(axis)) return { name, values: [axis].flat(), when: {} };
  const given = 'from' in axis ? rangeValues(axis.from, axis.to, axis.step) : [axis.values].flat();
  if (!Array.isArray(given)) return undefined;
  const { at_most = Infinity, when = {} } = axis;
  const values = (given as ParameterValue[]).filter((value) => typeof value !== 'number' || value <= at_most);
  return { name, values, when };
}

/** The last axis turns fastest. Undefined where an axis that does not apply is past its first value: no point. */
function valuesAt(axes: readonly RecordedAxis[], point: number, base: Parameters): Parameters | undefined {
  const positions = new Map<string, number>();
  let rest = point;
  for (const { name, values } of axes.toReversed()) {
    positions.set(name, rest % values.length);
    rest = Math.floor(rest / values.length);
  }
  const byName = new Map(axes.map((axis) => [axis.name, axis]));
  const applies = ({ when }: RecordedAxis, asked: ReadonlySet<string>): boolean =>
    Object.entries(when).every(([name, wanted]) => {
      const axis = byName.get(name);
      // A circle was refused long ago.
      const on_axis = axis !== undefined && !asked.has(name) && applies(axis, new Set([...asked, name]));
      const value = on_axis ? axis.values[positions.get(name)!] : base[name];
      return [wanted].flat().includes(value);
    });
  const found: Record<string, ParameterValue> = {};
  for (const axis of axes) {
    const position = positions.get(axis.name)!;
    if (applies(axis, new Set([axis.name]))) found[axis.name] = axis.values[position]!;
    else if (position > 0) return undefined;
  }
  return found;
}

/** Either { id, parameters: { … } }, or the parameters beside the id. */
function explicitCell(cell: unknown): Parameters {
  const { parameters, ...flat } = cell as Record<string, ParameterValue> & { readonly parameters?: Parameters };
  return Object.fromEntries(Object.entries({ ...flat, ...parameters }).filter(([name]) => name !== 'id'));
}
