import { EngineError } from '../../errors.ts';
import { claimOutput, refuseOtherRun, type Claim } from './claim-output.ts';
import type { FilePort } from '../../files/port.ts';
import type { Host } from '../../readers/host.ts';
import type { LoadedStudy } from '../../study/loaded-study.ts';
import type { Tell } from './events.ts';
import type { Derivation } from '../../study/derived.ts';
import type { StudyReference } from '../../study/source.ts';
import type { RunCells } from '../../plan/run-cell.ts';
import type { ResolvedOptions } from '../run-options.ts';
import { foldedName } from '../../study/folded-name.ts';
import { selectedCells } from '../../plan/select-cells.ts';
import { Suite } from '../../steps/suite.ts';

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

/**
 * The studies of a run or a plan. A shard has no step whole, so it cannot decide a later one: with what is on disk everything must be decided, else USAGE.
 */
export async function openSuites(
  port: FilePort,
  studies: readonly StudyReference[],
  options: ResolvedOptions,
): Promise<Suite[]> {
  const suites: Suite[] = [];
  for (const reference of studies) {
    const suite = await Suite.open(port, reference, options);
    if (options.shard !== undefined) {
      while (await suite.decide(true));
      const [undecided] = suite.waiting;
      if (undecided !== undefined) throw undecidedShard(await suite.load(), undecided);
    }
    suites.push(suite);
  }
  return suites;
}

function undecidedShard({ study }: LoadedStudy, { step, parameter, from }: Derivation): EngineError {
  return new EngineError(
    'USAGE',
    `${study.file}: ${step} takes its ${parameter} from the rows of ${from}, and no shard has them all. Run --step ${from} in shards first, merge them, and run the rest in copies of the merged run; or decide it with --set ${step}.${parameter}=<value>.`,
    { path: '--shard', value: `steps.${step}.parameters.${parameter}` },
  );
}

/** Reads the studies, and refuses what may not be written, before anything is. */
export async function loadStudies(
  host: Host,
  suites: readonly Suite[],
  options: ResolvedOptions,
): Promise<StudyToRun[]> {
  const studies: StudyToRun[] = [];
  for (const suite of suites) {
    const experiment = await suite.load();
    const { output } = experiment.study;
    const other = studies.find(({ experiment: { study } }) => foldedName(study.output) === foldedName(output));
    if (other !== undefined) {
      throw new EngineError(
        'USAGE',
        other.experiment.study.output === output
          ? `${other.experiment.study.file} and ${experiment.study.file} write to the same output ${output}; give each study its own, and run them without --output.`
          : `The outputs ${other.experiment.study.output} (of ${other.experiment.study.file}) and ${output} (of ${experiment.study.file}) differ only by case or Unicode form: on many systems they are one folder; rename one.`,
        { path: '--output', value: output },
      );
    }
    const { steps } = suite;
    const asked = options.compute ? (steps ?? experiment.study.surface.steps) : [];
    studies.push({ experiment, cells: selectedCells(experiment, { cells: options.cells, steps }), steps: asked });
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
  options: ResolvedOptions,
  tell: Tell,
): Promise<ClaimedStudy[]> {
  const claimed: ClaimedStudy[] = [];
  for (const study of studies) {
    try {
      const claim = await claimOutput(host, study.experiment, study.steps, options, tell);
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

/** An error of the disk or a lock: exit 3, so the same command can resume later. */
function isTemporary(error: unknown): error is EngineError {
  return error instanceof EngineError && error.exit === 3;
}
