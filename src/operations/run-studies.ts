import { every, type Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import type { GivenSetup } from '../execute/setup.ts';
import { claimAll, loadStudies, openSuites, type ClaimedStudy } from '../run/output/claim-studies.ts';
import { collectGarbage } from '../run/collect-garbage.ts';
import { endOutput } from '../run/output/end-output.ts';
import { inputNotes, type LoadedStudy } from '../study/loaded-study.ts';
import type { StudyReference } from '../study/source.ts';
import { setupOf } from '../execute/model-setup.ts';
import { chooseKernel } from '../execute/kernel-choice.ts';
import { LeaseSize } from '../run/loop/lease-size.ts';
import type { Tell } from '../run/output/events.ts';
import { createOutput, startOutput } from '../run/output/open-output.ts';
import { reusableRuns } from '../run/loop/reuse.ts';
import { tellTrouble } from '../run/output/trouble.ts';
import { runCells } from '../run/loop/loop.ts';
import { resolveOptions, type ResolvedOptions, type RunOptions, type StudyResult } from '../run/run-options.ts';
import type { RunOutput } from '../run/output/run-output.ts';
import type { StopSwitch } from '../run/stop.ts';
import type { Suite } from '../steps/suite.ts';
import type { Host } from '../readers/host.ts';
import type { QueueExecutor } from '../queue/queue-executor.ts';
import type * as OpenQueue from './open-queue.ts';
import type { OutputMetrics } from './metrics-text.ts';
import { Monitors } from './monitors.ts';
import { asOneRun } from './rounds.ts';

/** Who watches a run, and who stops it. */
export interface Watch {
  readonly stop: StopSwitch;
  readonly tell: Tell;
  /** Interval between `progress` events [ms]; undefined: none. */
  readonly progress_ms?: number | undefined;
}

/**
 * Runs studies to their end, or resumes them: locks the outputs, compares each study with what is there, computes what is missing, writes summaries.
 * Experiments that they have in common are computed once and reach every output. An error that comes before anything is written is thrown; one that
 * stops a run on its way is in `stopped`, after everything begun is on disk. An output that cannot be written (full, read-only, locked) stops alone,
 * with the error in its `stopped`; the others continue. Results are in the order of the studies.
 */
export async function runStudies(
  references: readonly StudyReference[],
  given: RunOptions,
  watch: Watch,
  host: Host,
): Promise<StudyResult[]> {
  const { stop, tell } = watch;
  const asked = resolveOptions(given);
  if (asked.audit !== undefined && asked.queue === undefined)
    throw new EngineError(
      'USAGE',
      'Only what workers on other machines send is audited: give --queue, or leave --audit away.',
      { path: '--audit' },
    );
  // Where only workers compute, files are read here all the same.
  const threads = Math.max(1, asked.threads);
  const { kernel, warning } = chooseKernel(asked.kernel, threads);
  if (warning !== undefined) tell({ type: 'warning', message: warning });
  const options = { ...asked, kernel, threads, computes_here: asked.threads > 0 };
  const monitors = await Monitors.open(host, asked, tell);
  const cancel = stopAfter(options.max_seconds, stop, host.clock);
  try {
    return await runStages(host, await openSuites(host.port, references, options), options, { ...watch, monitors });
  } finally {
    cancel();
    await monitors.close();
  }
}

/** Who watches a run, from outside, too. */
interface AllWatch extends Watch {
  readonly monitors: Monitors;
}

/** Options, and whether this machine computes: with a queue it need not. */
interface RunHow extends ResolvedOptions {
  readonly computes_here: boolean;
}

/** Steps that wait for the rows of earlier ones are decided and run when those are there. */
async function runStages(
  host: Host,
  suites: readonly Suite[],
  options: RunHow,
  watch: AllWatch,
): Promise<StudyResult[]> {
  const results = new Map<Suite, StudyResult>();
  const told = new Set<string>();
  let going = suites;
  while (going.length > 0) {
    const stage = await runStage(host, going, options, watch, told);
    for (const [k, suite] of going.entries()) results.set(suite, inAll(results.get(suite), stage[k]!));
    // Who computes nothing decides nothing either.
    if (watch.stop.reason !== undefined || !options.compute) break;
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
  return {
    ...asOneRun([before, now]),
    n_failures: before.n_failures + now.n_failures,
    first_failure: before.first_failure ?? now.first_failure,
  };
}

async function runStage(
  host: Host,
  suites: readonly Suite[],
  options: RunHow,
  watch: AllWatch,
  told: Set<string>,
): Promise<StudyResult[]> {
  const studies = await loadStudies(host, suites, options);
  for (const { experiment } of studies) tellNotes(experiment, told, watch.tell);
  const claimed = await claimAll(host, studies, options, watch.tell);
  for (const { experiment } of claimed) collectGarbage(experiment.cells.length);
  try {
    return await runClaimed(host, claimed, options, watch);
  } finally {
    for (const { claim } of claimed) if (!(claim instanceof EngineError)) claim.lock.release();
  }
}

/** Studies and stages often have their inputs in common: each sentence once. */
function tellNotes(experiment: LoadedStudy, told: Set<string>, tell: Tell): void {
  for (const note of inputNotes(experiment).filter(({ message }) => !told.has(message))) {
    told.add(note.message);
    tell({ type: 'note', ...note });
  }
}

/** What only a run over a queue needs is loaded by it alone. */
async function queueOf(...given: Parameters<typeof OpenQueue.openQueue>): Promise<QueueExecutor> {
  return (await import('./open-queue.ts')).openQueue(...given);
}

async function runClaimed(
  host: Host,
  claimed: readonly ClaimedStudy[],
  options: RunHow,
  watch: AllWatch,
): Promise<StudyResult[]> {
  const { port, clock } = host;
  const { stop, tell } = watch;
  const threads = options.computes_here ? options.threads : 0;
  const setups = claimed.map(({ experiment }) => setupOf(experiment, options.kernel));
  const reuse = reusableRuns(
    port,
    options.reuse,
    claimed.map(({ experiment }) => experiment.study.output),
  );
  const computes = options.computes_here || options.audit !== undefined;
  const resumed = claimed.every(({ claim }) => claim instanceof EngineError || claim.resumed);
  const local = host.open(options.threads, computes ? distinct(setups) : [], {
    purity_check: options.purity_check,
    // A new output lacks everything; of others it may be nothing.
    computes: computes && !resumed,
  });
  const queue =
    options.queue === undefined ? undefined : await queueOf(host, claimed, distinct(setups), local, options, watch);
  const report = queue && (() => queue.report());
  const outputs: RunOutput[] = [];
  const onFailed = (failed: RunOutput): void => {
    if (outputs.every(({ live }) => !live)) stop.stop({ kind: 'error', error: failed.error });
    else {
      const message = `${failed.folder} stops: ${sentence(messageOf(failed.error))} The other outputs continue.`;
      tell({ type: 'warning', message });
    }
  };
  watch.monitors.show(() => ({ outputs: outputs.map(metricsOf), queue: report?.() }));
  const tellLast = tellNumbers(outputs, clock, watch);
  const endTrouble = tellTrouble(outputs, clock, tell);
  try {
    for (const [k, study] of claimed.entries())
      outputs.push(
        createOutput(study, setups[k]!.id, options, {
          port,
          clock,
          readers: local,
          threads,
          tell,
          onFailed,
          queue: report,
        }),
      );
    for (const [k, { claim }] of claimed.entries()) {
      if (claim instanceof EngineError) outputs[k]!.fail(claim);
      else await startOutput(port, outputs[k]!, threads, claim.resumed, tell);
    }
    await runCells({
      outputs,
      reuse,
      executor: queue ?? local,
      readers: local,
      port,
      clock,
      stop,
      options,
      lease: new LeaseSize(options.chunk, queue === undefined ? 'threads' : 'queue'),
    });
    const results: StudyResult[] = [];
    for (const [k, output] of outputs.entries())
      results.push(await endOutput(port, claimed[k]!, output, options, { readers: local, clock, stop, tell }));
    return results;
  } finally {
    tellLast();
    endTrouble();
    await queue?.close();
    await local.close();
  }
}

function metricsOf({ folder, progress, books }: RunOutput): OutputMetrics {
  const { n_failures: failures } = books;
  return { output: folder, numbers: progress.numbers(), failures, seconds_since_row: progress.seconds_since_row };
}

/** Reports now and then how far the outputs are. Returns a function that reports a last time and ends this. */
function tellNumbers(outputs: readonly RunOutput[], clock: Clock, { tell, progress_ms }: Watch): () => void {
  const tellAll = (type: 'progress' | 'finished'): void => {
    for (const { folder: output, progress, started } of outputs)
      if (started) tell({ type, output, ...progress.numbers() });
  };
  const stop =
    progress_ms === undefined
      ? undefined
      : every(clock, progress_ms, () => {
          tellAll('progress');
        });
  return () => {
    stop?.();
    tellAll('finished');
  };
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
