import { availableParallelism } from 'node:os';

import { EngineError } from '../errors.ts';
import type { Format } from '../encoding/metrics-schema.ts';
import type { ModelSetup } from '../execute/messages.ts';
import { ThreadPool } from '../execute/threads.ts';
import type { Kernel, PermutationSummary } from '../models/model.ts';
import { disk } from '../store/disk.ts';
import { onDisk } from '../store/disk-error.ts';
import { layoutOf } from '../store/layout.ts';
import { makeOwnFolder } from '../store/folder.ts';
import { removeFile } from '../store/small-file.ts';
import { canonicalJson } from '../study/canonical-json.ts';
import { countPermutations } from '../study/permutation-range.ts';
import type { Selection } from '../study/select.ts';
import type { StudyOverrides } from '../study/study.ts';
import { Bookkeeper } from './bookkeeper.ts';
import { claimOutput, refuseOtherRun, type Claim } from './claim-output.ts';
import { baselineOf, modelSetup, type Experiment } from './experiment.ts';
import { collectGarbage } from './collect-garbage.ts';
import { DiskForecast, withSpace } from './disk-space.ts';
import type { Durability } from './group-sync.ts';
import { chooseKernel } from './kernel-choice.ts';
import { LeaseSize } from './lease-size.ts';
import type { RunObserver } from './observer.ts';
import { Progress } from './progress.ts';
import { readProgressCsv } from './progress-csv.ts';
import { reusableRuns } from './reuse.ts';
import { CellStates, type RunCells } from './run-cell.ts';
import { runCells } from './run-cells.ts';
import { RunOutput } from './run-output.ts';
import { selectedCells } from './select-cells.ts';
import { Suite } from './suite.ts';
import { NOTHING, shardShare, type Shard, type Share } from './share.ts';
import { singlePermutation } from './single-permutation.ts';
import type { StopReason, StopSwitch } from './stop.ts';
import { CellSummaries } from './summaries.ts';
import type { WorkerData } from './worker.ts';
import { writeResults } from './write-results.ts';

export interface RunOptions {
  readonly output?: string;
  readonly threads?: number;
  readonly chunk?: number | 'auto';
  readonly format?: Format;
  readonly permutations?: number;
  readonly truncate?: boolean;
  readonly selection?: Selection;
  readonly durability?: Durability;
  readonly max_seconds?: number;
  readonly kernel?: Kernel;
  readonly retry_failed?: boolean;
  readonly on_error?: 'stop' | 'continue';
  /** Other runs, or folders that hold some: rows of the same experiments are taken from there. */
  readonly reuse?: readonly string[];
  /** `parameter=value` or `step.parameter=value` for parameters that steps take from earlier ones. */
  readonly settings?: readonly string[];
  /** Computes only this shard of every cell. */
  readonly shard?: Shard;
  /** `false`: repairs, seals and summarises what is there, and computes nothing. */
  readonly compute?: boolean;
}

/** What one run of one study did. */
export interface StudyResult {
  readonly output: string;
  readonly study_file: string;
  readonly cells: number;
  readonly complete: number;
  /** Cells of which only this run's share was asked for, and is done. */
  readonly shared: number;
  /** By this process for this output; a permutation computed for several outputs counts in the first. */
  readonly permutations_computed: number;
  /** Found on disk, or copied from another output. */
  readonly permutations_reused: number;
  readonly permutations_total: number;
  readonly seconds: number;
  readonly permutations_per_second: number;
  /** What computed; changes no bit of a row. */
  readonly kernel: Kernel;
  readonly n_failures: number;
  readonly first_failure: Bookkeeper['first_failure'];
  /** The permutation of a study of a single one, where its model sums it up. */
  readonly summary: PermutationSummary | undefined;
  /** Why it ended early; undefined where every cell was worked on. */
  readonly stopped: StopReason | undefined;
  readonly exit: number;
}

/**
 * Runs a study to its end, or resumes it: locks the output, holds the study against what is there, computes what is missing, writes summaries.
 * An error that comes before anything is written is thrown; one that stops a run on its way is in `stopped`, after everything begun is on disk.
 */
export async function runStudy(
  file: string,
  options: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult> {
  const [result] = await runStudies([file], options, stop, observer);
  return result!;
}

/**
 * The same for several studies at once: experiments that they have in common are computed once and reach every output. An output that cannot be
 * written (full, read-only, locked) stops for itself, with the error in its `stopped`; the others go on. Results are in the order of the files.
 */
export async function runStudies(
  files: readonly string[],
  options: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult[]> {
  const { kernel, warning } = chooseKernel(options.kernel ?? 'auto');
  if (warning !== undefined) observer.warning(warning);
  const timer = stopAfter(options.max_seconds, stop);
  try {
    const suites: Suite[] = [];
    for (const file of files)
      suites.push(await Suite.open(file, studyOverrides(options), options.selection?.steps, options.settings));
    return await runStages(suites, { ...options, kernel }, stop, observer);
  } finally {
    clearTimeout(timer);
  }
}

/** Steps that wait for the rows of earlier ones are decided and run when those are there. */
async function runStages(
  suites: readonly Suite[],
  options: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult[]> {
  const results = new Map<Suite, StudyResult>();
  let going = suites;
  while (going.length > 0) {
    const stage = await runStage(going, options, stop, observer);
    for (const [k, suite] of going.entries()) results.set(suite, inAll(results.get(suite), stage[k]!));
    if (stop.reason !== undefined) break;
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
  suites: readonly Suite[],
  options: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult[]> {
  const studies = await loadStudies(suites, options);
  const claimed = await claimAll(studies, options, observer);
  for (const { experiment } of claimed) collectGarbage(experiment.cells.length);
  try {
    return await runClaimed(claimed, options, stop, observer);
  } finally {
    for (const { claim } of claimed) if (!(claim instanceof EngineError)) claim.lock.release();
  }
}

interface LoadedStudy {
  readonly experiment: Experiment;
  readonly cells: RunCells;
}

/** A study and its output, locked; or why it cannot be written. */
interface ClaimedStudy extends LoadedStudy {
  readonly claim: Claim | EngineError;
}

async function loadStudies(suites: readonly Suite[], options: RunOptions): Promise<LoadedStudy[]> {
  const studies: LoadedStudy[] = [];
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
    studies.push({ experiment, cells: selectedCells(experiment, selection) });
  }
  for (const { experiment } of studies) {
    try {
      refuseOtherRun(experiment, options.truncate === true);
    } catch (error) {
      // An output whose disk does not answer is left out when it is to be locked; the others need not wait for it.
      if (studies.length === 1 || !isTemporary(error)) throw error;
    }
  }
  return studies;
}

function studyOverrides({ output, format, permutations }: RunOptions): StudyOverrides {
  return {
    ...(output !== undefined && { output }),
    ...(format !== undefined && { format }),
    ...(permutations !== undefined && { permutations }),
  };
}

/** An output that cannot be written now (exit 3) is left out, as long as another one can. */
async function claimAll(
  studies: readonly LoadedStudy[],
  options: RunOptions,
  observer: RunObserver,
): Promise<ClaimedStudy[]> {
  const claimed: ClaimedStudy[] = [];
  for (const study of studies) {
    try {
      claimed.push({ ...study, claim: await claimOutput(study.experiment, options.truncate === true, observer) });
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

async function runClaimed(
  claimed: readonly ClaimedStudy[],
  options: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult[]> {
  const threads = options.threads ?? availableParallelism();
  const { setups, setupOf } = modelSetups(claimed, options.kernel ?? 'auto');
  const worker_data: WorkerData = { setups };
  const reuse = reusableRuns(
    options.reuse ?? [],
    claimed.map(({ experiment }) => experiment.study.output),
  );
  const pool = new ThreadPool({ worker: new URL('./worker.js', import.meta.url), threads, worker_data });
  const outputs: RunOutput[] = [];
  const onFailed = (failed: RunOutput): void => {
    if (outputs.every(({ live }) => !live)) stop.stop({ kind: 'error', error: failed.error });
    else observer.warning(`${failed.folder} stops: ${messageOf(failed.error)} The other outputs go on.`);
  };
  try {
    for (const study of claimed)
      outputs.push(createOutput(study, setupOf(study), options, { pool, observer, onFailed }));
    for (const [k, { claim }] of claimed.entries()) {
      if (claim instanceof EngineError) outputs[k]!.fail(claim);
      else await startOutput(outputs[k]!, threads, claim.resumed, observer);
    }
    await runCells({
      outputs,
      reuse,
      pool,
      port: disk,
      stop,
      durability: options.durability ?? 'chunk',
      lease: new LeaseSize(options.chunk ?? 'auto'),
      // A suite's failed rows are tried again every time.
      retry_failed:
        options.retry_failed ?? claimed.every(({ experiment }) => experiment.study.surface.steps.length > 0),
      on_error: options.on_error ?? 'stop',
    });
    const results: StudyResult[] = [];
    for (const [k, output] of outputs.entries())
      results.push(await endOutput(claimed[k]!, output, options, stop, observer));
    return results;
  } finally {
    observer.finished();
    await pool.close();
  }
}

/** Studies with the same model and inputs share one setup in every worker. */
function modelSetups(
  studies: readonly LoadedStudy[],
  kernel: Kernel,
): { readonly setups: readonly ModelSetup[]; readonly setupOf: (study: LoadedStudy) => number } {
  const keyOf = ({ experiment: { common, study } }: LoadedStudy): string => {
    const { model, model_version, inputs, streams, shared } = common;
    return canonicalJson({ model, model_version, inputs, streams, shared, own: study.model_code !== undefined });
  };
  const distinct = new Map<string, ModelSetup>();
  for (const study of studies) {
    const key = keyOf(study);
    if (!distinct.has(key)) distinct.set(key, modelSetup(study.experiment, kernel));
  }
  const keys = [...distinct.keys()];
  return { setups: [...distinct.values()], setupOf: (study) => keys.indexOf(keyOf(study)) };
}

interface Surroundings {
  readonly pool: ThreadPool;
  readonly observer: RunObserver;
  readonly onFailed: (output: RunOutput) => void;
}

function createOutput(
  { experiment, cells }: LoadedStudy,
  setup: number,
  options: RunOptions,
  around: Surroundings,
): RunOutput {
  const { study } = experiment;
  const { pool, observer, onFailed } = around;
  const target = study.permutations;
  const states = new CellStates(experiment.cells.length);
  const known = readProgressCsv(layoutOf(study.output).progress);
  const expected = new Float64Array(experiment.cells.length);
  if (known !== undefined)
    for (const cell of cells) expected[cell.index] = Math.min(target, known.get(cell.cell_id) ?? 0);
  const share = shareOf(options, target);
  const progress = new Progress(
    cells.length,
    options.shard === undefined ? cells.length * target : permutationsOf(cells, share),
    expected.reduce((sum, n) => sum + n, 0),
  );
  const books = new Bookkeeper({
    port: disk,
    output: study.output,
    run_name: study.name,
    cells,
    target,
    progress,
    states,
    observer,
    expected: (index) => expected[index]!,
  });
  const summaries = new CellSummaries({
    port: disk,
    pool,
    target,
    statistics: { thresholds: study.thresholds },
    seedOf: (cell) => ({ ...study.seed, ...cell.setup.source }),
    baselineOf: (cell) => baselineOf(experiment, cell) ?? null,
  });
  const missing = (): number => {
    const { permutations_total, permutations_done } = progress.numbers();
    return Math.max(0, permutations_total - permutations_done);
  };
  const forecast = new DiskForecast(study.output, missing, (text) => {
    observer.warning(text);
  });
  const landmark = layoutOf(study.output).manifest;
  const kept = { books, summaries, states, progress, share, forecast, landmark };
  return new RunOutput({ folder: study.output, cells, target, setup, ...kept, onFailed });
}

function shareOf({ shard, compute }: RunOptions, target: number): Share | undefined {
  if (compute === false) return NOTHING;
  return shard === undefined ? undefined : shardShare(shard, target);
}

function permutationsOf(cells: RunCells, share: Share | undefined): number {
  let total = 0;
  for (const cell of cells) total += countPermutations(share?.(cell) ?? []);
  return total;
}

async function startOutput(output: RunOutput, threads: number, resumed: boolean, observer: RunObserver): Promise<void> {
  const layout = layoutOf(output.folder);
  try {
    await makeOwnFolder(disk, layout.per_cell);
    await makeOwnFolder(disk, layout.aggregated);
    onDisk('remove', layout.done, () => {
      removeFile(disk, layout.done);
    });
  } catch (error) {
    output.fail(error);
    return;
  }
  output.started = true;
  observer.started({ output: output.folder, threads, progress: output.progress, resumed });
  output.books.start();
}

/** The last words of a run in one output. */
async function endOutput(
  { experiment }: ClaimedStudy,
  output: RunOutput,
  options: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
): Promise<StudyResult> {
  const { study } = experiment;
  const { progress, states, cells, books } = output;
  const complete = states.count('complete');
  const shared = states.count('shared');
  if (output.started) {
    await books.end();
    try {
      await writeResults(experiment, states, (line) => {
        observer.warning(line);
      });
    } catch (error) {
      output.fail(error);
    }
  }
  const numbers = progress.numbers();
  const reason: StopReason | undefined = output.live ? stop.reason : { kind: 'error', error: output.error };
  const stopped = withSpace(reason, study.output, numbers.permutations_done, output.forecast);
  return {
    output: study.output,
    study_file: study.file,
    cells: cells.length,
    complete,
    shared,
    permutations_computed: numbers.permutations_computed,
    permutations_reused: numbers.permutations_done - numbers.permutations_computed,
    permutations_total: numbers.permutations_total,
    seconds: numbers.uptime_seconds,
    permutations_per_second: numbers.permutations_computed / numbers.uptime_seconds,
    kernel: options.kernel ?? 'auto',
    n_failures: books.n_failures,
    first_failure: books.first_failure,
    summary: complete === cells.length ? await singlePermutation(experiment) : undefined,
    stopped,
    exit: exitCode(stopped, complete + shared === cells.length),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stopAfter(max_seconds: number | undefined, stop: StopSwitch): NodeJS.Timeout | undefined {
  if (max_seconds === undefined) return undefined;
  const timer = setTimeout(() => {
    stop.stop({ kind: 'time', seconds: max_seconds });
  }, max_seconds * 1000);
  timer.unref();
  return timer;
}

function exitCode(stopped: StopReason | undefined, complete: boolean): number {
  if (complete && stopped?.kind !== 'error') return 0;
  switch (stopped?.kind) {
    case undefined:
      return 1;
    case 'interrupted':
      return stopped.signal === 'SIGINT' ? 130 : 143;
    case 'time':
      return 3;
    case 'failure':
      return 1;
    case 'error':
      return stopped.error instanceof EngineError ? stopped.error.exit : 1;
  }
}
