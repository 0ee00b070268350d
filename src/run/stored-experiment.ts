import { EngineError } from '../errors.ts';
import { disk } from '../store/disk.ts';
import { compareIdentity, describeIdentity, differenceLines } from '../study/identity.ts';
import { loadExperiment, type Experiment } from './experiment.ts';
import { requireManifest, studyFileOf, type RunManifest } from './manifest.ts';

/**
 * The experiment of a run on disk, for computing its rows again: from the study file that the manifest names, or another one given. Throws IDENTITY where
 * that file is another experiment by now.
 */
export async function storedExperiment(
  output: string,
  study_file?: string,
): Promise<{ readonly experiment: Experiment; readonly manifest: RunManifest }> {
  const { manifest, file } = loadManifestFor(output, study_file);
  const { permutations, format, derived = {} } = manifest;
  const experiment = await loadExperiment(file, { output, permutations, format, derived });
  const { study, common, cells, input_defaults } = experiment;
  const differences = compareIdentity(manifest.identity, describeIdentity(study, common, cells, input_defaults));
  if (differences.length > 0) {
    throw new EngineError(
      'IDENTITY',
      `${file} is not the experiment that ${output} holds:\n  ${differenceLines(differences).join('\n  ')}\nRows can only be computed again from the study, model and data that made them; name the right file with --study.`,
      { path: differences[0]!.path, value: differences[0]!.new },
    );
  }
  return { experiment, manifest };
}

/** The manifest of a run, and the study file that it, or the caller, names. */
export function loadManifestFor(
  output: string,
  study_file: string | undefined,
): { readonly manifest: RunManifest; readonly file: string } {
  const manifest = requireManifest(disk, output);
  return { manifest, file: study_file ?? studyFileOf(output, manifest) };
}
