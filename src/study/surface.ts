import type { Condition, Model, ParameterSpec, Parameters, ParameterValue } from '../model/model.ts';
import { refusedId } from './cell-id.ts';
import { foldedName, isDeviceName } from './folded-name.ts';
import { rangeValues } from './decimal-range.ts';
import { allowedText, checkValue } from './parameter-value.ts';
import { pathText, quoted } from './problem.ts';
import type { Path, Problems } from './problem.ts';
import { resolutionOrder } from './resolution-order.ts';
import { axisSchema, valueSchema } from './schema.ts';
import type { RawAxis, RawCondition } from './schema.ts';

/** One axis of a grid, checked: every value fits its parameter. */
export interface Axis {
  readonly parameter: string;
  readonly values: readonly ParameterValue[];
  /** Where the axis applies; elsewhere it contributes nothing. */
  readonly when: Condition | undefined;
}

/** A rectangular part of the surface: a crossed grid, or one explicit cell (no axes). */
export interface Block {
  readonly step: string | undefined;
  /** Its place in the study, for messages. */
  readonly path: Path;
  /** Fixed parameters, those of the step or the cell over those of the study. */
  readonly fixed: Parameters;
  readonly axes: readonly Axis[];
  /** An explicit cell: its place in its list, from 0, and its own id. */
  readonly explicit: { readonly position: number; readonly id: string | undefined } | undefined;
}

/** All cells of a study before they are expanded. */
export interface Surface {
  readonly blocks: readonly Block[];
  /** Names of the steps, in the order of the study. */
  readonly steps: readonly string[];
  /** The same as the study says it: for the record, and to name what differs between two studies. */
  readonly sections: Sections;
}

/** Fixed parameters, axes and explicit cells of one level of a study. */
export interface Section {
  readonly parameters?: Parameters;
  readonly grid?: Readonly<Record<string, unknown>>;
  readonly cells?: readonly unknown[];
}
export interface Sections extends Section {
  readonly steps?: Readonly<Record<string, Section>>;
}

/** Grid points of a study, folded ones included. */
export const MAX_POINTS = 10_000_000;

type Raw = Readonly<Record<string, unknown>>;

/**
 * Reads parameters, grid, cells and steps of a study against the parameters of its model. `raw` may be wrong elsewhere: what has the wrong shape
 * was reported by checkShape and is ignored here, so that all problems come at once. `inputs`: the inputs that the study gives.
 */
export function readSurface(raw: unknown, model: Model, inputs: ReadonlySet<string>, problems: Problems): Surface {
  const reader = new SurfaceReader(model, inputs, problems);
  const root = mapOf(raw);
  const steps = mapOf(root.steps);
  const folded = new Map<string, string>();
  const base = reader.parameters(mapOf(root.parameters), ['parameters']);
  // Without steps a study without a grid is one cell; with steps it has only theirs.
  const blocks = reader.level(root, [], undefined, base, Object.keys(steps).length === 0);
  for (const [name, step] of Object.entries(steps)) {
    const path = ['steps', name];
    const refused = refusedStep(name);
    if (refused !== undefined)
      problems.add(path, `cannot be the name of a step: ${refused}`, { value: name, allowed: refused });
    const twin = folded.get(foldedName(name));
    if (twin !== undefined)
      problems.add(
        path,
        `differs from the step ${twin} only by case: on many systems their files would be the same; rename one`,
        {
          value: name,
        },
      );
    folded.set(foldedName(name), name);
    const own = reader.parameters(mapOf(mapOf(step).parameters), [...path, 'parameters']);
    blocks.push(...reader.level(mapOf(step), path, name, { ...base, ...own }, true));
  }
  checkSize(blocks, problems);
  return { blocks, steps: Object.keys(steps), sections: sectionsOf(root) };
}

/** Tables of results/ that are the engine's own. */
const OWN_TABLES: Readonly<Record<string, string | undefined>> = {
  all_results: 'all_results.csv holds the results of all steps',
  final_results: 'final_results.csv holds all complete cells',
};

/** What a step may not be called: its name is a file name (`results/<step>.csv`) and a prefix of cell ids. */
function refusedStep(name: string): string | undefined {
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(name)) return 'allowed are 1 to 40 letters, digits, _ and -';
  if (isDeviceName(name)) return `Windows keeps ${name} for a device; choose another name`;
  return OWN_TABLES[name.toLowerCase()];
}

function checkSize(blocks: readonly Block[], problems: Problems): void {
  const points = blocks.reduce(
    (sum, { axes }) => sum + axes.reduce((product, axis) => product * axis.values.length, 1),
    0,
  );
  if (points > MAX_POINTS) {
    problems.add(['grid'], `${points} grid points; allowed: at most ${MAX_POINTS}`, {
      value: points,
      allowed: `at most ${MAX_POINTS} grid points`,
    });
  }
}

function sectionsOf(root: Raw): Sections {
  const { parameters, grid, cells, steps } = root as Sections;
  return { ...(parameters && { parameters }), ...(grid && { grid }), ...(cells && { cells }), ...(steps && { steps }) };
}

class SurfaceReader {
  private readonly model: Model;
  private readonly inputs: ReadonlySet<string>;
  private readonly problems: Problems;
  private readonly names: readonly string[];

  constructor(model: Model, inputs: ReadonlySet<string>, problems: Problems) {
    this.model = model;
    this.inputs = inputs;
    this.problems = problems;
    this.names = Object.keys(model.parameters);
  }

  /**
   * The blocks of one level (the study or a step): its grid first, then its explicit cells. Where it has neither, it is one cell or,
   * if not `orOneCell`, none.
   */
  level(raw: Raw, path: Path, step: string | undefined, fixed: Parameters, orOneCell: boolean): Block[] {
    const axes = this.axes(mapOf(raw.grid), [...path, 'grid'], mapOf(raw.parameters));
    const grid: Block = { step, path: [...path, 'grid'], fixed, axes, explicit: undefined };
    const cells = listOf(raw.cells).map((cell, i) => this.cell(mapOf(cell), [...path, 'cells', i], step, fixed, i));
    const hasGrid = Object.keys(mapOf(raw.grid)).length > 0 || (cells.length === 0 && orOneCell);
    const blocks = hasGrid ? [grid, ...cells] : cells;
    for (const block of blocks) this.required(block, path);
    return blocks;
  }

  /** Fixed values, checked; over those of the preset, where one is named. */
  parameters(raw: Raw, path: Path): Record<string, ParameterValue> {
    const fixed: Record<string, ParameterValue> = {};
    for (const [name, value] of Object.entries(raw)) {
      if (name === 'preset' && this.model.presets !== undefined) continue;
      const spec = this.spec(name, [...path, name], value);
      if (spec === undefined || !valueSchema.safeParse(value).success) continue;
      const checked = this.value(spec, value, [...path, name]);
      if (checked !== undefined) fixed[name] = checked;
    }
    return { ...this.preset(raw.preset, [...path, 'preset']), ...fixed };
  }

  /** The values of a preset: from here on they are as if written in the study, and the preset's name is forgotten. */
  private preset(name: unknown, path: Path): Parameters {
    const { presets } = this.model;
    if (name === undefined || presets === undefined) return {};
    if (typeof name === 'string' && Object.hasOwn(presets, name)) {
      const weaker = ([parameter]: readonly [string, ParameterValue]): boolean =>
        !this.fromOptionalInput(this.model.parameters[parameter]!);
      return Object.fromEntries(Object.entries(presets[name]!).filter(weaker));
    }
    if (typeof name === 'string') this.problems.unknown(path, 'preset', name, Object.keys(presets));
    else this.problems.wrong(path, name, `one of ${Object.keys(presets).join(', ')}`);
    return {};
  }

  private spec(name: string, path: Path, value: unknown): ParameterSpec | undefined {
    if (Object.hasOwn(this.model.parameters, name)) return this.model.parameters[name];
    this.problems.unknown(path, `parameter of model ${this.model.name}`, name, this.names, value);
    return undefined;
  }

  private value(spec: ParameterSpec, value: unknown, path: Path): ParameterValue | undefined {
    const checked = checkValue(spec, value);
    if ('value' in checked) return checked.value;
    if (spec.type === 'choice' && typeof value === 'string') {
      this.problems.unknown(path, 'value', value, [...spec.values, ...Object.keys(spec.aliases ?? {})]);
    } else this.problems.wrong(path, value, checked.allowed);
    return undefined;
  }

  private cell(raw: Raw, path: Path, step: string | undefined, inherited: Parameters, position: number): Block {
    // Either { id, parameters: { ... } } or the parameters beside the id. A model has no parameter of these names.
    const { id, parameters, ...flat } = raw;
    const nested = this.parameters(mapOf(parameters), [...path, 'parameters']);
    const own = { ...this.parameters(flat, path), ...nested };
    if (id !== undefined) {
      const refused = typeof id === 'string' ? refusedId(id) : 'a text (in quotes, where it looks like a number)';
      if (refused !== undefined) this.problems.wrong([...path, 'id'], id, refused);
    }
    const explicit = { position, id: typeof id === 'string' ? id : undefined };
    return { step, path, fixed: { ...inherited, ...own }, axes: [], explicit };
  }

  private axes(raw: Raw, path: Path, own: Raw): Axis[] {
    const axes = Object.entries(raw).flatMap(([name, rawAxis]) => {
      const spec = this.spec(name, [...path, name], rawAxis);
      const shape = axisSchema.safeParse(rawAxis);
      if (spec === undefined || !shape.success) return [];
      const axis = this.axis(name, spec, shape.data, [...path, name]);
      if (axis.when === undefined && Object.hasOwn(own, name)) {
        this.problems.add(
          [...path, name],
          `is also given in ${pathText([...path.slice(0, -1), 'parameters'])}; give it once`,
        );
      }
      return [axis];
    });
    const { circle } = resolutionOrder(this.model, axes);
    if (circle !== undefined) {
      const name =
        axes.find((axis) => axis.when !== undefined && circle.includes(axis.parameter))?.parameter ?? circle[0]!;
      this.problems.add([...path, name, 'when'], `depends on itself: ${circle.join(' -> ')}`);
    }
    return axes;
  }

  private axis(parameter: string, spec: ParameterSpec, raw: RawAxis, path: Path): Axis {
    if (typeof raw === 'object' && 'from' in raw) {
      const when = this.when(parameter, raw.when, [...path, 'when']);
      return { parameter, values: this.bounded(this.range(spec, raw, path), raw.at_most, path), when };
    }
    const map = typeof raw === 'object' && !Array.isArray(raw) ? raw : undefined;
    const written = map === undefined ? raw : map.values;
    const at = map === undefined ? path : [...path, 'values'];
    const when = this.when(parameter, map?.when, [...path, 'when']);
    const single = !Array.isArray(written) || (spec.type === 'list' && 'value' in checkValue(spec, written));
    const list: readonly unknown[] = single ? [written] : written;
    const values = list.map((value, i) => this.value(spec, value, single ? at : [...at, i]));
    const good = values.filter((value) => value !== undefined);
    return { parameter, values: this.bounded(good, map?.at_most, path), when };
  }

  /** The values up to a bound. At least one has to be left, or a step would be empty without anyone having said so. */
  private bounded(
    values: readonly ParameterValue[],
    at_most: number | undefined,
    path: Path,
  ): readonly ParameterValue[] {
    if (at_most === undefined || values.length === 0) return values;
    const numbers = values.filter((value) => typeof value === 'number');
    if (numbers.length < values.length)
      this.problems.wrong([...path, 'at_most'], at_most, 'nothing: a bound is for numbers');
    const left = numbers.filter((value) => value <= at_most);
    if (left.length === 0)
      this.problems.wrong([...path, 'at_most'], at_most, `at least ${Math.min(...numbers)}, the smallest value`);
    return left;
  }

  private range(spec: ParameterSpec, raw: { from: number; to: number; step: number }, path: Path): ParameterValue[] {
    if (spec.type !== 'number' && spec.type !== 'integer') {
      this.problems.wrong(path, raw, `${allowedText(spec)}; a range is for numbers`);
      return [];
    }
    const values = rangeValues(raw.from, raw.to, raw.step);
    if (!Array.isArray(values)) {
      this.problems.wrong([...path, values.at], raw[values.at], values.allowed);
      return [];
    }
    const bad = values.findIndex((value) => !('value' in checkValue(spec, value)));
    if (bad < 0) return values;
    // A range is monotone: a bound that is broken is broken at one end; else the step leaves the integers.
    const at = bad === 0 ? 'from' : 'value' in checkValue(spec, values.at(-1)) ? 'step' : 'to';
    this.problems.add([...path, at], `value ${bad} of the range is ${values[bad]!}; allowed: ${allowedText(spec)}`, {
      value: values[bad],
      allowed: allowedText(spec),
    });
    return [];
  }

  private when(parameter: string, raw: RawCondition | undefined, path: Path): Condition | undefined {
    if (raw === undefined) return undefined;
    const condition: Record<string, readonly ParameterValue[]> = {};
    for (const [name, wanted] of Object.entries(raw)) {
      const at = [...path, name];
      const spec = this.spec(name, at, wanted);
      if (spec === undefined) continue;
      if (name === parameter) this.problems.add(at, 'an axis cannot depend on itself');
      else if (spec.type === 'list') this.problems.add(at, 'a condition on a list is not possible');
      else {
        const values = Array.isArray(wanted)
          ? wanted.map((value, i) => this.value(spec, value, [...at, i]))
          : [this.value(spec, wanted, at)];
        condition[name] = values.filter((value) => value !== undefined);
      }
    }
    return condition;
  }

  /** Parameters that must be given and are not. Those that are active only somewhere are looked at cell by cell. */
  private required({ fixed, axes, explicit, path: own }: Block, level: Path): void {
    for (const [name, spec] of Object.entries(this.model.parameters)) {
      const given =
        Object.hasOwn(fixed, name) || axes.some((axis) => axis.parameter === name && axis.when === undefined);
      const conditional = spec.active_when !== undefined || axes.some((axis) => axis.parameter === name);
      if (given || conditional || spec.default !== undefined || spec.optional === true || this.fromInput(spec))
        continue;
      const path = explicit === undefined ? [...level, 'parameters', name] : [...own, name];
      this.problems.wrong(
        path,
        undefined,
        `${allowedText(spec)} (model ${this.model.name} has no default for ${quoted(name)}${spec.description === undefined ? '' : `: ${spec.description}`})`,
      );
    }
  }

  /** An input that the study need not give, and does, says what the parameter is. */
  private fromOptionalInput(spec: ParameterSpec): boolean {
    return this.fromInput(spec) && this.model.inputs?.[spec.default_from!]?.required !== true;
  }

  private fromInput(spec: ParameterSpec): boolean {
    return spec.default_from !== undefined && this.inputs.has(spec.default_from);
  }
}

function mapOf(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
