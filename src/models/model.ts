import type { Kernel } from '#native-free/kernel';

import type { Rng, Streams } from '../random/generator.ts';

/** A parameter value as it stands in a study after resolution. Lists are for parameters of type `list`. */
export type ParameterValue = number | string | boolean | readonly ParameterValue[];
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
export interface NumberParameter extends ParameterCommon {
  readonly type: 'number' | 'integer';
  readonly min?: number;
  readonly max?: number;
  /** Bounds that are themselves not allowed. */
  readonly above?: number;
  readonly below?: number;
  readonly default?: number;
}
export interface ChoiceParameter extends ParameterCommon {
  readonly type: 'choice';
  readonly values: readonly string[];
  /** Other spellings, resolved to the value before anything else: `{ dynamic_only: 'dynamic_no_bins' }`. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly default?: string;
}
export interface StringParameter extends ParameterCommon {
  readonly type: 'string';
  readonly default?: string;
}
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

export interface InputSpec {
  readonly description: string;
  readonly required?: boolean;
}

export interface MetricSpec {
  readonly unit?: string;
  readonly description?: string;
  /** May be undefined for a permutation: NaN is a value then. Any other NaN is a failed permutation. */
  readonly missing?: boolean;
}

/** One input file as the engine read it. `path` is for messages: as the study wrote it. */
export interface InputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What `prepare` gets. `shared` is what `Model.shared` returned for the whole study, only with `streams: shared`. */
export interface PrepareContext<Inputs> {
  readonly parameters: Parameters;
  readonly inputs: Inputs;
  readonly streams: 'independent' | 'shared';
  readonly shared: Json | undefined;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One row being filled: every declared metric must be set. */
export type Row = Record<string, number>;

/** One typed-array column per metric, in the order of `Model.metrics`, each `streams.count` long, pre-filled with NaN. */
export type Columns = readonly Float64Array[];

export { KERNELS, type Kernel } from '#native-free/kernel';

/**
 * A model: what is simulated. Everything here must be a pure function of its arguments: no clock, no Math.random,
 * no module state that one permutation leaves for the next.
 *
 * Give either `simulate` (one permutation at a time) or `simulateChunk` (the fast form), or both; with both, the chunk form is used
 * and both must give the same bits. An exception from `simulate` fails that permutation; one from `simulateChunk`
 * makes the engine run the chunk again one permutation at a time to find which failed.
 */
export interface Model<Inputs = unknown, State = unknown> {
  /** snake-case or kebab-case name. */
  readonly name: string;
  /** Changes whenever the rows change. (For a user's own model the engine adds a hash of its code.) */
  readonly version: string;
  readonly description?: string;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /**
   * Named sets of defaults: a study with `parameters: { preset: NAME }` takes them for the parameters that it leaves out. Resolved by
   * the study: `preset` is no parameter and enters no id, so a preset and its values written out are the same experiment.
   */
  readonly presets?: Readonly<Record<string, Parameters>>;
  readonly inputs?: Readonly<Record<string, InputSpec>>;
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  /** Rules that tie parameters together; each problem names its parameter. Called with all active parameters. */
  check?(parameters: Parameters): readonly { readonly parameter: string; readonly message: string }[];
  /**
   * Parses the input files, once, in the main thread. The result is sent to the workers by structured clone:
   * put large arrays on a SharedArrayBuffer and they are shared, not copied. Throws EngineError DATA.
   */
  load?(files: Readonly<Record<string, InputFile>>): Inputs | Promise<Inputs>;
  /** Defaults taken from inputs, for the parameters with `default_from`. They do not enter the cell id. */
  defaultsFrom?(inputs: Inputs): Parameters;
  /** Checks one cell against the inputs (a file that the cell needs is missing, say), before anything runs. */
  checkInputs?(parameters: Parameters, inputs: Inputs): readonly string[];
  /** What a person should know about the inputs (conflicts, rows that may be dropped): lines for stderr, once after loading. */
  notes?(inputs: Inputs): readonly string[];
  /** A fact about all cells together that rows depend on when streams are shared (the largest delay, say). Hashed into the experiment. */
  shared?(cells: Iterable<Parameters>): Json;
  /** Once per cell and worker. */
  prepare?(context: PrepareContext<Inputs>): State | Promise<State>;
  /** One permutation: draw from `rng`, fill `row`. */
  simulate?(state: State, rng: Rng, row: Row): void;
  /** A chunk of permutations: fill `columns[m][i]` for permutation `streams.first + i`. */
  simulateChunk?(state: State, streams: Streams, columns: Columns, kernel: Kernel): void;
  /** The metrics of the unperturbed case, written into the manifest and every summary. */
  baseline?(context: PrepareContext<Inputs>): Readonly<Record<string, number>>;
  /** What happened in one permutation, step by step, for `replay --trace`: lines for a person. Must not change the row. */
  trace?(state: State, rng: Rng): Iterable<string>;
}

/** Typing aid for a model module: `export default defineModel({ ... })`. */
export function defineModel<Inputs, State>(model: Model<Inputs, State>): Model<Inputs, State> {
  return model;
}
