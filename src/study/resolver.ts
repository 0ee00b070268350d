import assert from 'node:assert/strict';
import type { Condition, Model, ParameterSpec, Parameters, ParameterValue } from '../model/model.ts';
import { checkValue, isOneOf } from './parameter-value.ts';
import { resolutionOrder } from './resolution-order.ts';
import type { Axis, Block } from './surface.ts';

/** One parameter of a block, ready to be resolved at any of its points. */
interface Slot {
  readonly name: string;
  readonly key: string;
  /** Place of its axis in the block, -1 for none. */
  readonly axis: number;
  readonly values: readonly ParameterValue[];
  readonly applies: readonly Test[];
  /** Where the axis does not apply: fixed value, default, or nothing. */
  readonly base: ParameterValue | undefined;
  /** `base` was read from an input: it does not enter the cell id. */
  readonly baseFromInput: boolean;
  readonly active: readonly (readonly Test[])[] | undefined;
  readonly mustBeGiven: boolean;
}

/** Another parameter, which is resolved before, has one of these values. */
interface Test {
  readonly slot: number;
  readonly allowed: ParameterValue | readonly ParameterValue[];
}

/** What a point of a block resolves to. */
export interface Resolved {
  /** Active ones, as they enter the cell id, in the order of the model. */
  readonly parameters: Parameters;
  /** Active ones whose default came from an input. */
  readonly input_defaults: Parameters;
}

/**
 * Resolves the points of one block: what value each parameter has there and whether it matters. Positions are looked at in place, so
 * that a large surface makes no garbage but its texts.
 */
export class Resolver {
  readonly size: number;
  private readonly lengths: readonly number[];
  private readonly slots: readonly Slot[];
  /** Slot numbers in the order of the model, and by name in code-unit order. */
  private readonly inModelOrder: readonly number[];
  private readonly byName: readonly number[];
  private readonly positions: number[];
  private readonly value: (ParameterValue | undefined)[];
  private readonly matters: boolean[];
  private readonly fromInput: boolean[];
  private readonly head: string;

  constructor(model: Model, block: Block, inputDefaults: Parameters) {
    const { order, circle } = resolutionOrder(model, block.axes);
    assert(circle === undefined, 'a study whose axes depend on themselves was not refused');
    const slotOf = new Map(order.map((name, i) => [name, i]));
    this.slots = order.map((name) => slot(name, model.parameters[name]!, block, inputDefaults, slotOf));
    this.inModelOrder = Object.keys(model.parameters).map((name) => slotOf.get(name)!);
    this.byName = [...order].sort((a, b) => (a < b ? -1 : 1)).map((name) => slotOf.get(name)!);
    this.lengths = block.axes.map((axis) => axis.values.length);
    this.size = this.lengths.reduce((product, length) => product * length, 1);
    this.positions = this.lengths.map(() => 0);
    this.value = order.map(() => undefined);
    this.matters = order.map(() => false);
    this.fromInput = order.map(() => false);
    this.head = `{"model":${JSON.stringify(model.name)},"parameters":{`;
  }

  /** Goes to a point, 0 .. size - 1, the last axis turning fastest. False where an axis that does not apply there is past its first value: no point. */
  goTo(point: number): boolean {
    let rest = point;
    for (let a = this.lengths.length - 1; a >= 0; a--) {
      this.positions[a] = rest % this.lengths[a]!;
      rest = Math.floor(rest / this.lengths[a]!);
    }
    for (let s = 0; s < this.slots.length; s++) {
      const { axis, values, applies, base, baseFromInput, active } = this.slots[s]!;
      const onAxis = axis >= 0 && this.all(applies);
      const position = axis < 0 ? 0 : this.positions[axis]!;
      if (axis >= 0 && !onAxis && position > 0) return false;
      this.value[s] = onAxis ? values[position] : base;
      this.fromInput[s] = !onAxis && baseFromInput;
      this.matters[s] =
        this.value[s] !== undefined && (active === undefined || active.some((tests) => this.all(tests)));
    }
    return true;
  }

  private all(tests: readonly Test[]): boolean {
    return tests.every(({ slot, allowed }) => this.matters[slot]! && isOneOf(this.value[slot]!, allowed));
  }

  /** Positions on the axes of the point. */
  indices(): number[] {
    return [...this.positions];
  }

  /** The text whose hash is the `params` id: `{"model":...,"parameters":{...}}`. Points with the same text are the same cell. */
  text(): string {
    let text = this.head;
    let comma = '';
    for (const s of this.byName) {
      if (!this.matters[s]! || this.fromInput[s]!) continue;
      text += comma + this.slots[s]!.key + JSON.stringify(this.value[s]);
      comma = ',';
    }
    return `${text}}}`;
  }

  /** The first parameter that matters here, must be given, and is not. */
  missing(): string | undefined {
    return this.slots.find(
      ({ mustBeGiven, active }, s) =>
        mustBeGiven && this.value[s] === undefined && (active === undefined || active.some((tests) => this.all(tests))),
    )?.name;
  }

  /** The parameters of the point. */
  resolved(): Resolved {
    const parameters: Record<string, ParameterValue> = {};
    const input_defaults: Record<string, ParameterValue> = {};
    for (const s of this.inModelOrder) {
      if (!this.matters[s]!) continue;
      (this.fromInput[s]! ? input_defaults : parameters)[this.slots[s]!.name] = this.value[s]!;
    }
    return { parameters, input_defaults };
  }
}

function slot(
  name: string,
  spec: ParameterSpec,
  block: Block,
  inputDefaults: Parameters,
  slotOf: ReadonlyMap<string, number>,
): Slot {
  const tests = (condition: Condition): Test[] =>
    Object.entries(condition).map(([other, allowed]) => ({ slot: slotOf.get(other)!, allowed }));
  const number = block.axes.findIndex((axis) => axis.parameter === name);
  const axis: Axis | undefined = block.axes[number];
  const fixed = Object.hasOwn(block.fixed, name) ? block.fixed[name] : undefined;
  const given = Object.hasOwn(inputDefaults, name) ? inputDefaults[name] : undefined;
  return {
    name,
    key: `${JSON.stringify(name)}:`,
    axis: number,
    values: axis?.values ?? [],
    applies: tests(axis?.when ?? {}),
    base: fixed ?? given ?? defaultOf(spec),
    baseFromInput: fixed === undefined && given !== undefined,
    active: spec.active_when?.map(tests),
    mustBeGiven: spec.optional !== true,
  };
}

/** The default with its alias resolved. */
function defaultOf(spec: ParameterSpec): ParameterValue | undefined {
  if (spec.default === undefined) return undefined;
  const checked = checkValue(spec, spec.default);
  assert('value' in checked, 'a model whose default is not allowed was not refused');
  return checked.value;
}
