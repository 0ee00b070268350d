import type { Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import type { GivenSetup } from '../execute/setup.ts';
import { claimAll, loadStudies, openSuites, type ClaimedStudy } from '../run/output/claim-studies.ts';
import { collectGarbage } from '../run/collect-garbage.ts';
import { endOutput } from '../run/output/end-output.ts';
import { inputNotes, type LoadedStudy } from '../study/loaded-study.ts';
import { setupOf } from '../execute/model-setup.ts';
import { chooseKernel } from '../execute/kernel-choice.ts';
import { LeaseSize } from '../run/loop/lease-size.ts';
import type { RunObserver } from '../run/output/observer.ts';
import { createOutput, startOutput } from '../run/output/open-output.ts';
import { reusableRuns } from '../run/loop/reuse.ts';
import { runCells } from '../run/loop/loop.ts';
import { resolveOptions, type ResolvedOptions, type RunOptions, type StudyResult } from '../run/run-options.ts';
import type { RunOutput } from '../run/output/run-output.ts';
import type { StopSwitch } from '../run/stop.ts';
import type { Suite } from '../steps/suite.ts';
import { thisMachine, type Host } from '../readers/host.ts';

/**
 * Runs a study to its end, or resumes it: locks the output, holds the study against what is there, computes what is missing, writes summaries.
 * An error that comes before anything is written is thrown; one that stops a run on its way is in `stopped`, after everything begun is on disk.
 */
export async function runStudy(
  file: string,
  options: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
  host: Host = thisMachine,
): Promise<StudyResult> {
  const [result] = await runStudies([file], options, stop, observer, host);
  return result!;
}

/**
 * The same for several studies at once: experiments that they have in common are computed once and reach every output. An output that cannot be
 * written (full, read-only, locked) stops for itself, with the error in its `stopped`; the others continue. Results are in the order of the files.
 */
export async function runStudies(
  files: readonly string[],
  given: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
  host: Host = thisMachine,
): Promise<StudyResult[]> {
  const asked = resolveOptions(given);
  const { kernel, warning } = chooseKernel(asked.kernel, asked.threads);
  if (warning !== undefined) observer.warning(warning);
  const options = { ...asked, kernel };
  const cancel = stopAfter(options.max_seconds, stop, host.clock);
  try {
    return await runStages(host, await openSuites(host.port, files, options), options, stop, observer);
  } finally {
    cancel();
  }
}

/** Steps that wait for the rows of earlier ones are decided and run when those are there. */
async function runStages(
  host: Host,
  suites: readonly Suite[],
  options: ResolvedOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult[]> {
  const results = new Map<Suite, StudyResult>();
  const told = new Set<string>();
  let going = suites;
  while (going.length > 0) {
    const stage = await runStage(host, going, options, stop, observer, told);
    for (const [k, suite] of going.entries()) results.set(suite, inAll(results.get(suite), stage[k]!));
    // Who computes nothing decides nothing either.
    if (stop.reason !== undefined || !options.compute) break;
    const next: Suite[] = [];
    for (const [k, suite] of going.entries())
      if (stage[k]!.stopped === undefined && (await suite.decide(false))) next.push(suite);
    going = next;
  }
  return suites.map((suite) => results.get(suite)!);
}

/** A study that went on in a further stage, which had all cells before it, too. */
function inAll(before: StudyResult | undefined, now: StudyResult): StudyResult {
  if (before === undefined) return now;
  const permutations_computed = before.permutations_computed + now.permutations_computed;
  const seconds = before.seconds + now.seconds;
  return {
    ...now,
    permutations_computed,
    permutations_reused: now.permutations_computed + now.permutations_reused - permutations_computed,
    seconds,
    permutations_per_second: permutations_computed / seconds,
    n_failures: before.n_failures + now.n_failures,
    first_failure: before.first_failure ?? now.first_failure,
  };
}

async function runStage(
  host: Host,
  suites: readonly Suite[],
  options: ResolvedOptions,
  stop: StopSwitch,
  observer: RunObserver,
  told: Set<string>,
): Promise<StudyResult[]> {
  const studies = await loadStudies(host, suites, options);
  for (const { experiment } of studies) tellNotes(experiment, told, observer);
  const claimed = await claimAll(host, studies, options, observer);
  for (const { experiment } of claimed) collectGarbage(experiment.cells.length);
  try {
    return await runClaimed(host, claimed, options, stop, observer);
  } finally {
    for (const { claim } of claimed) if (!(claim instanceof EngineError)) claim.lock.release();
  }
}

/** Studies and stages often have their inputs in common: each sentence once. */
function tellNotes(experiment: LoadedStudy, told: Set<string>, observer: RunObserver): void {
  for (const note of inputNotes(experiment).filter(({ message }) => !told.has(message))) {
    told.add(note.message);
    observer.note(note);
  }
}

async function runClaimed(
  host: Host,
  claimed: readonly ClaimedStudy[],
  options: ResolvedOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult[]> {
  const { port, clock } = host;
  const { threads } = options;
  const setups = claimed.map(({ experiment }) => setupOf(experiment, options.kernel));
  const reuse = reusableRuns(
    port,
    options.reuse,
    claimed.map(({ experiment }) => experiment.study.output),
  );
  const local = host.open(threads, distinct(setups));
  const outputs: RunOutput[] = [];
  const onFailed = (failed: RunOutput): void => {
    if (outputs.every(({ live }) => !live)) stop.stop({ kind: 'error', error: failed.error });
    else observer.warning(`${failed.folder} stops: ${sentence(messageOf(failed.error))} The other outputs continue.`);
  };
  try {
    for (const [k, study] of claimed.entries())
      outputs.push(createOutput(study, setups[k]!.id, options, { port, clock, readers: local, observer, onFailed }));
    for (const [k, { claim }] of claimed.entries()) {
      if (claim instanceof EngineError) outputs[k]!.fail(claim);
      else await startOutput(port, outputs[k]!, threads, claim.resumed, observer);
    }
    await runCells({
      outputs,
      reuse,
      executor: local,
      readers: local,
      port,
      clock,
      stop,
      options,
      lease: new LeaseSize(options.chunk),
    });
    const results: StudyResult[] = [];
    for (const [k, output] of outputs.entries())
      results.push(await endOutput(port, claimed[k]!, output, options, { readers: local, clock, stop, observer }));
    return results;
  } finally {
    observer.finished();
    await local.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

/** Returns what takes it back. */
function stopAfter(max_seconds: number | undefined, stop: StopSwitch, clock: Clock): () => void {
  if (max_seconds === undefined) return () => undefined;
  return clock.after(max_seconds * 1000, () => {
    stop.stop({ kind: 'time', seconds: max_seconds });
  });
}

/** Studies with the same model and inputs share one setup. */
function distinct(setups: readonly GivenSetup[]): GivenSetup[] {
  return [...new Map(setups.map((given) => [given.id, given])).values()];
}
