import { SILENT } from '../run/output/observer.ts';
import type { StudyResult } from '../run/run-options.ts';
import { runStudy } from './run.ts';
import { StopSwitch } from '../run/stop.ts';
import { thisMachine, type Host } from '../readers/host.ts';
import { commandOf, type StudyFiles } from '../stored/stored-experiment.ts';

export interface RepairOptions extends StudyFiles {
  /** Default: one per core. */
  readonly threads?: number | undefined;
}

/**
 * Does to the files of a run what `run` would do, and computes nothing: recovers and rewrites damaged files, seals complete ones, makes their summaries
 * and the tables from them. Needs the study, which says what a summary holds.
 */
export async function repairRun(
  output: string,
  { threads, ...files }: RepairOptions = {},
  host: Host = thisMachine,
): Promise<StudyResult> {
  const { file, options } = commandOf(host.port, output, files);
  return runStudy(file, { ...options, compute: false, threads }, new StopSwitch(), SILENT, host);
}
