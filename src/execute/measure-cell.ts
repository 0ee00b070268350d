import type { CellSetup } from '../plan/run-cell.ts';
import type { ChunkResult } from './messages.ts';
import type { Simulator } from './simulator.ts';
import { summarise, type SummariseOptions } from '../statistics/summarise.ts';
import { memoryFile } from '../files/memory-file.ts';
import { readRows } from '../store/read-rows.ts';
import { formatOf } from '../store/formats/formats.ts';
import { readBack } from '../store/scan-cell.ts';

/** What a cell costs one thread. */
export interface CellCost {
  /** [ms]; the first permutation is in it. */
  readonly prepare_ms: number;
  /** [ms per permutation] computed and encoded. NaN, like what follows, where prepare() throws: a run computes nothing of it. */
  readonly compute_ms: number;
  /** [ms per row] read back, checked and summarised. */
  readonly finish_ms: number;
  /** [bytes per row] without those of its perm_index (`StoreFormat.indexBytes`). NaN where every permutation failed. */
  readonly row_bytes: number;
  /** Its statistics as JSON [bytes]. */
  readonly statistics_bytes: number;
}

export interface MeasureTask {
  /** The hash of the setup. */
  readonly setup: string;
  readonly cell: CellSetup;
  /** Permutations of the cell. */
  readonly target: number;
  /** How many to compute: a fixed number, so that a thread that has to wait is not cut short. Fewer where one alone takes long. */
  readonly permutations: number;
  readonly options: SummariseOptions;
}

const NO_ROWS = { compute_ms: NaN, finish_ms: NaN, row_bytes: NaN, statistics_bytes: NaN };

const LARGEST_CHUNK = 8192;
/** A cell that is much slower than others is given so long [ms]. */
const SLOW_CELL_MS = 150;
/** One permutation is computed so often to see how long it takes at best. */
const TRIES = 3;

/** Computes some permutations of a cell as a run would, reads them back and summarises them: all in memory, nothing is written. */
export async function measureCell(simulator: Simulator, task: MeasureTask): Promise<CellCost> {
  const { cell, target } = task;
  const chunk = (count: number) => simulator.computeChunk({ setup: task.setup, cell, first: 0, count });
  const started = performance.now();
  const { cannot_prepare } = await chunk(1);
  const prepare_ms = performance.now() - started;
  if (cannot_prepare !== undefined) return { prepare_ms, ...NO_ROWS };
  const permutations = await affordable(task.permutations, chunk);
  const count = Math.min(permutations, target, LARGEST_CHUNK);
  let last = await chunk(count);
  let rows = count;
  let spent_ms = last.compute_ms;
  for (; rows < permutations; rows += count) {
    last = await chunk(count);
    spent_ms += last.compute_ms;
  }
  const index_bytes = formatOf(cell.schema).indexBytes(0, last.rows);
  return {
    prepare_ms,
    compute_ms: spent_ms / rows,
    row_bytes: (last.bytes.length - index_bytes) / last.rows,
    ...finishing(task, last.bytes, last.rows),
  };
}

async function affordable(wanted: number, chunk: (count: number) => Promise<ChunkResult>): Promise<number> {
  let least_ms = Infinity;
  for (let i = 0; i < TRIES && least_ms > SLOW_CELL_MS / wanted; i += 1)
    least_ms = Math.min(least_ms, (await chunk(1)).compute_ms);
  return Math.max(1, Math.min(wanted, Math.floor(SLOW_CELL_MS / least_ms)));
}

function finishing(
  { cell: { schema }, target, options }: MeasureTask,
  rows: Uint8Array,
  n: number,
): Pick<CellCost, 'finish_ms' | 'statistics_bytes'> {
  if (n === 0) return { finish_ms: NaN, statistics_bytes: NaN };
  const place = { folder: 'in memory', schema };
  const port = memoryFile(Buffer.concat([formatOf(schema).header(schema), rows]));
  // Its checksums, which a run has already.
  const { sums } = readBack(port, place, target, new Map())!;
  const started = performance.now();
  const found = readBack(port, place, target, sums)!;
  const statistics = summarise(() => readRows(port, place, target, { end: found.scan.end }), schema.metrics, options);
  const finish_ms = (performance.now() - started) / n;
  return { finish_ms, statistics_bytes: JSON.stringify(statistics, null, 1).length };
}
