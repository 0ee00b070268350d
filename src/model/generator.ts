import type { Rng } from '../random/generator.ts';
import type { Parameters, ParameterSpec } from './model.ts';

/** Makes an input file out of nothing, for trying things and for tests: what `permafrost generate <name>` runs. */
export interface InputGenerator {
  /** kebab-case. */
  readonly name: string;
  readonly description: string;
  /** Each with a default. */
  readonly options: Readonly<Record<string, ParameterSpec>>;
  /** Rules that tie options together, or that a range cannot say; each problem names its option. */
  check?(options: Parameters): readonly { readonly parameter: string; readonly message: string }[];
  /** A pure function of options and stream. */
  generate(options: Parameters, rng: Rng): GeneratedInput;
}

export interface GeneratedInput {
  /** The file. */
  readonly text: string;
  /** What it holds, for a program and for a person. */
  readonly statistics: object;
  readonly statistics_text: string;
}
