import type { StudyResult } from '../run/run-options.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { commandOf } from '../stored/stored-experiment.ts';
import { filesOf, type StudyPlace } from './given-study.ts';
import { runStudies } from './run-studies.ts';
import { apart, watched, type Watching } from './watching.ts';

/** Options of `repair`. */
export interface RepairOptions extends StudyPlace, Watching {
  /** Default: one per core. */
  readonly threads?: number | undefined;
}

/**
 * Does to the files of a run what `run` would do, and computes nothing: recovers and rewrites damaged files, seals complete ones, makes their summaries
 * and the tables from them. Needs the study, which says what a summary holds.
 */
export async function repair(
  output: string,
  options: RepairOptions = {},
  host: Host = thisMachine,
): Promise<StudyResult> {
  const { watching, asked } = apart(options);
  const { threads, ...place } = asked;
  const { reference, options: recorded } = commandOf(host.port, output, filesOf(place));
  const [result] = await watched(watching, (watch) =>
    runStudies([reference], { ...recorded, compute: false, threads }, watch, host),
  );
  return result!;
}
