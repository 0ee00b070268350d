import type { CellCost, MeasureTask } from '../execute/measure-cell.ts';
import type { KeptColumns } from '../execute/kept-columns.ts';
import type { ChunkResult, ChunkTask } from '../execute/messages.ts';
import type { CheckedScan } from '../precision/scan-to-stop.ts';
import type { Check, Stopping } from '../precision/checks.ts';
import type { PairedSample } from '../statistics/difference.ts';
import type { StatisticsText } from '../statistics/statistics-text.ts';
import type { BinCounts, BinsOf } from '../statistics/count-in-bins.ts';
import type { MetricBounds } from '../statistics/failure-bounds.ts';
import type { CellStatistics, SummariseOptions } from '../statistics/summarise.ts';
import type { CanonicalScan } from '../store/formats/format.ts';
import type { Part } from '../store/read-rows.ts';
import type { CellPlace, ProvenBytes } from '../store/scan/cell-file.ts';
import type { Sums } from '../store/scan/sums.ts';

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
/** A cell that is being computed and has the rows of its next checks. */
export interface CheckTask extends RowsTask {
  readonly stopping: Stopping;
  readonly due: readonly number[];
  readonly sums: Sums;
}
/** Rows that another file holds: read there, encoded as those of `chunk`. */
export interface CopyTask {
  readonly chunk: ChunkTask;
  readonly from: RowsTask;
  /** Where the values are put, too. */
  readonly keep: KeptColumns | undefined;
}
/** Rows of a canonical file. */
export interface TextTask extends RowsTask {
  readonly part: Part;
}
export interface PickTask extends RowsTask {
  readonly perms: readonly number[];
}
/** A complete cell of which rows are paired. */
export interface PairedRows extends RowsTask {
  /** Where the rows end in its file, which was just seen to be canonical: then it is not scanned again. */
  readonly end?: number | undefined;
}
export interface PairsTask {
  readonly cells: readonly PairedRows[];
  /** Permutations looked at, from the first one. */
  readonly rows: number;
  readonly metrics: readonly string[];
  /** Places in `cells`: the second less the first. */
  readonly pairs: readonly (readonly [first: number, second: number])[];
}
export interface SummariseTask extends RowsTask {
  readonly options: SummariseOptions;
}
/** A cell whose every missing row is of a failed permutation. */
export interface BoundsTask extends RowsTask {
  readonly n_failed: number;
  readonly thresholds: Readonly<Record<string, readonly number[]>>;
}
export interface BinsTask extends RowsTask {
  readonly bins: readonly BinsOf[];
}
/** A cell whose last row was written: reads it back and makes its statistics. */
export interface FinishTask extends SummariseTask {
  readonly sums: Sums;
  /** All its values, where they are in memory, and what the bytes of its rows must be. */
  readonly kept: (ProvenBytes & { readonly columns: KeptColumns }) | undefined;
}
export interface FinishedCell {
  /** Undefined where the file is not what was written. */
  readonly found: CanonicalScan | 'proven' | undefined;
  readonly statistics: StatisticsText | undefined;
}

/** Everything that is read and summarised where the files are: each kind of task with its result. */
export interface ReaderTasks {
  /** What a cell's file holds, and where its rows say that the cell ends. */
  scan: { task: ScanTask; result: CheckedScan };
  check: { task: CheckTask; result: Check | undefined };
  /** Undefined where the other file no longer holds every row: then the caller computes them. */
  copy: { task: CopyTask; result: ChunkResult | undefined };
  /** The rows as CSV lines, whatever the file's format. */
  text: { task: TextTask; result: readonly Uint8Array[] };
  /** Some rows as CSV lines, by perm_index; those that are not there are left out. */
  pick: { task: PickTask; result: ReadonlyMap<number, string> };
  /** For every pair, by metric, their differences of one permutation after the other. */
  pairs: { task: PairsTask; result: readonly (readonly PairedSample[])[] };
  summary: { task: SummariseTask; result: CellStatistics };
  /** What each metric of a cell could be, whatever its failed permutations would have given. */
  bounds: { task: BoundsTask; result: readonly MetricBounds[] };
  /** How many rows lie in which bins. */
  bins: { task: BinsTask; result: readonly BinCounts[] };
  finish: { task: FinishTask; result: FinishedCell };
  /** What a cell costs one thread of this machine: for a plan. */
  measure: { task: MeasureTask; result: CellCost };
}

export type ReaderName = keyof ReaderTasks;
