import { look } from '../files/look.ts';
import { EngineError } from '../errors.ts';
import { writeNewFile } from '../files/new-file.ts';
import type { FilePort } from '../files/port.ts';
import type { InputGenerator } from '../model/generator.ts';
import type { Parameters, ParameterValue } from '../model/model.ts';
import { inputGenerators } from '../models/generators.ts';
import { createStreams } from '../random/streams.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { allowedText, checkValue } from '../study/parameter-value.ts';
import { anyOf, notExpected } from '../wording/expected.ts';
import { pathOf } from './given-study.ts';

/** Options of `generate`. */
export interface GenerateOptions {
  /** What the generator takes, by name (`permafrost generate <what> --help` lists them); what is not given has a default. */
  readonly parameters?: Parameters | undefined;
  /** 0 .. 2^32 - 1; default 1. The same seed and parameters give the same bytes. */
  readonly seed?: number | undefined;
  /** A file that it is written to. */
  readonly into?: string | URL | undefined;
  /** Replaces what is at `into`. */
  readonly overwrite?: boolean | undefined;
}

/** An input file that was made. */
export interface Generated {
  /** The content of the file. */
  readonly text: string;
  /** Where it was written; undefined without `into`. */
  readonly file: string | undefined;
  readonly seed: number;
  /** Those given and the defaults. */
  readonly parameters: Parameters;
  /** What the file holds, for a program and for a person. */
  readonly statistics: object;
  readonly statistics_text: string;
}

const LARGEST_SEED = 2 ** 32 - 1;

/** Makes an input file out of nothing, for trying things. `what`: `build-history`. Throws USAGE. */
export async function generate(
  what: string,
  { parameters: given = {}, seed = 1, into, overwrite = false }: GenerateOptions = {},
  { port }: Host = thisMachine,
): Promise<Generated> {
  const generator = generatorOf(what);
  checkSeed('seed', seed);
  const parameters = parametersOf(generator, given, (name) => name);
  const file = into === undefined ? undefined : pathOf(into);
  if (file !== undefined) refuseToReplace(port, file, overwrite);
  const rng = createStreams({ scheme: 'sha256-32', generator: 'alea', base_seed: seed }, 0, 1).rng(0);
  const { text, statistics, statistics_text } = generator.generate(parameters, rng);
  if (file !== undefined) await writeNewFile(port, file, text);
  return { text, file, seed, parameters, statistics, statistics_text };
}

function generatorOf(what: string): InputGenerator {
  const found = inputGenerators.find(({ name }) => name === what);
  if (found !== undefined) return found;
  throw notExpected('what is generated', anyOf(inputGenerators.map(({ name }) => name)), what);
}

/** `option`: what a message calls it. `given`: as it was written. */
export function checkSeed(option: string, seed: number, given: unknown = seed): number {
  if (Number.isSafeInteger(seed) && seed >= 0 && seed <= LARGEST_SEED) return seed;
  throw notExpected(option, `a whole number from 0 to ${LARGEST_SEED}`, given);
}

/** Those given, each checked, and the defaults of the others. `named`: what a message calls them. Throws USAGE. */
export function parametersOf(
  generator: InputGenerator,
  given: Parameters,
  named: (name: string) => string,
): Record<string, ParameterValue> {
  const known = Object.keys(generator.options);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw notExpected(`${generator.name}: a parameter`, anyOf(known), unknown);
  const parameters = Object.fromEntries(
    Object.entries(generator.options).map(([name, spec]) => {
      const value = given[name];
      if (value === undefined) return [name, spec.default as ParameterValue];
      const checked = checkValue(spec, value);
      if (!('value' in checked)) throw notExpected(named(name), allowedText(spec), value);
      return [name, checked.value];
    }),
  );
  const problem = generator.check?.(parameters)[0];
  if (problem === undefined) return parameters;
  const path = named(problem.parameter);
  throw new EngineError('USAGE', `${path}: ${problem.message}.`, { path, value: parameters[problem.parameter] });
}

/** A link counts as what it is: a file that is there. */
function refuseToReplace(port: FilePort, into: string, overwrite: boolean): void {
  const found = look(port, into);
  if (found === undefined || (overwrite && found.kind !== 'folder')) return;
  const way_out = found.kind === 'folder' ? 'is a folder: name a file' : 'already exists: --overwrite replaces it';
  throw new EngineError('USAGE', `${into} ${way_out}.`, { path: '--into', value: into });
}
