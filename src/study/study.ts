import { resolve } from 'node:path';
import { EngineError } from '../errors.ts';
import { SMALLEST_BLOCK, type Format } from '../encoding/metrics-schema.ts';
import type { Model, Parameters } from '../model/model.ts';
import { GENERATORS } from '../random/generator.ts';
import type { GeneratorName } from '../random/generator.ts';
import type { Seed, Sharing } from '../random/seeding.ts';
import { checkDerivations, derivationsOf, withDerived } from './derived.ts';
import type { Derivation, Derived } from './derived.ts';
import { COMMAND, loadCommand } from './load-command.ts';
import { loadModel } from './load-model.ts';
import type { BuiltInModels, LoadedModel } from './load-model.ts';
import { Problems, StudyError } from './problem.ts';
import type { Locate } from './problem.ts';
import type { Precision, RawStudy } from './schema.ts';
import { checkSettingNames, withSettings } from './settings.ts';
import { checkShape } from './shape.ts';
import { readOnce } from './source.ts';
import type { StudyAsRead, StudyReference, StudySource } from './source.ts';
import { readSurface } from './surface.ts';
import type { Surface } from './surface.ts';
import { checkPairs, sharingOf } from './sharing.ts';
import { mustBeStored, storedMetrics } from './stored-metrics.ts';

/** One input file of a study. */
export interface StudyInput {
  /** As the study, or the command line, writes it, for messages. */
  readonly path: string;
  /** Absolute: relative paths start at the study file, those of the command line at the working directory. */
  readonly file: string;
  readonly named_by: 'study' | 'command line';
}

/** A checked study: everything complete, every value allowed. Its cells are expanded by `expandCells`. */
export interface Study {
  /** A label; default the name of the file without its extension. */
  readonly name: string;
  /** The study file as the user named it, for messages; what they call a study that is an object. */
  readonly file: string;
  /** Absolute: where paths in the study start. */
  readonly folder: string;
  /** It has no file. */
  readonly in_memory: boolean;
  /** The text of the study file, for the record. */
  readonly text: string;
  readonly locate: Locate;
  readonly model: Model;
  /** A user's own model as one ESM text (see LoadedModel); undefined for a built-in one. */
  readonly model_code: string | undefined;
  readonly inputs: Readonly<Record<string, StudyInput>>;
  readonly surface: Surface;
  /** Parameters of steps that earlier steps decide, and the values decided so far: those of the surface. */
  readonly derivations: readonly Derivation[];
  readonly derived: Derived;
  /** What was given for settings of the study; those not given have their defaults. */
  readonly settings: Parameters;
  /** Per cell, 1 .. 2^32. */
  readonly permutations: number;
  readonly seed: Seed;
  readonly streams: Sharing;
  readonly cell_ids: 'params' | 'index';
  /** The metrics that are stored, in the order of their columns. */
  readonly metrics: readonly string[];
  readonly format: Format;
  /** Rows per record batch (arrow, at least 1000) or checksum block (csv). */
  readonly batch_rows: number;
  /** Empty where the study asks for none. */
  readonly precision: readonly Precision[];
  /** Per metric the t of P(metric > t), ascending as written. */
  readonly thresholds: Readonly<Record<string, readonly number[]>>;
  readonly results: { readonly key: readonly string[]; readonly keep: 'last' | 'first' } | undefined;
  /**
   * Absolute. The study's `output` starts at the study file, as its inputs do, so that a command does the same from any folder; default
   * `runs/<name of the study file>` there.
   */
  readonly output: string;
}

/** What the command line says in place of the study. */
export interface StudyOverrides {
  readonly permutations?: number | undefined;
  readonly format?: Format | undefined;
  /** As it is: not relative to the study file. */
  readonly output?: string | undefined;
  /** Values for parameters that earlier steps decide; steps without theirs have no cells. */
  readonly derived?: Derived | undefined;
  /** Values for settings that the study declares. */
  readonly settings?: Parameters | undefined;
  /** Input files in place of those (or none) that the study names; relative to the working directory. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
}

export interface StudyOptions {
  readonly models: BuiltInModels;
  readonly overrides?: StudyOverrides;
}

/** Reads, loads and checks a study. Throws EngineError: STUDY with all problems at once (a StudyError), or MODEL. */
export async function loadStudy(reference: StudyReference, options: StudyOptions): Promise<Study> {
  const { source, kept } = await readOnce(reference);
  return checkStudy(source, kept, options);
}

/** Checks what was read and loads the model that it names. */
async function checkStudy(
  source: StudySource,
  kept: StudyAsRead['kept'],
  { models, overrides = {} }: StudyOptions,
): Promise<Study> {
  const problems = new Problems(source.locate);
  const raw = withOverrides(withSettings(source.raw, overrides.settings ?? {}, problems), overrides);
  const shape = checkShape(raw, problems);
  const loaded = await modelOf(raw, source, kept, models, problems);
  const seed = seedOfStudy(shape, problems);
  const metrics = loaded && storedMetrics(shape?.metrics, loaded.model, problems);
  checkDerivations(raw, loaded?.model, metrics ?? [], problems);
  checkSettingNames(raw, derivationsOf(raw), problems);
  const decided = withDerived(raw, overrides.derived ?? {});
  const surface = loaded && readSurface(decided, loaded.model, inputsGiven(raw), problems);
  if (shape !== undefined) {
    if (seed !== undefined && loaded !== undefined) checkGenerator(seed, loaded.model, problems);
    if (loaded !== undefined) checkAgainstModel(shape, loaded.model, metrics!, overrides.inputs ?? {}, problems);
    if (loaded !== undefined && seed !== undefined) checkPairs(shape.streams, loaded.model, seed.generator, problems);
    checkBatchRows(shape, problems);
  }
  problems.throwIfAny(source.file);
  return complete(
    { ...source, raw },
    shape!,
    loaded!,
    { surface: surface!, seed: seed!, metrics: metrics! },
    overrides,
  );
}

function withOverrides(raw: unknown, { permutations, format, inputs }: StudyOverrides): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const own: unknown = (raw as { readonly inputs?: unknown }).inputs;
  const all_inputs = inputs && { ...(typeof own === 'object' ? own : {}), ...inputs };
  // A key that is not given stays as the study has it, or absent.
  const given = Object.entries({ permutations, format, inputs: all_inputs }).filter(([, value]) => value !== undefined);
  return { ...raw, ...Object.fromEntries(given) };
}

/** Names only: an input whose path is wrong is still one that was meant. */
function inputsGiven(raw: unknown): Set<string> {
  const inputs: unknown = (raw as { readonly inputs?: unknown } | null)?.inputs;
  return new Set(typeof inputs === 'object' && inputs !== null ? Object.keys(inputs) : []);
}

/** The model; undefined where it has to be reported together with other problems. Trouble inside the model itself is thrown at once. */
async function modelOf(
  raw: unknown,
  source: StudySource,
  kept: StudyAsRead['kept'],
  models: BuiltInModels,
  problems: Problems,
): Promise<LoadedModel | undefined> {
  const { model: reference, command } = (raw ?? {}) as { readonly model?: unknown; readonly command?: unknown };
  if (typeof reference !== 'string' || reference === '') return undefined;
  if (reference === COMMAND) {
    if (kept.model !== undefined) return kept.model;
    const loaded = await loadCommand(command, source, problems);
    if (loaded !== undefined) kept.model = Promise.resolve(loaded);
    return loaded;
  }
  if (command !== undefined)
    problems.add(['command'], `is read only with model: ${COMMAND}`, { value: command, allowed: `model: ${COMMAND}` });
  try {
    return await (kept.model ??= loadModel(reference, source.folder, models));
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'STUDY' || error instanceof StudyError) throw error;
    const { allowed } = error;
    problems.add(['model'], error.message.replace(/^model: /, ''), {
      value: reference,
      allowed,
    });
    return undefined;
  }
}

/** Why a generator of seedrandom is not offered: with arithmetic seeds its permutations are correlated. */
const REFUSED_GENERATORS: Readonly<Record<string, string>> = {
  xor128: 'with arithmetic seeds its permutations are correlated, and with seed 0 it returns only zeros',
  xorwow: 'with arithmetic seeds its permutations are correlated',
  xorshift7: 'with arithmetic seeds its permutations are correlated: 1,000 distinct streams for all seeds from 2^31',
};

function seedOfStudy(shape: RawStudy | undefined, problems: Problems): Seed | undefined {
  if (shape === undefined) return undefined;
  const { global, stride, namespace } = shape.seed;
  const scheme = shape.seed.scheme ?? (shape.seed.generator === 'philox' ? undefined : 'sha256-32');
  const generator = shape.seed.generator ?? (scheme === 'philox' ? 'philox' : 'alea');
  const path = ['seed', 'generator'];
  const reason = Object.hasOwn(REFUSED_GENERATORS, generator) ? REFUSED_GENERATORS[generator] : undefined;
  if (reason !== undefined) {
    problems.add(path, `${generator} is refused: ${reason}; allowed: ${GENERATORS.join(', ')}`, {
      value: generator,
      allowed: GENERATORS.join(', '),
    });
  } else if (!isGenerator(generator)) problems.unknown(path, 'generator', generator, GENERATORS);
  else if (scheme === undefined) problems.add(path, 'philox needs seed.scheme: philox', { value: generator });
  else if ((scheme === 'philox') !== (generator === 'philox')) {
    const allowed = scheme === 'philox' ? 'philox' : GENERATORS.filter((name) => name !== 'philox').join(', ');
    problems.wrong(path, generator, `${allowed} (scheme ${scheme})`);
  } else if (scheme === 'philox' && stride !== 0)
    problems.wrong(['seed', 'stride'], stride, '0: the scheme philox has no stride');
  else if (scheme !== 'philox' && namespace !== '') {
    problems.wrong(['seed', 'namespace'], namespace, 'none: only the scheme philox has namespaces');
  } else return { global, stride, scheme, generator, namespace };
  return undefined;
}

function isGenerator(name: string): name is GeneratorName {
  return (GENERATORS as readonly string[]).includes(name);
}

/** The model can draw from the generator of the study. */
function checkGenerator({ generator }: Seed, { name, generators }: Model, problems: Problems): void {
  if (generators?.includes(generator) === false)
    problems.wrong(['seed', 'generator'], generator, `${generators.join(', ')} (model ${name} has no other generator)`);
}

/** Inputs and metrics that the study names are those of the model. */
function checkAgainstModel(
  shape: RawStudy,
  model: Model,
  metrics: readonly string[],
  given: NonNullable<StudyOverrides['inputs']>,
  problems: Problems,
): void {
  const inputs = Object.keys(model.inputs ?? {});
  for (const [name, path] of Object.entries(shape.inputs)) {
    const where = Object.hasOwn(given, name) ? '--input' : 'inputs';
    if (!inputs.includes(name)) problems.unknown([where, name], `input of model ${model.name}`, name, inputs, path);
  }
  for (const [name, { required, description }] of Object.entries(model.inputs ?? {})) {
    if (required === true && !Object.hasOwn(shape.inputs, name))
      problems.wrong(['inputs', name], undefined, `a file: ${description}`);
  }
  for (const name of Object.keys(shape.thresholds)) mustBeStored(['thresholds', name], name, metrics, model, problems);
  const several = Array.isArray(shape.precision);
  for (const [i, rule] of precisionOf(shape).entries()) {
    const path = several ? ['precision', i] : ['precision'];
    mustBeStored([...path, 'metric'], rule.metric, metrics, model, problems);
    const [first, second] = (['quantile', 'mean', 'threshold'] as const).filter((kind) => rule[kind] !== undefined);
    if (second !== undefined) {
      problems.add([...path, second], `a ${first} is given as well; give one of them, or none for the mean`, {
        value: rule[second],
      });
    }
  }
  const columns = Object.keys(model.parameters);
  for (const name of shape.steps === undefined
    ? []
    : TABLE_COLUMNS.filter((each) => [...columns, ...metrics].includes(each)))
    problems.add(
      ['steps'],
      `the tables of steps have a column ${name} of their own, and model ${model.name} has one of that name; rename it there`,
    );
  for (const [i, name] of (shape.results?.key ?? []).entries()) {
    if (!columns.includes(name))
      problems.unknown(['results', 'key', i], `parameter of model ${model.name}`, name, columns);
  }
}

/** Columns of results/<step>.csv that a model may have, too, where there are no steps. */
const TABLE_COLUMNS = ['status', 'error'];

function checkBatchRows({ format, batch_rows }: RawStudy, problems: Problems): void {
  const smallest = SMALLEST_BLOCK[format];
  if (batch_rows < smallest) {
    problems.wrong(['batch_rows'], batch_rows, `an integer from ${smallest} to 1000000 (format ${format})`);
  }
}

function precisionOf(shape: RawStudy): Precision[] {
  if (shape.precision === undefined) return [];
  return Array.isArray(shape.precision) ? shape.precision : [shape.precision];
}

function complete(
  source: StudySource,
  shape: RawStudy,
  { model, code }: LoadedModel,
  { surface, seed, metrics }: Pick<Study, 'surface' | 'seed' | 'metrics'>,
  overrides: StudyOverrides,
): Study {
  const given = overrides.inputs ?? {};
  const inputs = Object.entries(shape.inputs).map(([name, path]): [string, StudyInput] => [
    name,
    Object.hasOwn(given, name)
      ? { path, file: resolve(path), named_by: 'command line' }
      : { path, file: resolve(source.folder, path), named_by: 'study' },
  ]);
  const thresholds = Object.entries(shape.thresholds).map(
    ([metric, t]) => [metric, Array.isArray(t) ? t : [t]] as const,
  );
  return {
    name: shape.name ?? source.base,
    file: source.file,
    folder: source.folder,
    in_memory: source.in_memory,
    text: source.text,
    locate: source.locate,
    model,
    model_code: code,
    inputs: Object.fromEntries(inputs),
    // For the record, steps are kept as the study has them; what was decided is recorded beside them.
    surface,
    derivations: derivationsOf(source.raw),
    derived: overrides.derived ?? {},
    settings: overrides.settings ?? {},
    permutations: shape.permutations,
    seed,
    streams: sharingOf(shape.streams),
    cell_ids: shape.cell_ids,
    metrics,
    format: shape.format,
    batch_rows: shape.batch_rows,
    precision: precisionOf(shape),
    thresholds: Object.fromEntries(thresholds),
    results: shape.results,
    output:
      overrides.output === undefined
        ? resolve(source.folder, shape.output ?? `runs/${source.base}`)
        : resolve(overrides.output),
  };
}
