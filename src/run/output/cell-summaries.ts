import type { ThreadPool } from '../../execute/threads.ts';
import type { RunCell } from '../../plan/run-cell.ts';
import { isOfLook, precisionOf } from '../../precision/cell-precision.ts';
import type { Look } from '../../precision/checks.ts';
import type { FinishTask, FinishedCell, SummariseTask } from '../../readers/worker.ts';
import type { CellStatistics, SummariseOptions } from '../../statistics/summarise.ts';
import type { CellFile, CellScan } from '../../store/scan/cell-file.ts';
import { onDiskAsync } from '../../files/disk-error.ts';
import { cellLayout } from '../../store/scan/layout.ts';
import type { FilePort } from '../../files/port.ts';
import { removeFile } from '../../files/held.ts';
import { writeSmallFile } from '../../files/small-file.ts';
import { readSummary, type CellSummary } from '../../stored/summaries.ts';

/** The cell is not kept waiting: until its new summary is written its old one counts for nothing. */
const WITHDRAW_PATIENCE_MS = 1_000;

export interface CellSummariesOptions {
  readonly port: FilePort;
  readonly pool: ThreadPool;
  readonly statistics: SummariseOptions;
  readonly seedOf: (cell: RunCell) => unknown;
  readonly baselineOf: (cell: RunCell) => unknown;
}

/** Makes, checks and withdraws the summary.json of cells. */
export class CellSummaries {
  private readonly options: CellSummariesOptions;

  constructor(options: CellSummariesOptions) {
    this.options = options;
  }

  /**
   * Whether nothing is left to do for a cell: its file is whole and as an undisturbed run leaves it, and its summary was made from these very rows.
   * Decided from the rows; the summary only says which rows it is of.
   */
  isUpToDate(cell: RunCell, scan: CellScan, look: Look | undefined): boolean {
    const { statistics } = this.options;
    const { target } = scan;
    const whole =
      scan.canonical &&
      scan.sealed &&
      scan.end === scan.size &&
      scan.n_rows_past_target === 0 &&
      (target === 0 || (scan.present.length === 1 && scan.present[0]!.from === 0 && scan.present[0]!.to === target));
    if (!whole || scan.rows_crc32 === undefined) return false;
    const summary = readSummary(cell.place.folder);
    return (
      summary?.rows_crc32 === scan.rows_crc32 &&
      summary.n_perms_target === target &&
      JSON.stringify(summary.thresholds) === JSON.stringify(statistics.thresholds ?? {}) &&
      isOfLook(summary.precision, look)
    );
  }

  /** Removes the summary of a cell whose file is about to change. Throws HeldFile where another program does not let it go. */
  async withdraw(cell: RunCell): Promise<void> {
    const { summary } = cellLayout(cell.place.folder);
    await onDiskAsync('remove', summary, () => removeFile(this.options.port, summary, WITHDRAW_PATIENCE_MS));
  }

  /** Completes a cell's file and writes its summary; a worker reads the rows back, for both. */
  async complete(cell: RunCell, file: CellFile, resume_detected: boolean, look: Look | undefined): Promise<void> {
    const { pool, statistics } = this.options;
    const { target } = file;
    let made: CellStatistics | undefined;
    const rows_crc32 = await file.complete(async (sums) => {
      const task: FinishTask = { place: cell.place, target, options: statistics, sums };
      const finished = await pool.call<FinishedCell>('finish', task);
      made = finished.statistics;
      return finished.found;
    });
    await this.write(cell, file, rows_crc32, resume_detected, look, made);
  }

  private async write(
    cell: RunCell,
    file: CellFile,
    rows_crc32: string,
    resume_detected: boolean,
    look: Look | undefined,
    made: CellStatistics | undefined,
  ): Promise<void> {
    const { port, pool, statistics, seedOf, baselineOf } = this.options;
    const { target } = file;
    const task: SummariseTask = { place: cell.place, target, options: statistics };
    const summary: CellSummary = {
      cell_id: cell.cell_id,
      n_perms_target: target,
      n_perms_done: target,
      n_rows_raw: file.n_rows_raw,
      n_rows_deduped: file.n_rows_raw - file.n_duplicates_dropped,
      n_duplicates_dropped: file.n_duplicates_dropped,
      n_conflicting_duplicates: file.n_conflicting_duplicates,
      n_rows_damaged: file.n_rows_damaged,
      n_rows_past_target: file.n_rows_past_target,
      resume_detected,
      params: cell.parameters,
      seed: seedOf(cell),
      baseline: baselineOf(cell),
      rows_crc32,
      thresholds: statistics.thresholds ?? {},
      ...precisionOf(look),
      statistics: made ?? (await pool.call<CellStatistics>('summary', task)),
    };
    await writeSmallFile(port, cellLayout(cell.place.folder).summary, `${JSON.stringify(summary, null, 1)}\n`);
  }
}
