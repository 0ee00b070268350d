import type { Kernel } from '#native-free/kernel';

import type { GeneratorName, Rng, Streams } from '../random/generator.ts';
import type { Note } from './note.ts';
import type {
  CheckedParameters,
  Condition,
  OnlyKeys,
  Parameters,
  ParametersOf,
  ParameterSpecs,
  ParameterValue,
  SomeOf,
} from './parameter.ts';

export type {
  BooleanParameter,
  ChoiceParameter,
  Condition,
  ListParameter,
  NumberParameter,
  Parameters,
  ParametersOf,
  ParameterSpec,
  ParameterSpecs,
  ParameterValue,
  StringParameter,
} from './parameter.ts';

export type { Note } from './note.ts';

/** An input file that a model declares. */
export interface InputSpec {
  readonly description: string;
  readonly required?: boolean;
  /** Whether a file looks like this input, by its first line: how `permafrost inspect` recognises a file. */
  recognises?(first_line: string): boolean;
  /** What a file holds and what is wrong with it. Throws EngineError DATA for one that is no such input at all. */
  inspect?(file: InputFile): Inspection;
}
/** A model's inputs by name. */
export type InputSpecs = Readonly<Record<string, InputSpec>>;

/** The input files that a study names: those required are there. Specs whose names are not known give any names. */
export type FilesOf<Specs> = string extends keyof Specs
  ? Readonly<Record<string, InputFile>>
  : {
        readonly [Name in keyof Specs as Specs[Name] extends { readonly required: true } ? Name : never]: InputFile;
      } & {
        readonly [Name in keyof Specs as Specs[Name] extends { readonly required: true } ? never : Name]?: InputFile;
      } extends infer Both
    ? { readonly [Name in keyof Both]: Both[Name] }
    : never;

/** What `permafrost inspect` says of an input file. */
export interface Inspection {
  /** For a program; plain data. */
  readonly facts: unknown;
  /** The same for a person. */
  readonly text: string;
  /** What a run refuses, a line each, with line, column and value; as many as a person wants to read. */
  readonly problems: readonly string[];
  /** How many problems there are. */
  readonly n_problems: number;
  /** What a person should know before trusting results. A text alone gets the code NOTE. */
  readonly notes: readonly (Note | string)[];
}

/** What a study says of all its cells. */
export interface StudyFacts {
  readonly streams: 'independent' | 'shared';
  /** The metrics that are stored, in the order of their columns. */
  readonly metrics: readonly string[];
}

/** A metric that a model declares. */
export interface MetricSpec {
  readonly unit?: string;
  readonly description?: string;
  /** May be undefined for a permutation: NaN is a value then. Any other NaN is a failed permutation. */
  readonly missing?: boolean;
  /** May be infinite for a permutation. Any other infinite value is a failed permutation. */
  readonly infinite?: boolean;
  /**
   * Chance has no part in it: it is the same in every permutation of a cell, always, or where the cell's parameters meet one of these
   * conditions. Only what is declared so is called so: rows that happen to be equal prove nothing.
   */
  readonly constant?: true | readonly Condition[];
  /** The metric is a rate: the sum of these metrics over the sum of those. A report then gives the rate of all permutations together, too. */
  readonly rate_of?: { readonly cases: readonly string[]; readonly of: readonly string[] };
  /** The number parameter at which values are capped, if they are: a report says where the cap was met. */
  readonly cap?: string;
  /**
   * The metric that is infinite where no upper limit of this one was found: the value is then the largest that was tried, and a report says "at least".
   */
  readonly open_above?: string;
  /** One of the first that a person asks for: run, summarize and report begin with these, in the order of their columns. */
  readonly headline?: boolean;
  /** What a sentence calls it: `total return`. Default: its name, with spaces. */
  readonly label?: string;
  /** Which way is good. A report looks for trouble in the other tail. */
  readonly good?: 'high' | 'low';
  /** Where a reader decides, what matters most first: a report says which cells hold up and which do not. Only beside `good`. */
  readonly goals?: readonly Goal[];
  /** `false`: stored only where a study asks for it (`metrics:`). Default: stored. */
  readonly stored?: boolean;
}

/** A value of a metric that decides. */
export interface Goal {
  /** The metric is to lie on the good side of this value; the value itself is on it. */
  readonly at: number;
  /** What is so there, as a clause: `the strategy makes money`. */
  readonly means: string;
}

/** A model's metrics by name, in the order of their columns. */
export type MetricSpecs = Readonly<Record<string, MetricSpec>>;

/** Columns of a suite's tables that the engine fills. */
export const ENGINE_COLUMNS = ['step', 'cell_id', 'n', 'status', 'error', 'config_id'] as const;

/** A column of a suite's tables under a title of its own. */
export interface ResultColumn {
  readonly title: string;
  /** A parameter, a metric, or one of ENGINE_COLUMNS. */
  readonly of: string;
  /** The text where the parameter is inactive; absent: none. */
  readonly inactive?: ParameterValue;
}

/** A statistic of a metric over the permutations of a cell, by its name in summary.json. */
export type ViewStatistic = 'mean' | 'p01' | 'p05' | 'p25' | 'p50' | 'p75' | 'p95' | 'p99';

/**
 * A picture that a report draws of every run of the model whose cells vary in `x`: a metric against a parameter, or against the
 * mean of another metric. It has no part in any row.
 */
export interface View {
  readonly title: string;
  /** A parameter or a metric. */
  readonly x: string;
  /** A metric. */
  readonly y: string;
  /** Of y; default: the mean. `p50` is drawn with the band from P5 to P95. */
  readonly statistic?: ViewStatistic;
  /** A parameter: a line for each of its values. What else varies gets lines or panels of its own. */
  readonly series?: string;
  /** Only cells with these parameter values. */
  readonly where?: Condition;
}

/** Which cells are best. */
export interface Ranking<Metric extends string = string> {
  readonly metric: Metric;
  readonly best: 'highest' | 'lowest';
}

/** One input file as the engine read it. `path` is for messages: as the study wrote it. */
export interface InputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What `prepare` gets. `shared` is what `Model.shared` returned for the whole study, only with `streams: shared`. */
export interface PrepareContext<Inputs = unknown, Values = Parameters, Shared = Json> {
  readonly parameters: Values;
  readonly inputs: Inputs;
  readonly streams: 'independent' | 'shared';
  readonly shared: Shared | undefined;
  /** The metrics that are stored, in the order of their columns: the others need not be computed. */
  readonly metrics: readonly string[];
  /** The cell's id, for messages: no row may depend on it. Not given to `baseline`. */
  readonly cell_id?: string;
}

/** Plain data, as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One complete cell of an earlier step: its active parameters and the means of its metrics. */
export interface ResultRow<Values = Parameters, Metric extends string = string> {
  readonly parameters: Values;
  readonly metrics: Readonly<Record<Metric, number>>;
}

/** A rule that takes a parameter's value from the rows of an earlier step. (Of a method's type, as all functions of a model are: one with types of its own is still a `Model`.) */
export type Choice<Values = Parameters, Metric extends string = string> = {
  /** The value, from one row or more. */
  choose(rows: readonly ResultRow<Values, Metric>[]): ParameterValue;
}['choose'];

/** One row being filled: every metric that is stored must be set; what is set of the others is dropped. */
export type Row<Metric extends string = string> = Record<Metric, number>;

/**
 * One typed-array column per metric, in the order of `Model.metrics`, each `streams.count` long. Those that are stored are pre-filled
 * with NaN; the others hold anything, and what is written to them is dropped.
 */
export type Columns = readonly Float64Array[];

export { KERNELS, type Kernel } from '#native-free/kernel';

/**
 * A model: what is simulated. Everything here must be a pure function of its arguments: no clock, no Math.random,
 * no module state that one permutation leaves for the next.
 *
 * Give either `simulate` (one permutation at a time) or `simulateChunk` (the fast form), or both; with both, the chunk form is used
 * and both must give the same bits. An exception from `simulate` fails that permutation; one from `simulateChunk`
 * makes the engine run the chunk again one permutation at a time to find which failed. Either may be async: a thread waits for one permutation or chunk
 * before it begins the next, so await everything.
 */
export interface Model<
  Inputs = unknown,
  State = unknown,
  Values = Parameters,
  Metric extends string = string,
  Files = Readonly<Record<string, InputFile>>,
  Shared = Json,
> {
  /** snake-case or kebab-case name. */
  readonly name: string;
  /** Changes whenever the rows change. (For a user's own model the engine adds a hash of its code.) */
  readonly version: string;
  /** What a person does about a run of an earlier version, which this one cannot extend: a sentence or two, by that version. */
  readonly earlier_versions?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly parameters: ParameterSpecs;
  /**
   * Named sets of defaults: a study with `parameters: { preset: NAME }` takes them for the parameters that it leaves out. Resolved by
   * the study: `preset` is no parameter and enters no id, so a preset and its values written out are the same experiment. What an optional
   * input says of a parameter (`default_from`) stands over the preset where the study gives that input.
   */
  readonly presets?: Readonly<Record<string, SomeOf<Values>>>;
  readonly inputs?: InputSpecs;
  readonly metrics: MetricSpecs;
  /** The metric by whose mean `permafrost report` ranks the cells, where it is stored; for a model that has one number to be judged by. */
  readonly ranking?: Ranking<Metric>;
  /** What a report is about, in this order, as far as a run has values of it. Default: the metric of `ranking`, then the headline. */
  readonly lead?: readonly Metric[];
  /** What `permafrost report` draws first. */
  readonly views?: readonly View[];
  /**
   * What results/<step>.csv begins with, where published tables have an order and titles of their own: parameters, metrics and
   * ENGINE_COLUMNS (config_id: a hash of what is outside the key). What is left out follows after them.
   */
  readonly results_columns?: readonly (string | ResultColumn)[];
  /** Generators that the model can draw from, where it draws in code of its own; a study with another one is refused. Default: all. */
  readonly generators?: readonly GeneratorName[];
  /** Generators with which `simulateChunk` computes in the kernel that it is given; where there are none, `kernel` changes nothing that the model does. */
  readonly kernels?: readonly GeneratorName[];
  /** It draws random numbers that `rng` and `streams` do not give (from a seed, in another process): they cannot be mirrored in antithetic pairs. */
  readonly draws_by_itself?: boolean;
  /** What a reader of any result must know, a sentence or two each: printed in every report. */
  readonly caveats?: readonly string[];
  /** Rules that tie parameters together; each problem names its parameter. Called with all active parameters. */
  check?(parameters: Values): readonly { readonly parameter: string; readonly message: string }[];
  /**
   * Parses the input files, once, in the main thread. The result is sent to the workers by structured clone:
   * put large arrays on a SharedArrayBuffer and they are shared, not copied. Throws EngineError DATA.
   */
  load?(files: Files): Inputs | Promise<Inputs>;
  /** Defaults taken from inputs, for the parameters with `default_from`. They do not enter the cell id. */
  defaultsFrom?(inputs: Inputs): SomeOf<Values>;
  /** Checks one cell, of which these metrics are stored, against the inputs (a file that the cell needs is missing, say), before anything runs. */
  checkInputs?(parameters: Values, inputs: Inputs, metrics: readonly string[]): readonly string[];
  /**
   * What a person should know about the inputs and what the cells make of them (conflicts, rows that are dropped): for stderr, once after
   * loading, for plan and for the report. A text alone gets the code NOTE.
   */
  notes?(inputs: Inputs, cells: Iterable<Values>, study: StudyFacts): readonly (Note | string)[];
  /** A fact about all cells together that rows depend on when streams are shared (the largest delay, say). Hashed into the experiment. */
  shared?(cells: Iterable<Values>): Shared;
  /** Once per cell and worker. */
  prepare?(context: PrepareContext<Inputs, Values, Shared>): State | Promise<State>;
  /** One permutation: draw from `rng`, fill `row`. */
  simulate?(state: State, rng: Rng, row: Row<Metric>): void | Promise<void>;
  /** A chunk of permutations: fill `columns[m][i]` for permutation `streams.first + i`. */
  simulateChunk?(state: State, streams: Streams, columns: Columns, kernel: Kernel): void | Promise<void>;
  /** The metrics of the unperturbed case, written into the manifest and every summary. */
  baseline?(context: PrepareContext<Inputs, Values, Shared>): SomeOf<Readonly<Record<Metric, number>>>;
  /** Named rules by which a step of a suite takes a parameter from the rows of an earlier one (`best: <rule>`); there is at least one row. */
  readonly choices?: Readonly<Record<string, Choice<Values, Metric>>>;
  /** What happened in one permutation, step by step, for `replay --trace`: lines for a person. Must not change the row. */
  trace?(state: State, rng: Rng): Iterable<string>;
  /** The course of one permutation in time, for `report --paths`. Must draw what `simulate` draws, and must not change the row. */
  path?(state: State, rng: Rng): Course;
  /** The course of the unperturbed case, in the same terms. */
  unperturbedPath?(state: State): Course;
  /** One permutation summed up, for `replay` and for a study of a single one. Must not change the row. */
  summary?(state: State, rng: Rng): PermutationSummary;
}

/** How something went, from the beginning to the end. */
export interface Course {
  /** What it runs over, as an axis names it: `trades`, `tick`. */
  readonly along: string;
  /** Where it was looked at, ascending. */
  readonly at: ArrayLike<number>;
  /** By what a picture calls it, `equity [dollars]`: a value for each of `at`. */
  readonly values: Readonly<Record<string, ArrayLike<number>>>;
}

/** One permutation summed up. */
export interface PermutationSummary {
  /** Lines for a person. */
  readonly text: string;
  /** The same for a program; plain data, with what a row of numbers cannot hold. */
  readonly data: unknown;
}

/**
 * A model module: `export default defineModel({ ... })`. Types infer from the declaration: `parameters.p` has the type of the parameter p
 * (ParametersOf), `row` has the metrics' names, `inputs` is what `load` returned (undefined without one), `state` what `prepare` returned;
 * without `prepare` it is what `prepare` would have got. A name or a type that does not fit does not compile.
 *
 * TypeScript reads the functions in the order in which they are written: put `load`, `shared` and `prepare` before the functions that take
 * what they return.
 */
export function defineModel<
  const Specs extends ParameterSpecs,
  const Metrics extends MetricSpecs,
  // eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- a model without inputs: no names
  const Files extends InputSpecs = Record<never, never>,
  Inputs = undefined,
  Shared extends Json = Json,
  State = PrepareContext<Inputs, ParametersOf<Specs>, Shared>,
>(
  model: Declared<Specs, Metrics, Files> &
    Model<Inputs, State, ParametersOf<Specs>, string & keyof Metrics, FilesOf<Files>, Shared>,
): Model<Inputs, State, ParametersOf<Specs>, string & keyof Metrics, FilesOf<Files>, Shared> {
  return model;
}

/** What the types of a model's functions are inferred from. */
interface Declared<Specs, Metrics, Files> {
  readonly parameters: Specs & CheckedParameters<Specs>;
  readonly metrics: Metrics & { readonly [Name in keyof Metrics]: OnlyKeys<Metrics[Name], keyof MetricSpec> };
  readonly inputs?: Files & { readonly [Name in keyof Files]: OnlyKeys<Files[Name], keyof InputSpec> };
}
