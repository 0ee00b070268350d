import { hash } from 'node:crypto';
import type { Json, Parameters } from '../model/model.ts';
import type { Seed, Sharing } from '../random/seeding.ts';
import { canonicalJson } from './canonical-json.ts';
import { allParameters } from './cells.ts';
import type { Cell, CellList } from './cells.ts';
import { pathText, show } from './problem.ts';
import type { Path } from './problem.ts';
import type { Study } from './study.ts';
import type { Sections } from './surface.ts';

/** What the rows of every cell of a run depend on beside the cell itself. */
export interface CommonIdentity {
  readonly model: string;
  readonly model_version: string;
  /** SHA-256 of every input given, 64 lower-case hex digits, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly seed: Seed;
  readonly streams: Sharing;
  /** With shared streams: what `Model.shared` made of all cells, null where the model has none. */
  readonly shared: Json;
  /** Metric columns in order. */
  readonly metrics: readonly string[];
}

/** The identity of a run, as `run_manifest.json` holds it. Plain JSON. */
export interface RunIdentity extends CommonIdentity {
  readonly cell_ids: 'params' | 'index';
  /** What the study says of its cells, and the defaults in force: to name what differs, never to decide whether something does. */
  readonly surface: Sections;
  readonly defaults: Parameters;
  /** cell_id -> experiment. */
  readonly cells: Readonly<Record<string, string>>;
}

/** A field that is not what it was. */
export interface Difference {
  /** `seed.global`, `parameters.initial_equity`, `grid.p_skip`. */
  readonly path: string;
  readonly old: unknown;
  readonly new: unknown;
}

/** What the study, its inputs (SHA-256 by name) and `Model.shared` say for all cells. */
export function commonIdentity(study: Study, inputs: Readonly<Record<string, string>>, shared?: Json): CommonIdentity {
  return {
    model: study.model.name,
    model_version: study.model.version,
    inputs,
    seed: study.seed,
    streams: study.streams,
    shared: study.streams.sharing === 'shared' ? (shared ?? null) : null,
    metrics: study.metrics,
  };
}

/**
 * The experiment of a cell: SHA-256 (64 hex digits) over the canonical JSON of exactly what decides its rows: model and version, all
 * resolved parameters (those defaulted from inputs included), inputs, cell_id, seed, streams, metric columns. What all cells
 * have in common is written once: a study may have 100,000 cells.
 */
export function experimentHasher(
  common: CommonIdentity,
): (cell: Pick<Cell, 'cell_id' | 'parameters' | 'input_defaults'>) => string {
  const { model, model_version, inputs, seed, streams, shared, metrics } = common;
  // Keys in code-unit order: cell_id, inputs, metrics, model, model_version, parameters, seed, shared, streams.
  const before = canonicalJson({ inputs, metrics, model, model_version }).slice(1, -1);
  const after = canonicalJson({ seed, shared, streams }).slice(1);
  return (cell) =>
    hash(
      'sha256',
      `{"cell_id":${JSON.stringify(cell.cell_id)},${before},"parameters":${canonicalJson(allParameters(cell))},${after}`,
    );
}

/** The identity of the whole run, for the manifest. About 90 bytes a cell. */
export function describeIdentity(
  study: Study,
  common: CommonIdentity,
  cells: CellList,
  inputDefaults: Parameters = {},
): RunIdentity {
  const experiments: Record<string, string> = {};
  const hashOf = experimentHasher(common);
  for (const cell of cells) experiments[cell.cell_id] = hashOf(cell);
  const defaults = Object.entries(study.model.parameters).flatMap(([name, spec]) => {
    const value = Object.hasOwn(inputDefaults, name) ? inputDefaults[name] : spec.default;
    return value === undefined ? [] : [[name, value] as const];
  });
  const { cell_ids } = study;
  return {
    ...common,
    cell_ids,
    surface: study.surface.sections,
    defaults: Object.fromEntries(defaults),
    cells: experiments,
  };
}

/**
 * What stands between an earlier run and this one: nothing where every cell of the earlier run is here with the same experiment (more cells
 * may be new). Else the fields that differ, each with both values. A cell that vanished is a difference, too.
 */
export function compareIdentity(before: RunIdentity, after: RunIdentity): Difference[] {
  const common: Path[] = [['model'], ['model_version'], ['inputs'], ['seed'], ['streams'], ['shared'], ['metrics']];
  const found = common.flatMap(([key]) => differences(valueOf(before, key!), valueOf(after, key!), [key!]));
  if (found.length > 0) return found;
  const ids = Object.keys(before.cells);
  const gone = ids.filter((id) => !Object.hasOwn(after.cells, id));
  const changed = ids.filter((id) => Object.hasOwn(after.cells, id) && after.cells[id] !== before.cells[id]);
  if (gone.length === 0 && changed.length === 0) return [];
  const named = [
    ...differences(before.cell_ids, after.cell_ids, ['cell_ids']),
    ...differences(before.defaults, after.defaults, ['defaults']),
    ...differences(before.surface, after.surface, []),
  ];
  if (named.length > 0) return named;
  const id = [...changed, ...gone][0]!;
  return [{ path: pathText(['cells', id]), old: before.cells[id], new: after.cells[id] }];
}

/** Everything in which two runs differ, whether or not a row depends on it: what they have in common, then what their studies say of their cells. */
export function identityDifferences(first: RunIdentity, second: RunIdentity): Difference[] {
  const common = (identity: RunIdentity): object =>
    Object.fromEntries(Object.entries(identity).filter(([key]) => key !== 'cells' && key !== 'surface'));
  return [...differences(common(first), common(second), []), ...differences(first.surface, second.surface, [])];
}

function valueOf(identity: RunIdentity, key: string | number): unknown {
  return (identity as unknown as Readonly<Record<string, unknown>>)[key];
}

/** Differences of two plain values, leaf by leaf; a list is a leaf unless it holds maps. */
function differences(before: unknown, after: unknown, path: Path): Difference[] {
  if (isMap(before) && isMap(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  if (listOfMaps(before) && listOfMaps(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => differences(before[i], after[i], [...path, i])).flat();
  }
  if (textOf(before) === textOf(after)) return [];
  return [{ path: pathText(path), old: before, new: after }];
}

function textOf(value: unknown): string {
  return value === undefined ? '' : canonicalJson(value);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOfMaps(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every(isMap);
}

/** "seed.global: was 1337, is 42", one line each, the first ten. Lists of names are shown whole. */
export function differenceLines(list: readonly Difference[]): string[] {
  const say = (value: unknown): string => {
    if (value === undefined) return 'not there';
    const names = Array.isArray(value) && value.every((name) => typeof name === 'string');
    return names ? `[${value.join(', ')}]` : show(value);
  };
  const lines = list.slice(0, 10).map((d) => `${d.path}: was ${say(d.old)}, is ${say(d.new)}`);
  return list.length > 10 ? [...lines, `and ${list.length - 10} more`] : lines;
}
