import type { Format } from '../encoding/metrics-schema.ts';

/**
 * A study as a program or a `.ts` study file writes it: the same keys and values as in YAML, docs/library.md. `export default { ... } satisfies
 * StudyObject`. Paths are relative to the study file, or to the `base` that a program gives; a `file:` URL is absolute.
 */
export interface StudyObject {
  /** For editors. */
  readonly $schema?: string;
  /** A label; default: the name of the file. */
  readonly name?: string;
  /** A built-in model, `./file.ts`, or a package. Not the model itself: workers load it. */
  readonly model: string | URL;
  /** With `model: 'command'`: the program and the declaration of the model, docs/command-models.md; or the file that holds them. */
  readonly command?: StudyCommand | string | URL;
  /** Input files by name. */
  readonly inputs?: Readonly<Record<string, string | URL>>;
  /** Values that the command line may give, with their defaults; `{ setting: name }` stands where one belongs. */
  readonly settings?: Readonly<Record<string, Scalar>>;
  /** Fixed parameters. */
  readonly parameters?: Readonly<Record<string, StudyValue>>;
  /** Axes, crossed; the last one varies fastest. */
  readonly grid?: Readonly<Record<string, StudyAxis>>;
  /** Explicit cells: parameters, perhaps with an `id`. */
  readonly cells?: readonly StudyCell[];
  /** Per cell, 1 .. 2^32. */
  readonly permutations: number;
  readonly seed?: StudySeed;
  /** `shared`: common random numbers; `{ antithetic: true }`: antithetic pairs; default `independent`. */
  readonly streams?: 'independent' | 'shared' | StudyStreams;
  /** Default `params`. */
  readonly cell_ids?: 'params' | 'index';
  /** Which of the model's metrics are stored, in this order; default: those that the model stores. */
  readonly metrics?: readonly string[];
  /** Default `csv`. */
  readonly format?: Format;
  /** Rows per record batch (arrow, at least 1000) or checksum block (csv); default 2000. */
  readonly batch_rows?: number;
  /** A cell stops when the 95 % interval is so narrow (of every rule, where there are several). */
  readonly precision?: StudyPrecision | readonly StudyPrecision[];
  /** P(metric > t) in summaries: from metrics to one t or several. */
  readonly thresholds?: Readonly<Record<string, number | readonly number[]>>;
  readonly steps?: Readonly<Record<string, StudyStep>>;
  /** What identifies a row of the results tables, and which one stays where two have the same key. */
  readonly results?: { readonly key: readonly string[]; readonly keep?: 'last' | 'first' };
  /** Default `runs/<name>`. */
  readonly output?: string | URL;
}

/** A program that is the model. What else a declaration has is as with `defineModel`, less the functions. */
export interface StudyCommand {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  /** The program and its arguments. */
  readonly run: readonly string[];
  /** Default `lines`. */
  readonly form?: 'lines' | 'arrow' | 'one';
  /** What the program is made of: a run is of these files as they are. */
  readonly files?: readonly string[];
  /** Variables that are passed, or set: `NAME=value`. Default `['PATH']`. */
  readonly environment?: readonly string[];
  /** For one answer: `'500ms'`, `'60s'`, `'10m'`, `'2h'`. Default `'10m'`. */
  readonly timeout?: string;
  readonly parameters: Readonly<Record<string, object>>;
  readonly metrics: Readonly<Record<string, object>>;
  readonly [more: string]: unknown;
}

type Scalar = number | string | boolean;
type List = readonly (Scalar | readonly Scalar[])[];
interface Setting {
  readonly setting: string;
}

/** A value of a parameter. */
export type StudyValue = Scalar | List | Setting;

/** An axis: a value, a list of values, a range (`to` must be hit exactly), or either of them where a condition holds. */
export type StudyAxis =
  | Scalar
  | Setting
  | readonly (Scalar | List | Setting)[]
  | (AxisLimits & {
      readonly from: number | Setting;
      readonly to: number | Setting;
      readonly step: number | Setting;
    })
  | (AxisLimits & { readonly values: Scalar | Setting | readonly (Scalar | List | Setting)[] });

interface AxisLimits {
  /** The axis applies only where these parameters have one of these values. */
  readonly when?: Readonly<Record<string, Scalar | readonly Scalar[]>>;
  /** Values above it are left out. */
  readonly at_most?: number | Setting;
}

/** Parameters, flat or under `parameters`. */
export interface StudyCell {
  readonly [parameter: string]: StudyValue | Readonly<Record<string, StudyValue>>;
}

/** Which permutations have to do with one another. */
export interface StudyStreams {
  /** Common random numbers; a name: several studies share them. */
  readonly shared?: boolean | string;
  /** Each permutation is a pair, computed with its draws and with the mirrored ones; its row is the mean of both. */
  readonly antithetic?: boolean;
}

/** Where the random numbers of a study start. */
export interface StudySeed {
  /** 0 .. 2^32 - 1; default 1337. */
  readonly global?: number;
  /** Offsets of the cells modulo this; default 0: none. Only scheme sha256-32. */
  readonly stride?: number;
  /** Default `sha256-32`. */
  readonly scheme?: 'sha256-32' | 'philox';
  /** Default `alea`. */
  readonly generator?: 'alea' | 'tychei' | 'arc4' | 'xor4096' | 'sfc32' | 'philox';
  /** Only scheme philox. */
  readonly namespace?: string;
}

/** One of quantile, mean, threshold; none is the mean, too. */
export interface StudyPrecision {
  readonly metric: string;
  readonly quantile?: number;
  readonly mean?: true;
  /** P(metric > threshold). */
  readonly threshold?: number;
  /** Of the 95 % interval, in the unit of the metric, or relative. */
  readonly half_width: number;
  /** half_width as a fraction of the estimate; default false. */
  readonly relative?: boolean;
  /** First check; the next ones at min x 2^k permutations. Default 1000. */
  readonly min?: number;
}

/** A named sub-grid of a study, with a table of its own. */
export interface StudyStep {
  readonly grid?: Readonly<Record<string, StudyAxis>>;
  /** A value, or what an earlier step decides. */
  readonly parameters?: Readonly<Record<string, StudyValue | Decided>>;
  readonly cells?: readonly StudyCell[];
}

/** The value of the row of an earlier step that is best: by the mean of a metric, or by a rule of the model. */
interface Decided {
  readonly from: string;
  readonly best: string;
  readonly of?: 'max' | 'min';
  /** Where no complete row decides it. */
  readonly otherwise?: Scalar;
}
