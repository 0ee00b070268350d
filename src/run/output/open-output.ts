import type { Clock } from '../../clock.ts';
import { makeOwnFolder } from '../../files/folder.ts';
import { layoutOf } from '../../store/scan/layout.ts';
import type { FilePort } from '../../files/port.ts';
import { removeFile } from '../../files/remove-file.ts';
import { removeLeftOversOfRun } from '../../store/left-overs.ts';
import { countPermutations } from '../../study/permutation-range.ts';
import { Bookkeeper } from './bookkeeper.ts';
import type { ClaimedStudy } from './claim-studies.ts';
import { EngineError } from '../../errors.ts';
import { DiskForecast } from './disk-space.ts';
import { baselineOf } from '../../study/loaded-study.ts';
import type { Tell } from './events.ts';
import type { Readers } from '../../readers/readers.ts';
import { readProgressCsv } from '../../stored/progress-csv.ts';
import type { QueueReport } from '../../stored/queue-report.ts';
import { Progress } from './progress.ts';
import { CellStates } from '../../stored/cell-states.ts';
import type { RunCells } from '../../plan/run-cell.ts';
import { retriesFailed, type ResolvedOptions } from '../run-options.ts';
import { RunOutput } from './run-output.ts';
import { ownOf, shareOf } from '../../plan/share.ts';
import { stoppingOf } from '../../precision/checks.ts';
import { CellSummaries } from './cell-summaries.ts';
import { TableLines } from '../../tables/table-lines.ts';

export interface Surroundings {
  readonly port: FilePort;
  readonly clock: Clock;
  readonly readers: Readers;
  /** Threads of this machine that compute. */
  readonly threads: number;
  readonly tell: Tell;
  readonly onFailed: (output: RunOutput) => void;
  /** How the run's queue is; undefined where it has none. */
  readonly queue: (() => QueueReport) | undefined;
}

/** An output that a run writes, with everything that is kept for it. Nothing is written yet. */
export function createOutput(
  { experiment, cells, claim }: ClaimedStudy,
  setup: string,
  options: ResolvedOptions,
  around: Surroundings,
): RunOutput {
  const { study } = experiment;
  const { port, clock, readers, threads, tell, onFailed, queue } = around;
  const target = study.permutations;
  const stopping = stoppingOf(study.precision, target);
  const states = new CellStates(experiment.cells.length, target);
  const known = readProgressCsv(port, layoutOf(study.output).progress);
  const share = shareOf(options, target);
  // A shard's progress is about its own permutations; who computes nothing looks at all of them.
  const own = options.shard === undefined ? undefined : share;
  const n_own = (index: number): number => (own === undefined ? target : countPermutations(own(cells.at(index))));
  const expected = new Float64Array(experiment.cells.length);
  if (known !== undefined)
    for (const { index, cell_id } of cells.places()) {
      const n_done = Math.min(target, known.get(cell_id)?.n_done ?? 0);
      states.set(index, 'waiting', n_done);
      expected[index] = Math.min(n_own(index), n_done);
    }
  const progress = new Progress(
    clock,
    cells.length,
    own === undefined ? cells.length * target : sumOf(cells, n_own),
    expected.reduce((sum, n) => sum + n, 0),
  );
  const missing = (): number => {
    const { permutations_total, permutations_done } = progress.numbers();
    return Math.max(0, permutations_total - permutations_done);
  };
  const warn = (message: string): void => {
    tell({ type: 'warning', message });
  };
  const forecast = new DiskForecast(port, study.output, missing, warn);
  const books = new Bookkeeper({
    port,
    clock,
    output: study.output,
    run_name: study.name,
    cells,
    progress,
    states,
    tell,
    threads,
    disk_needed: () => forecast.needed(),
    expected: (index) => expected[index]!,
    ownOf: (cell, present) => countPermutations(ownOf(present, own?.(cell))),
    queue,
  });
  const lines = new TableLines(Object.keys(study.model.parameters));
  const summaries = new CellSummaries({
    port,
    readers,
    statistics: { thresholds: study.thresholds },
    seedOf: (cell) => ({ ...study.seed, ...cell.setup.source }),
    baselineOf: (cell) => baselineOf(experiment, cell),
    lines,
  });
  const landmark = layoutOf(study.output).manifest;
  const retry_failed = retriesFailed(options, study.surface.steps);
  const kept = {
    books,
    summaries,
    lines,
    states,
    progress,
    share,
    sharded: options.shard !== undefined,
    retry_failed,
    forecast,
    origins: claim instanceof EngineError ? undefined : claim.origins,
    landmark,
  };
  return new RunOutput({ folder: study.output, cells, target, stopping, setup, ...kept, onFailed, warn });
}

function sumOf(cells: RunCells, count: (index: number) => number): number {
  let total = 0;
  for (const { index } of cells.places()) total += count(index);
  return total;
}

const NAMES_MAY_GET_LOST =
  'This file system cannot sync folders: after a power cut the newest files may be missing. Rows in older files are as safe as --durability promises.';

/** Makes the folders. An output where that fails has failed. */
export async function startOutput(
  port: FilePort,
  output: RunOutput,
  threads: number,
  resumed: boolean,
  tell: Tell,
): Promise<void> {
  const layout = layoutOf(output.folder);
  try {
    await makeOwnFolder(port, layout.per_cell);
    await makeOwnFolder(port, layout.aggregated);
    await removeLeftOversOfRun(port, output.folder);
    for (const stale of [layout.done, layout.partial_summary]) await output.unlessHeld(() => removeFile(port, stale));
  } catch (error) {
    output.fail(error);
    return;
  }
  output.started = true;
  if (port.foldersUnsynced?.() === true) tell({ type: 'warning', message: NAMES_MAY_GET_LOST });
  const at_most = output.stopping !== undefined && output.share === undefined;
  const numbers = output.progress.numbers();
  tell({ type: 'started', output: output.folder, threads, resumed, at_most, ...numbers });
  output.books.start();
}
