import { availableParallelism } from 'node:os';
import { rmSync } from 'node:fs';

import { EngineError } from '../errors.ts';
import type { Format } from '../encoding/metrics-schema.ts';
import { ThreadPool } from '../execute/threads.ts';
import type { Kernel } from '../models/model.ts';
import { disk } from '../store/disk.ts';
import { layoutOf } from '../store/layout.ts';
import { makeFolder } from '../store/folder.ts';
import { acquireLock, type Lock } from '../store/lock.ts';
import { writeManifest } from '../store/manifest.ts';
import { writeLines, writeSmallFile } from '../store/small-file.ts';
import { cellSelector, type Selection } from '../study/select.ts';
import { Bookkeeper } from './bookkeeper.ts';
import { baselineOf, loadExperiment, modelSetup, runCell, type Experiment } from './experiment.ts';
import type { Durability } from './group-sync.ts';
import { chooseKernel } from './kernel-choice.ts';
import { LeaseSize } from './lease-size.ts';
import { loadManifest, manifestOf, refuseOther, versionWarnings } from './manifest.ts';
import type { RunObserver } from './observer.ts';
import { Progress } from './progress.ts';
import { readProgressCsv } from './progress-csv.ts';
import { CellStates, type RunCells } from './run-cell.ts';
import { runCells } from './run-cells.ts';
import type { StopReason, StopSwitch } from './stop.ts';
import { CellSummaries, gridSummaryLines } from './summaries.ts';
import type { WorkerData } from './worker.ts';

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
}

/** What one run of one study did. */
export interface StudyResult {
  readonly output: string;
  readonly study_file: string;
  readonly cells: number;
  readonly complete: number;
  readonly permutations_computed: number;
  readonly permutations_reused: number;
  readonly permutations_total: number;
  readonly seconds: number;
  readonly permutations_per_second: number;
  /** What computed; changes no bit of a row. */
  readonly kernel: Kernel;
  readonly n_failures: number;
  readonly first_failure: Bookkeeper['first_failure'];
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
  const choice = chooseKernel(options.kernel ?? 'auto');
  const experiment = await loadExperiment(file, studyOverrides(options));
  const cells = selectedCells(experiment, options.selection);
  const { lock, resumed } = await claimOutput(experiment, options.truncate === true, observer);
  try {
    if (choice.warning !== undefined) observer.warning(choice.warning);
    return await runLocked(experiment, cells, { ...options, kernel: choice.kernel }, stop, observer, resumed);
  } finally {
    lock.release();
  }
}

/** Refuses an output that holds something else, locks it and writes the manifest. */
async function claimOutput(
  experiment: Experiment,
  truncate: boolean,
  observer: RunObserver,
): Promise<{ readonly lock: Lock; readonly resumed: boolean }> {
  const { output } = experiment.study;
  const manifest = manifestOf(experiment);
  // Refuse before locking: an output that this study may not touch stays as it is, without even a lock file.
  const seen = loadManifest(disk, output);
  if (seen !== undefined) refuseOther(seen, manifest, output, truncate);
  await makeFolder(disk, output);
  const lock = await acquireLock(output);
  try {
    const before = loadManifest(disk, output);
    if (before !== undefined) {
      refuseOther(before, manifest, output, truncate);
      for (const warning of versionWarnings(before.made_by)) observer.warning(warning);
    }
    await writeManifest(disk, output, { ...manifest, created_at: before?.created_at ?? manifest.created_at });
    return { lock, resumed: before !== undefined };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function studyOverrides({ output, format, permutations }: RunOptions): Parameters<typeof loadExperiment>[1] {
  return {
    ...(output !== undefined && { output }),
    ...(format !== undefined && { format }),
    ...(permutations !== undefined && { permutations }),
  };
}

async function runLocked(
  experiment: Experiment,
  cells: RunCells,
  options: RunOptions,
  stop: StopSwitch,
  observer: RunObserver,
  resumed: boolean,
): Promise<StudyResult> {
  const { study } = experiment;
  const layout = layoutOf(study.output);
  const target = study.permutations;
  const states = new CellStates(experiment.cells.length);
  const known = readProgressCsv(layout.progress);
  const expected = new Float64Array(experiment.cells.length);
  if (known !== undefined)
    for (const cell of cells) expected[cell.index] = Math.min(target, known.get(cell.cell_id) ?? 0);
  const progress = new Progress(
    cells.length,
    cells.length * target,
    expected.reduce((sum, n) => sum + n, 0),
  );
  const threads = options.threads ?? availableParallelism();
  const worker_data: WorkerData = { setups: [modelSetup(experiment, options.kernel ?? 'auto')] };
  const pool = new ThreadPool({ worker: new URL('./worker.js', import.meta.url), threads, worker_data });
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
  const timer = stopAfter(options.max_seconds, stop);
  try {
    await makeFolder(disk, layout.per_cell);
    await makeFolder(disk, layout.aggregated);
    rmSync(layout.done, { force: true });
    observer.started({ output: study.output, threads, progress, resumed });
    books.start();
    await runCells({
      cells,
      target,
      pool,
      port: disk,
      stop,
      books,
      summaries,
      durability: options.durability ?? 'chunk',
      lease: new LeaseSize(options.chunk ?? 'auto', study.format === 'arrow' ? study.batch_rows : undefined),
      retry_failed: options.retry_failed === true,
      on_error: options.on_error ?? 'stop',
    });
    const complete = states.count('complete');
    await books.end();
    await writeResults(experiment, cells, complete === experiment.cells.length);
    const numbers = progress.numbers();
    return {
      output: study.output,
      study_file: study.file,
      cells: cells.length,
      complete,
      permutations_computed: numbers.permutations_computed,
      permutations_reused: numbers.permutations_done - numbers.permutations_computed,
      permutations_total: numbers.permutations_total,
      seconds: numbers.uptime_seconds,
      permutations_per_second: numbers.permutations_computed / numbers.uptime_seconds,
      kernel: options.kernel ?? 'auto',
      n_failures: books.n_failures,
      first_failure: books.first_failure,
      stopped: stop.reason,
      exit: exitCode(stop.reason, complete === cells.length),
    };
  } finally {
    clearTimeout(timer);
    observer.finished();
    await pool.close();
  }
}

/** The cells asked for, made one at a time: only their places are kept. */
function selectedCells(experiment: Experiment, selection: Selection | undefined): RunCells {
  const { cells, study } = experiment;
  const wanted = cellSelector(study, selection ?? {});
  const chosen = Uint32Array.from(cells, (cell) => (wanted(cell) ? cell.index + 1 : 0)).filter((place) => place > 0);
  if (chosen.length === 0)
    throw new EngineError('USAGE', 'No cell of the study fits --cells and --step: there is nothing to run.', {
      path: '--cells',
    });
  return {
    length: chosen.length,
    *[Symbol.iterator]() {
      for (const place of chosen) yield runCell(experiment, cells.at(place - 1), study.output);
    },
  };
}

async function writeResults(experiment: Experiment, cells: RunCells, all_complete: boolean): Promise<void> {
  const { study } = experiment;
  const layout = layoutOf(study.output);
  const metrics = Object.keys(study.model.metrics);
  const parameters = Object.keys(study.model.parameters);
  const everything = cells.length === experiment.cells.length ? cells : selectedCells(experiment, undefined);
  await writeLines(disk, layout.grid_summary, gridSummaryLines(everything, parameters, metrics));
  if (all_complete) {
    await writeSmallFile(
      disk,
      layout.done,
      `${study.name}: all ${experiment.cells.length} cells complete, ${study.permutations} permutations each\n`,
    );
  }
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
