import { EngineError } from '../errors.ts';
import type { Format } from '../encoding/metrics-schema.ts';
import type { FilePort } from '../files/port.ts';
import { compareIdentity, describeIdentity, differenceLines } from '../study/identity.ts';
import { setTexts } from '../study/set-options.ts';
import { ownCodeOf } from '../study/own-code.ts';
import { openStudy, type LoadedStudy } from '../study/loaded-study.ts';
import { waysOut } from './ways-out.ts';
import type { StudyReference } from '../study/source.ts';
import { inputFilesOf, requireManifest, studyReferenceOf, type RunManifest } from './manifest.ts';

/** Files that a run was made from, where they are not where its manifest says. */
export interface StudyFiles {
  readonly study?: StudyReference | undefined;
  /** Input files by name. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** The folder is trusted: code that its manifest points to may run. A study file that is given by hand is trusted anyway. */
  readonly trust?: boolean | undefined;
}

/**
 * A run folder may be anybody's, and is data: what only reads it loads no model and no study module that its manifest leads to. Throws STUDY where reading the
 * study of a run would, unless that is trusted.
 */
export async function refuseOwnCode(port: FilePort, output: string, files: StudyFiles): Promise<void> {
  if (files.trust === true || files.study !== undefined) return;
  const code = await ownCodeOf(studyReferenceOf(output, requireManifest(port, output)));
  if (code === undefined) return;
  throw new EngineError(
    'STUDY',
    `The manifest of ${output} points to code (${code}), which is not run unasked: the folder may come from anybody. Name your own study with --study, or pass --trust if you trust that code.`,
    { path: '--trust', value: code },
  );
}

/**
 * The experiment of a run on disk, for computing its rows again: from the study file that the manifest names, or another one given. Throws IDENTITY where
 * that file is another experiment by now.
 */
export async function storedStudy(
  port: FilePort,
  output: string,
  files: StudyFiles = {},
): Promise<{ readonly experiment: LoadedStudy; readonly manifest: RunManifest }> {
  const manifest = requireManifest(port, output);
  const { reference, inputs } = whereabouts(output, manifest, files);
  const { permutations, format, derived = {}, settings = {} } = manifest;
  const experiment = await openStudy(reference, { output, permutations, format, derived, settings, inputs });
  const { study, common, cells, input_defaults } = experiment;
  const differences = compareIdentity(manifest.identity, describeIdentity(study, common, cells, input_defaults));
  if (differences.length > 0) {
    const older = differences.some(({ path }) => path === 'model_version');
    const earlier = older ? waysOut(differences, study.model) : undefined;
    throw new EngineError(
      'IDENTITY',
      `${study.file} is not the experiment that ${output} holds:\n  ${differenceLines(differences).join('\n  ')}\n${earlier ?? 'Rows can only be recomputed from the study, model and data that made them; name the right file with --study.'}`,
      { path: differences[0]!.path, value: differences[0]!.new },
    );
  }
  return { experiment, manifest };
}

/** What the run command needs to be given for the study of a run. */
export interface StoredCommand {
  readonly reference: StudyReference;
  readonly options: {
    readonly output: string;
    readonly permutations: number;
    readonly format: Format;
    readonly inputs: Readonly<Record<string, string>>;
    readonly settings: readonly string[];
  };
}

export function commandOf(port: FilePort, output: string, files: StudyFiles): StoredCommand {
  const manifest = requireManifest(port, output);
  const { reference, inputs } = whereabouts(output, manifest, files);
  const { permutations, format, derived = {}, settings = {} } = manifest;
  return { reference, options: { output, permutations, format, inputs, settings: setTexts({ settings, derived }) } };
}

function whereabouts(output: string, manifest: RunManifest, files: StudyFiles) {
  return {
    reference: files.study ?? studyReferenceOf(output, manifest),
    inputs: { ...inputFilesOf(output, manifest), ...files.inputs },
  };
}
