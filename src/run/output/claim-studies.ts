import { EngineError } from '../../errors.ts';
import { claimOutput, refuseOtherRun, type Claim } from './claim-output.ts';
import type { Host } from '../../readers/host.ts';
import type { LoadedStudy } from '../../study/loaded-study.ts';
import type { RunObserver } from './observer.ts';
import type { RunCells } from '../../plan/run-cell.ts';
import type { RunOptions } from '../run-options.ts';
import { selectedCells } from '../../plan/select-cells.ts';
import type { Suite } from '../../steps/suite.ts';

export interface StudyToRun {
  readonly experiment: LoadedStudy;
  readonly cells: RunCells;
  /** Steps that are run now. */
  readonly steps: readonly string[];
}

/** A study and its output, locked; or why it cannot be written. */
export interface ClaimedStudy extends StudyToRun {
  readonly claim: Claim | EngineError;
}

/** Reads the studies, and refuses what may not be written, before anything is. */
export async function loadStudies(host: Host, suites: readonly Suite[], options: RunOptions): Promise<StudyToRun[]> {
  const studies: StudyToRun[] = [];
  for (const suite of suites) {
    const experiment = await suite.load();
    const { output } = experiment.study;
    const other = studies.find(({ experiment: { study } }) => study.output === output);
    if (other !== undefined) {
      throw new EngineError(
        'USAGE',
        `${other.experiment.study.file} and ${suite.file} write to the same output ${output}; give each study its own, and run them without --output.`,
        { path: '--output', value: output },
      );
    }
    const { steps } = suite;
    const selection = { ...options.selection, ...(steps !== undefined && { steps }) };
    const asked = options.compute === false ? [] : (steps ?? experiment.study.surface.steps);
    studies.push({ experiment, cells: selectedCells(experiment, selection), steps: asked });
  }
  for (const { experiment } of studies) {
    try {
      await refuseOtherRun(host, experiment, options);
    } catch (error) {
      // An output whose disk does not answer is left out when it is to be locked; the others need not wait for it.
      if (studies.length === 1 || !isTemporary(error)) throw error;
    }
  }
  return studies;
}

/** An output that cannot be written now (exit 3) is left out, as long as another one can. */
export async function claimAll(
  host: Host,
  studies: readonly StudyToRun[],
  options: RunOptions,
  observer: RunObserver,
): Promise<ClaimedStudy[]> {
  const claimed: ClaimedStudy[] = [];
  for (const study of studies) {
    try {
      const claim = await claimOutput(host, study.experiment, study.steps, options.truncate === true, observer);
      claimed.push({ ...study, claim });
    } catch (error) {
      if (studies.length === 1 || !isTemporary(error)) {
        for (const { claim } of claimed) if (!(claim instanceof EngineError)) claim.lock.release();
        throw error;
      }
      claimed.push({ ...study, claim: error });
    }
  }
  return claimed;
}

/** An error of the disk or a lock: exit 3, the same command goes on another time. */
function isTemporary(error: unknown): error is EngineError {
  return error instanceof EngineError && error.exit === 3;
}
