/** A parameter value as it stands in a study after resolution. Lists are for parameters of type `list`. */
export type ParameterValue = number | string | boolean | readonly ParameterValue[];
/** The parameters of a cell by name. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** Conditions on other parameters, all of which must hold: name -> the value, or one of the values. */
export type Condition = Readonly<Record<string, ParameterValue | readonly ParameterValue[]>>;

interface ParameterCommon {
  readonly description?: string;
  readonly unit?: string;
  /**
   * The parameter matters only where at least one of these conditions holds; elsewhere it is inactive: cells that
   * differ only in it are one cell, and it enters neither the cell id nor `prepare`.
   */
  readonly active_when?: readonly Condition[];
  /** The default comes from this input where the study gives that input (`Model.defaultsFrom`). */
  readonly default_from?: string;
}
/** A number, or an integer, perhaps within bounds. */
export interface NumberParameter extends ParameterCommon {
  readonly type: 'number' | 'integer';
  readonly min?: number;
  readonly max?: number;
  /** Bounds that are themselves not allowed. */
  readonly above?: number;
  readonly below?: number;
  readonly default?: number;
}
/** One of several texts. */
export interface ChoiceParameter extends ParameterCommon {
  readonly type: 'choice';
  readonly values: readonly string[];
  /** Other spellings, resolved to the value before anything else: `{ dynamic_only: 'dynamic_no_bins' }`. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly default?: string;
}
/** Any text. */
export interface StringParameter extends ParameterCommon {
  readonly type: 'string';
  readonly default?: string;
}
/** true or false. */
export interface BooleanParameter extends ParameterCommon {
  readonly type: 'boolean';
  readonly default?: boolean;
}
/** A list of numbers or of lists of numbers (bin boundaries, say). One value of an axis, not an axis. */
export interface ListParameter extends ParameterCommon {
  readonly type: 'list';
  /** `numbers`: [1, 2]; `pairs`: [[0, 10], [10, 20]]. */
  readonly items: 'numbers' | 'pairs';
  readonly default?: readonly ParameterValue[];
}
/** Without a default a parameter must be given, unless `optional` in the sense that the model handles its absence. */
export type ParameterSpec = (NumberParameter | ChoiceParameter | StringParameter | BooleanParameter | ListParameter) & {
  /** May be left out: then it is absent from `parameters` and from the cell id. */
  readonly optional?: boolean;
};
/** A model's parameters by name. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/**
 * The parameters of a cell, with the types of their declaration: number and integer are numbers, a choice is one of its values, a list
 * has numbers or pairs of them. A parameter may be absent where it is inactive (`active_when`), or `optional` without a default. For a
 * function outside the model: `(parameters: ParametersOf<typeof PARAMETERS>) => ...`, where PARAMETERS is declared
 * `as const satisfies ParameterSpecs`. Specs whose names are not known give `Parameters`.
 */
export type ParametersOf<Specs> = string extends keyof Specs
  ? Parameters
  : {
        readonly [Name in keyof Specs as Specs[Name] extends AlwaysPresent ? Name : never]: ValueOf<Specs[Name]>;
      } & {
        readonly [Name in keyof Specs as Specs[Name] extends AlwaysPresent ? never : Name]?: ValueOf<Specs[Name]>;
      } extends infer Both
    ? { readonly [Name in keyof Both]: Both[Name] }
    : never;

/** Some of them: those of a preset, or that an input gives. Where the names are not known, any. */
export type SomeOf<Values> = string extends keyof Values ? Values : Partial<Values>;

/** Every cell has a value. (`type` keeps TypeScript from refusing a spec that has none of the other keys.) */
type AlwaysPresent = { readonly type: string; readonly active_when?: undefined } & (
  { readonly optional?: false } | { readonly default: unknown }
);

type ValueOf<Spec> = Spec extends { readonly type: 'number' | 'integer' }
  ? number
  : Spec extends { readonly type: 'choice'; readonly values: readonly (infer Value)[] }
    ? Value
    : Spec extends { readonly type: 'string' }
      ? string
      : Spec extends { readonly type: 'boolean' }
        ? boolean
        : Spec extends { readonly type: 'list'; readonly items: infer Items }
          ? Items extends 'pairs'
            ? readonly (readonly [number, number])[]
            : readonly number[]
          : ParameterValue;

/**
 * What inference from the specs themselves lets pass: a key that a spec of this type does not have, a default or an alias that is none of a
 * choice's values. (With an object type, since a literal that is another literal, or never, would take the whole spec with it.)
 */
export type CheckedParameters<Specs> = {
  readonly [Name in keyof Specs]: OnlyKeys<Specs[Name], KeysOf<SpecOfType<Specs[Name]>>> &
    (Specs[Name] extends { readonly type: 'choice'; readonly values: readonly (infer Value)[] }
      ? {
          readonly default?: Value | NotOneOfTheValues;
          readonly aliases?: Readonly<Record<string, Value | NotOneOfTheValues>>;
        }
      : unknown);
};

/** No keys but these. */
export type OnlyKeys<Spec, Known> = { readonly [Key in Exclude<keyof Spec, Known>]?: NoSuchKey };

export interface NoSuchKey {
  readonly 'there is no such key': never;
}
export interface NotOneOfTheValues {
  readonly 'not one of the values of this choice': never;
}

type KeysOf<Spec> = Spec extends unknown ? keyof Spec : never;
type SpecOfType<Spec> = Spec extends { readonly type: infer Type }
  ? Type extends ParameterSpec['type']
    ? ParameterSpec & { readonly type: Type }
    : never
  : never;
