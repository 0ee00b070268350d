import { loadManifestFor } from './stored-experiment.ts';
import { SILENT } from './observer.ts';
import type { StudyResult } from './run-options.ts';
import { runStudy } from './run-study.ts';
import { StopSwitch } from './stop.ts';

/**
 * Does to the files of a run what `run` would do, and computes nothing: recovers and rewrites damaged files, seals complete ones, makes their summaries
 * and the tables from them. Needs the study, which says what a summary holds.
 */
export async function repairRun(output: string, study_file?: string): Promise<StudyResult> {
  const { manifest, file } = loadManifestFor(output, study_file);
  const { permutations, format } = manifest;
  return runStudy(file, { output, permutations, format, compute: false, threads: 2 }, new StopSwitch(), SILENT);
}
