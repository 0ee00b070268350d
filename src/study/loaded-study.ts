import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { EngineError } from '../errors.ts';
import type { InputFile, Json, Parameters, PrepareContext } from '../model/model.ts';
import { notesOf, type Note } from '../model/note.ts';
import { builtInModels } from '../models/registry.ts';
import { allParameters, expandCells, type Cell, type CellList } from './cells.ts';
import { commonIdentity, experimentHasher, type CommonIdentity } from './identity.ts';
import { readOnce, type LoadedInputs, type StudyReference } from './source.ts';
import { streamNotes } from './sharing.ts';
import { loadStudy, type Study, type StudyOverrides } from './study.ts';

/** A study with its inputs read and its cells expanded: everything that decides rows, ready to plan and run. */
export interface LoadedStudy {
  readonly study: Study;
  readonly cells: CellList;
  /** What `Model.load` made of the input files. */
  readonly inputs: unknown;
  /** Defaults that `Model.defaultsFrom` took from the inputs. */
  readonly input_defaults: Parameters;
  /** What `Model.shared` says of all cells; undefined with independent streams. */
  readonly shared: Json | undefined;
  /** What all cells' experiments have in common. */
  readonly common: CommonIdentity;
  /** The experiment of a cell, 64 hex digits. */
  readonly hashOf: (cell: Cell) => string;
}

/** Reads a study and everything it names. Throws EngineError STUDY, MODEL or DATA; nothing is written. */
export async function openStudy(reference: StudyReference, overrides: StudyOverrides): Promise<LoadedStudy> {
  const { source, kept } = await readOnce(reference);
  const study = await loadStudy({ source, kept }, { models: builtInModels, overrides });
  return withInputs(study, await (kept.inputs ??= loadInputs(study)));
}

/** What the files hold that a study names, and what its model makes of them. */
async function loadInputs(study: Study): Promise<LoadedInputs> {
  const files = readInputs(study);
  const hashes = Object.fromEntries(
    Object.entries(files).map(([name, { bytes }]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  );
  return { hashes, loaded: await study.model.load?.(files) };
}

function withInputs(study: Study, { hashes, loaded: inputs }: LoadedInputs): LoadedStudy {
  const { model } = study;
  const input_defaults = model.defaultsFrom?.(inputs) ?? {};
  const cells = expandCells(study, input_defaults);
  checkInputs(study, cells, inputs);
  const shared = study.streams.sharing === 'shared' ? model.shared?.(parametersOf(cells)) : undefined;
  const common = commonIdentity(study, hashes, shared);
  return { study, cells, inputs, input_defaults, shared, common, hashOf: experimentHasher(common) };
}

/** What a person should know about the streams, and about the inputs and what the study makes of them, as the model says it. */
export function inputNotes({ study, inputs, cells }: LoadedStudy): readonly Note[] {
  const { model, metrics, streams } = study;
  const said = model.notes?.(inputs, parametersOf(cells), { streams: streams.sharing, metrics }) ?? [];
  return [...streamNotes(streams), ...notesOf(said)];
}

function* parametersOf(cells: CellList): Iterable<Parameters> {
  for (const cell of cells) yield allParameters(cell);
}

function readInputs(study: Study): Record<string, InputFile> {
  const files: Record<string, InputFile> = {};
  for (const [name, { path, file, named_by }] of Object.entries(study.inputs)) {
    try {
      files[name] = { path, bytes: readFileSync(file) };
    } catch (error) {
      const reason =
        error instanceof Error && 'code' in error && error.code === 'ENOENT'
          ? 'there is no such file'
          : (error as Error).message;
      const [where, base] =
        named_by === 'study'
          ? [`inputs.${name}`, study.in_memory ? study.folder : `the study file ${study.file}`]
          : [`--input ${name}`, 'the working directory'];
      throw new EngineError('DATA', `${where}: cannot read ${file}: ${reason}. Paths are relative to ${base}.`, {
        path: where,
        value: path,
        allowed: 'a readable file',
        cause: error,
      });
    }
  }
  return files;
}

/** What single cells need of the inputs; each sentence once, the first ten. */
function checkInputs(study: Study, cells: CellList, inputs: unknown): void {
  if (study.model.checkInputs === undefined) return;
  const problems = new Set<string>();
  for (const cell of cells) {
    for (const problem of study.model.checkInputs(allParameters(cell), inputs, study.metrics)) problems.add(problem);
    if (problems.size >= 10) break;
  }
  if (problems.size > 0)
    throw new EngineError('DATA', `${study.file}: ${[...problems].join('\n')}`, { path: 'inputs' });
}

/** The stored metrics of the unperturbed case of a cell; undefined where the model has none. */
export function baselineOf(
  experiment: LoadedStudy,
  { parameters }: { readonly parameters: Parameters },
): Readonly<Record<string, number>> | undefined {
  const { study, inputs, shared } = experiment;
  const context: PrepareContext = {
    parameters,
    inputs,
    streams: study.streams.sharing,
    shared,
    metrics: study.metrics,
  };
  const all = study.model.baseline?.(context);
  return all && Object.fromEntries(study.metrics.map((name) => [name, all[name]!]));
}
