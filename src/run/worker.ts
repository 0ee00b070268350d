import { Piscina, workerData } from 'piscina';

import type { ChunkResult, ChunkTask, ModelSetup } from '../execute/messages.ts';
import { Simulator } from '../execute/simulator.ts';
import { summarise, type CellStatistics, type SummariseOptions } from '../statistics/summarise.ts';
import type { CellPlace, CellScan } from '../store/cell-file.ts';
import { disk } from '../store/disk.ts';
import { readRows } from '../store/read-rows.ts';
import { scanCell } from '../store/scan-cell.ts';

/**
 * The entry of a worker thread: one exported function per kind of task. Workers compute, encode and read; the coordinator alone
 * writes. Keep this file thin: coverage does not see it.
 */

export interface WorkerData {
  readonly setups: readonly ModelSetup[];
}
export interface ScanTask {
  readonly place: CellPlace;
  readonly target: number;
}
export interface SummariseTask extends ScanTask {
  readonly options: SummariseOptions;
}

const { setups } = workerData as WorkerData;
const simulators: Promise<Simulator>[] = [];

export async function compute(task: ChunkTask): Promise<ChunkResult> {
  const simulator = await (simulators[task.setup] ??= Simulator.create(setups[task.setup]!));
  return moved(await simulator.computeChunk(task));
}

export function scan(task: ScanTask): CellScan {
  return scanCell(disk, task.place, task.target);
}

export function summary(task: SummariseTask): CellStatistics {
  return summarise(() => readRows(disk, task.place, task.target), task.place.schema.metrics, task.options);
}

/** The result with its bytes handed over instead of copied. */
function moved(result: ChunkResult): ChunkResult {
  const transferable = { [Piscina.transferableSymbol]: [result.bytes.buffer], [Piscina.valueSymbol]: result };
  return Piscina.move(transferable as never) as unknown as ChunkResult;
}
