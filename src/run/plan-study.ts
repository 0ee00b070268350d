import { availableParallelism } from 'node:os';

import { Simulator } from '../execute/simulator.ts';
import { ThreadPool } from '../execute/threads.ts';
import { studyOverlap, type StudyOverlap } from '../plan/overlap.ts';
import { disk } from '../store/disk.ts';
import { cellSelector, type Selection } from '../study/select.ts';
import type { StudyOverrides } from '../study/study.ts';
import { countPermutations, subtractRanges, type PermutationRange } from '../study/permutation-range.ts';
import { loadExperiment, modelSetup, runCell, type Experiment } from './experiment.ts';
import { checkManifest, loadManifest } from './manifest.ts';
import type { RunCells } from './run-cell.ts';
import { scannedCells } from './scan-cells.ts';
import type { WorkerData } from './worker.ts';

export interface PlannedCell {
  readonly cell_id: string;
  readonly n_done: number;
  readonly missing: readonly PermutationRange[];
}

/** What `run` would do, and what it would cost. */
export interface StudyPlan {
  readonly experiment: Experiment;
  readonly cells: readonly PlannedCell[];
  readonly permutations_total: number;
  readonly permutations_done: number;
  readonly permutations_missing: number;
  readonly overlap: StudyOverlap;
  readonly forecast: Forecast | undefined;
}

export interface Forecast {
  readonly threads: number;
  /** Time for what is missing [s], from permutations computed just now on this machine. */
  readonly seconds: number;
  /** Disk for what is missing [bytes]. */
  readonly bytes: number;
}

export interface PlanOptions {
  readonly overrides: StudyOverrides;
  readonly selection: Selection;
  readonly threads?: number;
  readonly truncate?: boolean;
}

/** Reads the study and what its output holds. Writes nothing. */
export async function planStudy(file: string, options: PlanOptions): Promise<StudyPlan> {
  const experiment = await loadExperiment(file, options.overrides);
  checkManifest(loadManifest(disk, experiment.study.output), experiment, options.truncate === true);
  const threads = options.threads ?? availableParallelism();
  const target = experiment.study.permutations;
  const everything: PermutationRange[] = [{ from: 0, to: target }];
  const cells: PlannedCell[] = [];
  const worker_data: WorkerData = { setups: [] };
  const pool = new ThreadPool({ worker: new URL('./worker.js', import.meta.url), threads, worker_data });
  try {
    for await (const { cell, scan } of scannedCells({ cells: selected(experiment, options.selection), target, pool, port: disk })) {
      const missing = subtractRanges(everything, scan.present);
      cells.push({ cell_id: cell.cell_id, n_done: target - countPermutations(missing), missing });
    }
  } finally {
    await pool.close();
  }
  const permutations_done = cells.reduce((sum, cell) => sum + cell.n_done, 0);
  const permutations_total = cells.length * target;
  const permutations_missing = permutations_total - permutations_done;
  return {
    experiment,
    cells,
    permutations_total,
    permutations_done,
    permutations_missing,
    overlap: overlapOf(experiment),
    forecast: permutations_missing === 0 ? undefined : await forecast(experiment, cells, threads),
  };
}

function selected(experiment: Experiment, selection: Selection): RunCells {
  const { cells, study } = experiment;
  const wanted = cellSelector(study, selection);
  return {
    length: cells.length,
    *[Symbol.iterator]() {
      for (const cell of cells) if (wanted(cell)) yield runCell(experiment, cell, study.output);
    },
  };
}

export function overlapOf({ study, cells }: Experiment): StudyOverlap {
  return studyOverlap(cells, study.seed, study.streams, study.permutations);
}

/** Cells that are tried for a forecast, spread over those with work left. */
const SAMPLED_CELLS = 8;
/** Time given to each [ms]. */
const SAMPLE_MS = 60;

/** Computes a few permutations of a few cells, without writing them, and extrapolates. */
async function forecast(experiment: Experiment, cells: readonly PlannedCell[], threads: number): Promise<Forecast> {
  const open = cells.filter((cell) => cell.missing.length > 0);
  const every = Math.max(1, Math.floor(open.length / SAMPLED_CELLS));
  const simulator = await Simulator.create(modelSetup(experiment, 'auto'));
  let ms = 0;
  let rows = 0;
  let bytes = 0;
  for (const planned of open.filter((_, i) => i % every === 0).slice(0, SAMPLED_CELLS)) {
    const cell = runCell(experiment, experiment.cells.at(experiment.cells.indexOf(planned.cell_id)), experiment.study.output).setup;
    // The first chunk prepares the cell and warms the code up: it does not count.
    let count = 16;
    await simulator.computeChunk({ setup: 0, cell, first: 0, count });
    for (const started = performance.now(); performance.now() - started < SAMPLE_MS; count = Math.min(4096, count * 2)) {
      const result = await simulator.computeChunk({ setup: 0, cell, first: 0, count });
      ms += result.compute_ms;
      rows += count;
      bytes += result.bytes.length;
    }
  }
  const missing = cells.reduce((sum, cell) => sum + countPermutations(cell.missing), 0);
  return { threads, seconds: ((ms / rows) * missing) / 1000 / threads, bytes: (bytes / rows) * missing };
}
