import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EngineError } from '../errors.ts';
import type { StudyFiles } from '../stored/stored-experiment.ts';
import { show } from '../study/problem.ts';
import type { StudyReference } from '../study/source.ts';
import type { StudyObject } from '../study/study-object.ts';

/** A study as a program gives it: the path of its file, relative to the working directory, or the study itself. */
export type GivenStudy = string | URL | StudyObject;

/** Options of whatever takes a study. */
export interface StudyBase {
  /** Where the paths of a study start that is an object; default: the working directory. */
  readonly base?: string | URL | undefined;
}

/** Options of whatever can be aborted. */
export interface Abortable {
  /** Aborted, the operation rejects with the signal's reason; what it has written is whole. */
  readonly signal?: AbortSignal | undefined;
}

/** Where the study of a run is, for what its manifest does not tell: it has moved, or its files have. */
export interface StudyPlace extends StudyBase {
  readonly study?: GivenStudy | undefined;
  /** Input files by name, where they have moved. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** Lets a run folder lead to code (docs/trust.md). What only reads a run loads none without, unless `study` is given. */
  readonly trust?: boolean | undefined;
}

export function referenceOf(given: GivenStudy, { base = '.' }: StudyBase = {}): StudyReference {
  if (typeof given === 'string') return given;
  if (given instanceof URL) return fileURLToPath(given);
  if (typeof given === 'object' && (given as unknown) !== null && !Array.isArray(given))
    return { study: given, folder: resolve(pathOf(base)) };
  const allowed = 'the path of a study file, or an object with the keys of one';
  throw new EngineError('USAGE', `Not a study: ${show(given)}. Give ${allowed}.`, { path: 'study', allowed });
}

export function isList(given: GivenStudy | readonly GivenStudy[]): given is readonly GivenStudy[] {
  return Array.isArray(given);
}

export function referencesOf(given: GivenStudy | readonly GivenStudy[], base: StudyBase['base']): StudyReference[] {
  const studies = isList(given) ? given : [given];
  if (studies.length === 0) throw new EngineError('USAGE', 'There is no study in the list.', { path: 'studies' });
  return studies.map((study) => referenceOf(study, { base }));
}

export function filesOf({ study, base, inputs, trust }: StudyPlace): StudyFiles {
  return { study: study === undefined ? undefined : referenceOf(study, { base }), inputs, trust };
}

/** A folder or a file of a program. */
export function pathOf(given: string | URL): string {
  return typeof given === 'string' ? given : fileURLToPath(given);
}
