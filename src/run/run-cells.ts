import { EngineError } from '../errors.ts';
import type { ThreadPool } from '../execute/threads.ts';
import type { ChunkResult } from '../execute/messages.ts';
import { chunksOf } from '../plan/chunks.ts';
import type { CellScan } from '../store/cell-file.ts';
import type { FilePort } from '../store/port.ts';
import { openCell } from '../store/open-cell.ts';
import { appendFailures, clearFailures, readFailures } from '../store/failures.ts';
import { countPermutations, rangesOf, subtractRanges, type PermutationRange } from '../study/permutation-range.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import { CellWork } from './cell-work.ts';
import { GroupSync, type Durability } from './group-sync.ts';
import type { LeaseSize } from './lease-size.ts';
import type { CellStatus, RunCell, RunCells } from './run-cell.ts';
import { scannedCells } from './scan-cells.ts';
import { Slots } from './slots.ts';
import type { StopSwitch } from './stop.ts';
import type { CellSummaries } from './summaries.ts';

/** Cells open at once: those whose last chunks are being computed or whose files are being sealed. */
const OPEN_CELLS = 16;
/** After a stop, chunks in flight are waited for this long [ms]; what is longer is abandoned and computed again next time. */
const GRACE_MS = 2_500;

export interface RunContext {
  readonly cells: RunCells;
  /** Permutations per cell. */
  readonly target: number;
  readonly pool: ThreadPool;
  readonly port: FilePort;
  readonly stop: StopSwitch;
  readonly books: Bookkeeper;
  readonly summaries: CellSummaries;
  readonly durability: Durability;
  readonly lease: LeaseSize;
  readonly retry_failed: boolean;
  readonly on_error: 'stop' | 'continue';
}

/**
 * The one loop: cell after cell, read what its file holds, compute what is missing, append it in order, seal and summarise it. All cells
 * share the threads, so the end of one overlaps the start of the next. Returns when everything that was begun is on disk.
 */
export async function runCells(run: RunContext): Promise<void> {
  const open = new Slots(OPEN_CELLS);
  const in_flight = new Slots(run.pool.parallel);
  const sync = new GroupSync(run.durability, (error) => {
    run.stop.stop({ kind: 'error', error });
  });
  const ending = new Set<Promise<void>>();
  abandonAfterGrace(run);
  try {
    for await (const { cell, scan } of scannedCells(run)) {
      if (run.stop.reason !== undefined) break;
      if (run.summaries.isUpToDate(cell, scan)) {
        run.books.found(cell, scan, true);
        continue;
      }
      await open.take();
      const work = await begin(run, cell, scan);
      await dispatch(run, cell, work, in_flight, sync);
      const end = finish(run, cell, work, sync).finally(() => {
        ending.delete(end);
        open.give();
      });
      ending.add(end);
    }
  } catch (error) {
    run.stop.stop({ kind: 'error', error });
  }
  await Promise.all(ending);
  await sync.end();
}

/** One cell open for writing, and what of it is to be computed. */
interface OpenWork {
  readonly work: CellWork;
  /** failures.csv being written, one append after the other. */
  recording: Promise<void>;
  readonly missing: readonly PermutationRange[];
  /** Permutations that failed before and are not tried again. */
  readonly n_failed_before: number;
  readonly resume_detected: boolean;
}

async function begin(run: RunContext, cell: RunCell, scan: CellScan): Promise<OpenWork> {
  run.summaries.withdraw(cell);
  const file = await openCell(run.port, cell.place, scan, (line) => {
    run.books.log(cell, line);
  });
  if (run.retry_failed) await clearFailures(run.port, cell.place.folder);
  const failed = rangesOf(readFailures(run.port, cell.place.folder).map((failure) => failure.perm_index));
  const missing = subtractRanges(file.missing, failed);
  const n_failed_before = countPermutations(file.missing) - countPermutations(missing);
  const work = new CellWork(file, (rows) => {
    run.books.acknowledged(cell, rows);
  });
  run.books.found(cell, scan, false);
  run.books.begun(cell, work, missing);
  return { work, recording: Promise.resolve(), missing, n_failed_before, resume_detected: scan.n_rows_raw > 0 };
}

async function dispatch(
  run: RunContext,
  cell: RunCell,
  open: OpenWork,
  in_flight: Slots,
  sync: GroupSync,
): Promise<void> {
  const { work, missing } = open;
  for (const range of chunksOf(missing, () => run.lease.next())) {
    await in_flight.take();
    if (run.stop.reason !== undefined) {
      in_flight.give();
      return;
    }
    const sequence = work.dispatch();
    void run.pool
      .compute({ setup: 0, cell: cell.setup, first: range.from, count: range.to - range.from })
      .then(
        (result) => {
          take(run, cell, open, sequence, result, sync);
        },
        (error: unknown) => {
          work.lost();
          throw chunkError(error, cell, range);
        },
      )
      .catch((error: unknown) => {
        run.stop.stop({ kind: 'error', error });
      })
      .finally(() => {
        in_flight.give();
      });
  }
}

/** A chunk came back: append what is due, and see to its failures. */
function take(
  run: RunContext,
  cell: RunCell,
  open: OpenWork,
  sequence: number,
  result: ChunkResult,
  sync: GroupSync,
): void {
  run.lease.observe(result.count, result.compute_ms);
  const failures = open.work.deliver(sequence, result);
  sync.appended(open.work);
  if (failures.length === 0) return;
  open.recording = open.recording
    .then(() => appendFailures(run.port, cell.place.folder, failures))
    .catch((error: unknown) => {
      run.stop.stop({ kind: 'error', error });
    });
  run.books.failed(cell, failures);
  if (run.on_error === 'stop') run.stop.stop({ kind: 'failure' });
}

/** The end of a cell, or of what a stopped run got done of it. */
async function finish(run: RunContext, cell: RunCell, open: OpenWork, sync: GroupSync): Promise<void> {
  const { work, n_failed_before, resume_detected } = open;
  let status: CellStatus = 'stopped';
  try {
    await work.settled();
    await open.recording;
    await sync.now(work);
    if (work.file.missing.length === 0) {
      await run.summaries.complete(cell, work.file, resume_detected);
      status = 'complete';
    } else if (n_failed_before + run.books.failuresOf(cell) > 0) status = 'failed';
  } catch (error) {
    run.stop.stop({ kind: 'error', error });
  } finally {
    work.file.close();
  }
  await run.books.ended(cell, status);
}

function abandonAfterGrace(run: RunContext): void {
  void run.stop.stopped().then(() => {
    const timer = setTimeout(() => void run.pool.close(), GRACE_MS);
    timer.unref();
  });
}

/** What a chunk's rejection means: the model threw outside a permutation, or the thread died. */
function chunkError(error: unknown, cell: RunCell, range: PermutationRange): unknown {
  if (error instanceof EngineError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const where = `cell ${cell.cell_id}, permutations ${range.from}-${range.to - 1}`;
  const died = error instanceof Error && ('code' in error ? String(error.code).startsWith('ERR_WORKER') : false);
  return died
    ? new EngineError(
        'WORKER',
        `A worker thread died at ${where}: ${text}. Every row before is safe; the same command goes on.`,
        { cause: error },
      )
    : new EngineError('SIMULATION', `The model failed at ${where}: ${text}`, { cause: error });
}
