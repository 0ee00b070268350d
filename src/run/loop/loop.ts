import { setMaxListeners } from 'node:events';

import type { Clock } from '../../clock.ts';
import { EngineError } from '../../errors.ts';
import { DeadChunk } from '../../execute/dead-chunk.ts';
import type { Executor } from '../../execute/executor.ts';
import type { KeptColumns } from '../../execute/kept-columns.ts';
import type { ChunkTask } from '../../execute/messages.ts';
import { chunksOf, wholeBatches } from '../../plan/chunks.ts';
import { segmentsOf } from '../../plan/segments.ts';
import { HeldFile } from '../../files/held.ts';
import type { FilePort } from '../../files/port.ts';
import type { ErrorRecord } from '../../model/error-record.ts';
import { countPermutations, type PermutationRange } from '../../study/permutation-range.ts';
import { OutputCell } from './output-cell.ts';
import { ColumnMemory, isSmall } from './column-memory.ts';
import { CellWork, type Delivery } from './cell-work.ts';
import { batchRowsOf, chunksFor, schemasOf } from './chunk-bytes.ts';
import { confirmedCell, confirmedDonors } from './confirm-files.ts';
import { GroupSync } from './group-sync.ts';
import type { ResolvedOptions } from '../run-options.ts';
import type { LeaseSize } from './lease-size.ts';
import type { ReusableRun } from './reuse.ts';
import type { CellStatus } from '../../stored/cell-states.ts';
import type { RunOutput } from '../output/run-output.ts';
import { removeLeftOversOfCell } from '../../store/left-overs.ts';
import { scannedExperiments, type Donor, type ScannedCell, type ScannedExperiment } from './scan-cells.ts';
import { Slots } from './slots.ts';
import type { StopSwitch } from '../stop.ts';
import type { Readers } from '../../readers/readers.ts';

/** Experiments open at once: those whose last chunks are being computed or whose files are being sealed. */
const OPEN_EXPERIMENTS = 32;
/** Rows copied from another file at once. Each copy reads that file from its beginning. */
const COPY_ROWS = 65_536;
/** After a stop, chunks in flight are waited for this long [ms]; what is longer is abandoned and computed again next time. */
const GRACE_MS = 2_500;

export interface RunContext {
  readonly outputs: readonly RunOutput[];
  /** Other runs whose rows are taken instead of computed. */
  readonly reuse: readonly ReusableRun[];
  readonly executor: Executor;
  readonly readers: Readers;
  readonly port: FilePort;
  readonly clock: Clock;
  readonly stop: StopSwitch;
  readonly options: Pick<
    ResolvedOptions,
    'durability' | 'on_error' | 'recompute_found' | 'permutation_timeout_seconds'
  >;
  readonly lease: LeaseSize;
}

interface Loop extends RunContext {
  /** Chunks in flight are not waited for any longer. */
  readonly abandoned: AbortSignal;
  readonly columns: ColumnMemory;
}

/**
 * The one loop: experiment after experiment, read what the files hold, compute (or copy) what any of them misses, append it in order to all
 * that miss it, seal and summarise. All experiments share the threads, so the end of one overlaps the start of the next. Where a study has a precision
 * rule, an experiment is computed in stages, from check to check, and others continue while it waits for one. Returns when everything that was begun
 * is on disk.
 */
export async function runCells(context: RunContext): Promise<void> {
  const run: Loop = { ...context, abandoned: abandonedAfterGrace(context), columns: new ColumnMemory() };
  const open = new Slots(OPEN_EXPERIMENTS);
  const in_flight = new Slots(() => run.executor.parallel);
  run.executor.watch?.(() => {
    in_flight.look();
  });
  // One experiment hands out its chunks at a time: workers keep few cells prepared.
  const turn = new Slots(1);
  const sync = new GroupSync(run.options.durability, run.clock, (error) => {
    run.stop.stop({ kind: 'error', error });
  });
  const ending = new Set<Promise<void>>();
  try {
    for await (const experiment of scannedExperiments({ ...run, outputs: run.outputs.filter(({ live }) => live) })) {
      if (run.stop.reason !== undefined) break;
      await open.take();
      const work = await begin(run, experiment);
      const donors = await confirmedDonors(run, experiment);
      const stage = async (): Promise<void> => {
        await turn.take();
        await dispatch(run, work, donors, in_flight, sync).finally(() => {
          turn.give();
        });
      };
      await stage();
      const end = finish(run, work, stage, sync).finally(() => {
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

/** Opens the files that are not as an undisturbed run leaves them. */
async function begin(run: Loop, { members }: ScannedExperiment<RunOutput>): Promise<CellWork<OutputCell>> {
  const output_cells: OutputCell[] = [];
  for (const member of members) {
    const { output, cell, scan, check } = member;
    if (!output.live) continue;
    if (scan instanceof EngineError) {
      output.fail(scan);
      continue;
    }
    if (!scan.exists && output.share?.(cell).length === 0) {
      output.books.leftOut(cell, output.sharded ? 'shared' : 'waiting');
      continue;
    }
    if (output.summaries.isUpToDate(cell, scan, check)) {
      output.books.foundComplete(cell, scan);
      run.executor.found?.(cell.setup.schema.experiment, scan.present);
      await leaveClean(run.port, member);
      continue;
    }
    const sure = await confirmedCell(run, member, scan);
    if (sure === undefined) continue;
    const output_cell = await OutputCell.open(run.port, sure.member, sure.scan);
    if (output_cell === undefined) continue;
    // Not before: a process that was killed may have left its last rows in memory alone.
    output.books.found(cell, sure.scan);
    run.executor.found?.(cell.setup.schema.experiment, sure.scan.present);
    output.books.begun(cell, output_cell.file, output_cell.missing());
    output_cells.push(output_cell);
  }
  // Of a small cell that comes in one piece the statistics come with it.
  return new CellWork(
    output_cells,
    run.executor,
    isSmall(output_cells) ? undefined : run.columns.takeFor(output_cells),
  );
}

/** A finished cell may have been left by a process that was killed just after finishing it. */
async function leaveClean(port: FilePort, { output, cell }: ScannedCell<RunOutput>): Promise<void> {
  try {
    await removeLeftOversOfCell(port, cell.place.folder);
  } catch (error) {
    output.fail(error);
  }
}

/** Hands out the chunks of a stage. Returns when the last one is on its way. */
async function dispatch(
  run: Loop,
  work: CellWork<OutputCell>,
  donors: readonly Donor[],
  in_flight: Slots,
  sync: GroupSync,
): Promise<void> {
  const end = work.stage_end;
  const segments = segmentsOf(
    work.output_cells.map((output_cell) => output_cell.missing(end)),
    donors.map(({ scan }) => scan.present),
  );
  for (const segment of segments) {
    const held_by = segment.held_by.map((k) => donors[k]!);
    const batch_rows = batchRowsOf(segment.wanted_by.map((k) => work.output_cells[k]!));
    const size = (): number =>
      held_by.length > 0 ? wholeBatches(COPY_ROWS, batch_rows) : wholeBatches(run.lease.next(), batch_rows);
    for (const range of chunksOf([segment], size)) {
      await in_flight.take();
      const output_cells = segment.wanted_by.map((k) => work.output_cells[k]!).filter(({ output }) => output.live);
      const over = run.stop.reason !== undefined || work.abandoned;
      if (over || output_cells.length === 0) {
        in_flight.give();
        if (over) return;
        continue;
      }
      const sequence = work.dispatch();
      void produce(run, work.keep, range, output_cells, held_by)
        .then(
          (delivery) => {
            if ('cannot_prepare' in delivery) failCell(run, work, delivery.cannot_prepare);
            else take(run, work, sequence, delivery, sync);
          },
          (error: unknown) => {
            work.lost();
            if (error instanceof DeadChunk)
              for (const { output, cell } of output_cells) output.books.deadLetter(cell, range, error.death);
            throw chunkError(error, output_cells[0]!.cell.cell_id, range);
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
}

/** The rows of a chunk in the bytes of every file that misses them: from a file that holds them, else computed; or why no row of the cell can be. */
async function produce(
  run: Loop,
  given: KeptColumns | undefined,
  { from, to }: PermutationRange,
  output_cells: readonly OutputCell[],
  held_by: readonly Donor[],
): Promise<Delivery | { readonly cannot_prepare: ErrorRecord }> {
  const { cell, output } = output_cells[0]!;
  const more_schemas = schemasOf(output_cells).slice(1);
  const limit_s = run.options.permutation_timeout_seconds;
  const chunk: ChunkTask = {
    setup: output.setup,
    cell: cell.setup,
    first: from,
    count: to - from,
    ...(more_schemas.length > 0 && { more_schemas }),
    ...(limit_s !== undefined && { permutation_timeout_ms: limit_s * 1_000 }),
  };
  const keep = given !== undefined && to <= given.span ? given : undefined;
  for (const { place, scan } of held_by) {
    const result = await run.readers.read('copy', { chunk, from: { place, target: scan.target }, keep });
    // A file that is being written may read as if rows were missing or damaged: then another one, or they are computed.
    if (result !== undefined) return { result, copied: true, parts: chunksFor(output_cells, result) };
  }
  const summarise =
    isSmall(output_cells) && from === 0 && to === output_cells[0]!.file.target
      ? output.summaries.optionsFor(cell)
      : undefined;
  const result = await run.executor.compute(chunk, run.abandoned, keep, summarise);
  const { cannot_prepare } = result;
  if (cannot_prepare !== undefined) return { cannot_prepare };
  run.lease.observe(result.count, result.compute_ms);
  return { result, copied: false, parts: chunksFor(output_cells, result) };
}

/** A chunk came back: append what is due, and see to its failures. */
function take(run: Loop, work: CellWork<OutputCell>, sequence: number, delivery: Delivery, sync: GroupSync): void {
  const n_failed = work.deliver(sequence, delivery);
  sync.appended(work);
  if (n_failed > 0 && run.options.on_error === 'stop') run.stop.stop({ kind: 'failure' });
}

/** prepare() threw for one chunk, and would for all others: the cell is recorded as failed; --on-error decides about the other cells. */
function failCell(run: Loop, work: CellWork<OutputCell>, error: ErrorRecord): void {
  if (!work.abandoned) {
    work.abandon();
    for (const output_cell of work.output_cells) output_cell.cannotPrepare(error);
    if (run.options.on_error === 'stop') run.stop.stop({ kind: 'failure' });
  }
  work.lost();
}

/** The end of an experiment, after what stages are left of it, or of what a stopped run got done of it. */
async function finish(
  run: Loop,
  work: CellWork<OutputCell>,
  stage: () => Promise<void>,
  sync: GroupSync,
): Promise<void> {
  try {
    for (;;) {
      await work.settled();
      await sync.now(work);
      for (const output_cell of work.output_cells) await output_cell.takeChecks(run.readers);
      if (run.stop.reason !== undefined || !work.unfinished) break;
      await stage();
    }
  } catch (error) {
    run.stop.stop({ kind: 'error', error });
  }
  for (const output_cell of work.output_cells) await end(run, output_cell, work);
  // After a stop a thread may still be busy with an abandoned chunk and put values there.
  if (work.keep !== undefined && run.stop.reason === undefined) run.columns.give(work.keep);
}

async function end(run: Loop, output_cell: OutputCell, work: CellWork<OutputCell>): Promise<void> {
  const { output, cell, file } = output_cell;
  let status: CellStatus = 'stopped';
  try {
    if (output.live) output.assertThere(run.port);
    if (output.live && file.missing.length === 0) {
      const { resume_detected, check } = output_cell;
      const { statistics } = work;
      const columns = work.columnsOf(file.target);
      await output.summaries.complete(cell, file, { resume_detected, check, columns, statistics });
      output.outdated.delete(cell.cell_id);
      status = 'complete';
    } else if (output.live && output.sharded && countPermutations(file.missing) === output_cell.n_not_mine)
      status = 'shared';
    else if (output_cell.n_failed > 0) status = 'failed';
  } catch (error) {
    if (error instanceof HeldFile) output.gaveUp(error, cell);
    else output.fail(error);
  }
  try {
    if (output.live && status !== 'complete') await file.leave();
  } catch (error) {
    output.fail(error);
  }
  try {
    file.close();
  } catch (error) {
    output.fail(error);
  }
  await output.books.ended(cell, status);
}

function abandonedAfterGrace({ stop, clock }: RunContext): AbortSignal {
  const abandoned = new AbortController();
  // All chunks in flight listen.
  setMaxListeners(0, abandoned.signal);
  void stop.stopped().then(() => {
    clock.after(GRACE_MS, () => {
      abandoned.abort(new EngineError('STOPPED', 'The run was stopped before this chunk was computed.'));
    });
  });
  return abandoned.signal;
}

/** What a chunk's rejection means: its worker died, its setup is unavailable, or it is a bug: what a model throws comes back as a result. */
function chunkError(error: unknown, cell_id: string, { from, to }: PermutationRange): unknown {
  if (!(error instanceof EngineError) || error.code !== 'WORKER') return error;
  const where = `cell ${cell_id}, permutations ${from}-${to - 1}`;
  const safe = 'Every earlier row is safe; run the same command again to resume.';
  return new EngineError('WORKER', `At ${where}: ${error.message} ${safe}`, { cause: error });
}
