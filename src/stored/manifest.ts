import { resolve } from 'node:path';

import { look } from '../files/look.ts';
import { EngineError } from '../errors.ts';
import type { Format } from '../encoding/metrics-schema.ts';
import type { MetricSpec, Parameters, ParameterSpec, Ranking, View } from '../model/model.ts';
import { notesOf, type Note } from '../model/note.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { shapeFault } from './check-shape.ts';
import { damagedManifest, readManifest } from './manifest-file.ts';
import { manifestPath, resolveManifestPath } from './manifest-path.ts';
import { manifestShape } from './manifest-shape.ts';
import type { FilePort } from '../files/port.ts';
import { canonicalJson } from '../study/canonical-json.ts';
import type { Derived } from '../study/derived.ts';
import { compareIdentity, describeIdentity, differenceLines, type RunIdentity } from '../study/identity.ts';
import { fixedParameters, type FixedParameters } from '../study/fixed-parameters.ts';
import { rankingOf, specsOf, viewsOf } from '../study/stored-metrics.ts';
import type { StudyReference } from '../study/source.ts';
import type { Study } from '../study/study.ts';
import { baselineOf } from '../study/loaded-study.ts';
import { inputNotes, type LoadedStudy } from '../study/loaded-study.ts';
import { cellOf } from '../plan/run-cell.ts';
import type { Precision } from '../study/schema.ts';
import { ENGINE_VERSION } from '../version.ts';
import { waysOut } from './ways-out.ts';
import { commandLine } from '../wording/command-line.ts';

/** run_manifest.json: what decides the rows, and for the record what made them. */
export interface RunManifest {
  readonly manifest_version: 1;
  readonly name: string;
  readonly permutations: number;
  readonly format: Format;
  readonly batch_rows: number;
  readonly thresholds: Readonly<Record<string, readonly number[]>>;
  /** When cells stop before `permutations`; where each of them does is decided from its rows. Not part of the identity: no row depends on it. */
  readonly precision: readonly Precision[];
  readonly identity: RunIdentity;
  /** Parameters of steps that earlier steps (or --set) decided; absent in studies without any. */
  readonly derived?: Derived;
  /** Steps that were asked for so far: only these have tables, though their cells may be there by other steps. Absent without steps. */
  readonly steps_run?: readonly string[];
  /** What --set gave for settings of the study; absent where it gave nothing. */
  readonly settings?: Parameters;
  /** Input files that --input named, relative to the output folder; absent where it named none. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, Pick<ParameterSpec, 'unit' | 'description'>>>;
  /** Those that are stored, in the order of their columns. */
  readonly metrics: Readonly<Record<string, MetricSpec>>;
  /** What the model has a report draw and say: a report needs nothing but the run folder. */
  readonly views: readonly View[];
  readonly caveats: readonly string[];
  /** What a report is about, in this order; absent where the model names nothing. */
  readonly lead?: readonly string[];
  /** By which metric a report ranks the cells; absent where the model names none. */
  readonly ranking?: Ranking;
  /** What does not vary between the cells; absent in runs of earlier versions. */
  readonly fixed?: FixedParameters | undefined;
  /** What the model says of the inputs. */
  readonly notes: readonly Note[];
  /** The metrics of the unperturbed case of the first cell; null where the model has none. */
  readonly baseline: Readonly<Record<string, number>> | null;
  /** Who wrote this manifest. */
  readonly made_by: MadeBy;
  /** The Node.js that began the run, where others resumed it: see row-origins.ts. */
  readonly first_node?: string;
  /** Relative to the output folder: where the study file stood, to find it again. Absent where the study was an object. */
  readonly study_file?: string;
  /** Relative to the output folder: where the paths of a study start that was an object; its JSON is study_text. */
  readonly study_folder?: string;
  readonly study_text: string;
  readonly created_at: string;
}

export interface MadeBy {
  readonly engine: string;
  readonly node: string;
  readonly v8: string;
}

export const MADE_BY: MadeBy = { engine: ENGINE_VERSION, node: process.versions.node, v8: process.versions.v8 };

/** The Node.js that began a run. */
export function firstNodeOf({ first_node, made_by }: Pick<RunManifest, 'first_node' | 'made_by'>): string {
  return first_node ?? made_by.node;
}

/** The manifest of a run that is there, or undefined. Throws NOT_A_RUN where the file cannot be one. */
export function loadManifest(port: FilePort, output: string): RunManifest | undefined {
  const found = readManifest(port, output);
  if (found === undefined) return undefined;
  if (found['manifest_version'] !== 1) {
    throw new EngineError(
      'NOT_A_RUN',
      `${layoutOf(output).manifest} is not a manifest that this version of permafrost can read (manifest_version 1). Use the version that wrote it, or another --output.`,
    );
  }
  const fault = shapeFault(manifestShape, found);
  if (fault !== undefined) throw damagedManifest(layoutOf(output).manifest, fault);
  // A run of an earlier version has no cells that stop early, and its notes, if it has any, are texts without codes.
  const notes = notesOf((found['notes'] ?? []) as readonly (string | Note)[]);
  return { precision: [], parameters: {}, views: [], caveats: [], ...found, notes } as unknown as RunManifest;
}

/** The manifest of a run that must be there. */
export function requireManifest(port: FilePort, output: string): RunManifest {
  const manifest = loadManifest(port, output);
  if (manifest === undefined) {
    const has_cells = look(port, layoutOf(output).per_cell)?.kind === 'folder';
    throw new EngineError(
      'NOT_A_RUN',
      `${output} is not a run: it has no run_manifest.json. ${
        has_cells
          ? `It holds metrics of another program, or of a run that lost its manifest: ${commandLine(['verify', output, '--expect', 'N'])} checks that each cell has N rows.`
          : 'Name the output folder of a run.'
      }`,
      { path: output },
    );
  }
  return manifest;
}

/** Where the input files were that the command line of a run named. */
export function inputFilesOf(output: string, { inputs = {} }: RunManifest): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, path]) => [name, resolveManifestPath(output, path)]));
}

/** What leads to the study of a run: its file, or the object as recorded. */
export function studyReferenceOf(
  output: string,
  { study_file, study_folder, study_text }: RunManifest,
): StudyReference {
  if (study_folder === undefined) return resolveManifestPath(output, study_file ?? '');
  return { study: JSON.parse(study_text), folder: resolveManifestPath(output, study_folder) };
}

/** The same as the manifest of `into` has it. */
export function studyPlaceFrom(
  output: string,
  { study_file, study_folder }: RunManifest,
  into: string,
): Pick<RunManifest, 'study_file' | 'study_folder'> {
  const from_into = (path: string): string => manifestPath(into, resolveManifestPath(output, path));
  return {
    ...(study_file !== undefined && { study_file: from_into(study_file) }),
    ...(study_folder !== undefined && { study_folder: from_into(study_folder) }),
  };
}

/** The manifest that this experiment's run has. */
export function manifestOf(experiment: LoadedStudy): RunManifest {
  const { study, common, cells, input_defaults } = experiment;
  const ranking = rankingOf(study.metrics, study.model);
  const first = cells.length > 0 ? cellOf(experiment, cells.at(0), study.output) : undefined;
  return {
    manifest_version: 1,
    name: study.name,
    permutations: study.permutations,
    format: study.format,
    batch_rows: study.batch_rows,
    thresholds: study.thresholds,
    precision: study.precision,
    identity: describeIdentity(study, common, cells, input_defaults),
    ...ifAny('derived', study.derived),
    ...ifAny('settings', study.settings),
    ...ifAny('inputs', namedInputs(study)),
    parameters: parameterNotes(study.model.parameters),
    metrics: specsOf(study.metrics, study.model),
    views: viewsOf(study.metrics, study.model),
    caveats: study.model.caveats ?? [],
    ...(study.model.lead !== undefined && { lead: study.model.lead.filter((name) => study.metrics.includes(name)) }),
    ...(ranking !== undefined && { ranking }),
    fixed: fixedParameters(study, cells),
    notes: inputNotes(experiment),
    baseline: (first === undefined ? undefined : baselineOf(experiment, first)) ?? null,
    made_by: MADE_BY,
    ...(study.in_memory
      ? { study_folder: manifestPath(study.output, study.folder) }
      : { study_file: manifestPath(study.output, resolve(study.file)) }),
    study_text: study.text,
    created_at: new Date().toISOString(),
  };
}

function ifAny<Name extends string, Value extends object>(name: Name, value: Value): { [key in Name]?: Value } {
  return Object.keys(value).length > 0 ? ({ [name]: value } as { [key in Name]: Value }) : {};
}

/** The inputs that the command line named: the study file does not tell where they are. */
function namedInputs({ inputs, output }: Study): Record<string, string> {
  const named = Object.entries(inputs).filter(([, { named_by }]) => named_by === 'command line');
  return Object.fromEntries(named.map(([name, { file }]) => [name, manifestPath(output, file)]));
}

function parameterNotes(specs: Readonly<Record<string, ParameterSpec>>): RunManifest['parameters'] {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { unit, description }]) => [
      name,
      { ...(unit !== undefined && { unit }), ...(description !== undefined && { description }) },
    ]),
  );
}

/**
 * Compares a run on disk with the one that is wanted. Same identity: resume; more permutations: extend; new cells: add. Anything else is
 * refused with the field, its old and new value and the ways out. Whether fewer permutations drop any row is another question (run/output/dropped-rows.ts).
 */
export function refuseOther(
  before: RunManifest,
  wanted: RunManifest,
  { output, model }: Pick<Study, 'output' | 'model'>,
): void {
  const settings = (['format', 'batch_rows'] as const).filter((field) => before[field] !== wanted[field]);
  for (const field of settings) {
    throw new EngineError(
      'IDENTITY',
      `${output} was started with ${field} ${before[field]}, and the study asks for ${wanted[field]}. An output keeps its ${field}: restore it, export the run (permafrost export), or choose another --output.`,
      { path: field, value: wanted[field], allowed: String(before[field]) },
    );
  }
  const differences = compareIdentity(comparable(before, wanted), wanted.identity);
  if (differences.length > 0) {
    const first = differences[0]!;
    throw new EngineError(
      'IDENTITY',
      `${output} holds another experiment:\n  ${differenceLines(differences).join('\n  ')}\n${waysOut(differences, model)}`,
      { path: first.path, value: first.new, allowed: first.old === undefined ? 'nothing' : JSON.stringify(first.old) },
    );
  }
}

/** Where a step's parameter is now decided differently, cells of the earlier decision are no longer part of the run; they stay on disk. */
function comparable(before: RunManifest, wanted: RunManifest): RunIdentity {
  if (canonicalJson(before.derived ?? {}) === canonicalJson(wanted.derived ?? {})) return before.identity;
  const cells = Object.entries(before.identity.cells).filter(([id]) => Object.hasOwn(wanted.identity.cells, id));
  return { ...before.identity, cells: Object.fromEntries(cells) };
}

/** A different engine or Node version than the one that made the run so far: a warning, not a refusal. */
export function versionWarnings(before: MadeBy): string[] {
  const named: readonly (readonly [keyof MadeBy, string])[] = [
    ['engine', 'permafrost'],
    ['node', 'Node.js'],
  ];
  return named
    .filter(([key]) => before[key] !== MADE_BY[key])
    .map(([key, what]) => `this run was made with ${what} ${before[key]} and resumes with ${MADE_BY[key]}`);
}
