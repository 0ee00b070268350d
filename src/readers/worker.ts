import { Piscina, workerData } from 'piscina';

import { EngineError } from '../errors.ts';
import type { Answer, ChunkResult, ChunkTask, ModelSetup } from '../execute/messages.ts';
import { encodeCsvRows } from '../encoding/csv-rows.ts';
import type { Rows } from '../encoding/metrics-schema.ts';
import { encodeForAll, Simulator } from '../execute/simulator.ts';
import { summarise, type CellStatistics, type SummariseOptions } from '../statistics/summarise.ts';
import type { CellPlace } from '../store/scan/cell-file.ts';
import { disk } from '../files/disk.ts';
import { readRange } from '../store/read-range.ts';
import { readRows, type Part } from '../store/read-rows.ts';
import { readBack } from '../store/scan-cell.ts';
import type { CanonicalScan } from '../store/formats/format.ts';
import type { Sums } from '../store/scan/sums.ts';
import { measureCell, type CellCost, type MeasureTask } from '../execute/measure-cell.ts';
import { lookAtOpenFile, scanToStop, type LookedScan } from '../precision/scan-to-stop.ts';
import type { Look, Stopping } from '../precision/checks.ts';

/**
 * The entry of a worker thread: one exported function per kind of task. Workers compute, encode and read; the coordinator alone
 * writes. Keep this file thin: coverage does not see it.
 */

export interface WorkerData {
  readonly setups: readonly ModelSetup[];
}
export interface ScanTask {
  readonly place: CellPlace;
  /** The most permutations that the cell may get. */
  readonly target: number;
  readonly stopping: Stopping | undefined;
}
/** Rows below `target` of a cell. */
export interface RowsTask {
  readonly place: CellPlace;
  readonly target: number;
}
/** A cell that is being computed and has the rows of its next looks. */
export interface LookTask extends RowsTask {
  readonly stopping: Stopping;
  readonly due: readonly number[];
  readonly sums: Sums;
}
/** Rows that another file holds: read there, encoded as those of `chunk`. */
export interface CopyTask {
  readonly chunk: ChunkTask;
  readonly from: RowsTask;
}
/** Rows of a canonical file. */
export interface TextTask extends RowsTask {
  readonly part: Part;
}
export interface SummariseTask extends RowsTask {
  readonly options: SummariseOptions;
}
/** A cell whose last row was written: read it back, and make its statistics while it is at hand. */
export interface FinishTask extends SummariseTask {
  readonly sums: Sums;
}
export interface FinishedCell {
  /** Undefined where the file is not what was written. */
  readonly found: CanonicalScan | undefined;
  readonly statistics: CellStatistics | undefined;
}

const { setups } = workerData as WorkerData;
const simulators: Promise<Simulator>[] = [];

function simulatorOf(setup: number): Promise<Simulator> {
  return (simulators[setup] ??= Simulator.create(setups[setup]!));
}

export function compute(task: ChunkTask): Promise<Answer<ChunkResult>> {
  return answer(async () => {
    const simulator = await simulatorOf(task.setup);
    return simulator.computeChunk(task);
  });
}

/** What a cell costs: for a plan. */
export function measure(task: MeasureTask): Promise<Answer<CellCost>> {
  return answer(async () => measureCell(await simulatorOf(task.setup), task));
}

/** Undefined where the other file does not hold every row by now: whoever asked computes them. */
export function copy({ chunk, from }: CopyTask): Promise<Answer<ChunkResult | undefined>> {
  return answer(() => {
    const { first, count } = chunk;
    const rows = readRange(disk, from.place, from.target, first, first + count);
    if (rows === undefined) return undefined;
    return { first, count, rows: count, ...encodeForAll(chunk, rows, 'auto'), failures: [], compute_ms: 0 };
  });
}

export function scan({ place, target, stopping }: ScanTask): Promise<Answer<LookedScan>> {
  return answer(() => scanToStop(disk, place, target, stopping));
}

export function look({ place, target, stopping, due, sums }: LookTask): Promise<Answer<Look | undefined>> {
  return answer(() => lookAtOpenFile(disk, place, target, stopping, due, sums));
}

/** The rows as CSV lines, whatever the file's format. Handed over: `verify` computes little, so it may be slow (see `ThreadPool.compute`). */
export function text({ place, target, part }: TextTask): Promise<Answer<readonly Uint8Array[]>> {
  return answer(() => {
    const lines = Array.from(readRows(disk, place, target, part), (rows) => encodeCsvRows(rows));
    const transferable = {
      [Piscina.transferableSymbol]: lines.map(({ buffer }) => buffer),
      [Piscina.valueSymbol]: lines,
    };
    return Piscina.move(transferable as never) as unknown as Uint8Array[];
  });
}

export function summary(task: SummariseTask): Promise<Answer<CellStatistics>> {
  return answer(() =>
    summarise(() => readRows(disk, task.place, task.target), task.place.schema.metrics, task.options),
  );
}

export function finish({ place, target, options, sums }: FinishTask): Promise<Answer<FinishedCell>> {
  return answer(() => {
    const found = readBack(disk, place, target, sums);
    if (found === undefined) return { found, statistics: undefined };
    const rows = (): Iterable<Rows> => readRows(disk, place, target, { end: found.scan.end });
    return { found, statistics: summarise(rows, place.schema.metrics, options) };
  });
}

/** An operating error keeps its code on its way to the coordinator: an exception would arrive as a plain Error. */
async function answer<T>(work: () => T | Promise<T>): Promise<Answer<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { code, message, path } = error;
    return { failed: { code, message, ...(path !== undefined && { path }) } };
  }
}
