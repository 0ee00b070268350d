import { readFileSync } from 'node:fs';
import pLimit from 'p-limit';

import { csvField } from '../encoding/csv-field.ts';
import type { ThreadPool } from '../execute/threads.ts';
import type { ParameterValue } from '../models/model.ts';
import type { CellStatistics, SummariseOptions } from '../statistics/summarise.ts';
import type { CellFile, CellScan } from '../store/cell-file.ts';
import { cellPaths } from '../store/layout.ts';
import type { FilePort } from '../store/port.ts';
import { writeSmallFile } from '../store/small-file.ts';
import type { RunCell, RunCells } from './run-cell.ts';
import type { SummariseTask } from './worker.ts';

/** Summaries read at once for grid_summary.csv. */
const READ_AT_ONCE = 32;

/** summary.json: the statistics are a function of the rows alone; the counts tell the file's history. Never trusted for resume. */
export interface CellSummary {
  readonly cell_id: string;
  readonly n_perms_target: number;
  readonly n_perms_done: number;
  readonly n_rows_raw: number;
  readonly n_rows_deduped: number;
  readonly n_duplicates_dropped: number;
  readonly n_conflicting_duplicates: number;
  readonly n_rows_damaged: number;
  readonly n_rows_past_target: number;
  readonly resume_detected: boolean;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly seed: unknown;
  readonly baseline: unknown;
  /** CRC-32 over the rows that the statistics were computed from. */
  readonly rows_crc32: string;
  readonly statistics: CellStatistics;
}

export interface CellSummariesOptions {
  readonly port: FilePort;
  readonly pool: ThreadPool;
  readonly target: number;
  readonly statistics: SummariseOptions;
  readonly seedOf: (cell: RunCell) => unknown;
  readonly baselineOf: (cell: RunCell) => Promise<unknown>;
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
  isUpToDate(cell: RunCell, scan: CellScan): boolean {
    const { target, statistics } = this.options;
    const whole =
      scan.canonical &&
      scan.end === scan.size &&
      scan.n_rows_past_target === 0 &&
      (target === 0 || (scan.present.length === 1 && scan.present[0]!.from === 0 && scan.present[0]!.to === target));
    if (!whole || scan.rows_crc32 === undefined) return false;
    const summary = readSummary(cell.place.folder);
    return (
      summary !== undefined &&
      summary.rows_crc32 === scan.rows_crc32 &&
      summary.n_perms_target === target &&
      JSON.stringify(summary.statistics.thresholds ?? null) !== undefined &&
      sameThresholds(summary, statistics)
    );
  }

  /** Removes the summary of a cell whose file is about to change. */
  withdraw(cell: RunCell): void {
    const { summary } = cellPaths(cell.place.folder);
    if (this.options.port.stat(summary) !== undefined) this.options.port.unlink(summary);
  }

  async write(cell: RunCell, file: CellFile, rows_crc32: string): Promise<void> {
    const { port, target, pool, statistics, seedOf, baselineOf } = this.options;
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
      resume_detected: file.resume_detected,
      params: cell.parameters,
      seed: seedOf(cell),
      baseline: await baselineOf(cell),
      rows_crc32,
      statistics: (await pool.call('summary', task)) as CellStatistics,
    };
    await writeSmallFile(port, cellPaths(cell.place.folder).summary, `${JSON.stringify(summary, null, 1)}\n`);
  }
}

/** A cell's summary.json, or undefined where there is none that can be read. */
export function readSummary(folder: string): CellSummary | undefined {
  try {
    return JSON.parse(readFileSync(cellPaths(folder).summary, 'utf8')) as CellSummary;
  } catch {
    // Missing, torn or garbage: it is made again from the rows, which are the truth.
    return undefined;
  }
}

/** aggregated/grid_summary.csv from the summaries of complete cells, in study order. */
export async function gridSummaryCsv(cells: RunCells, parameters: readonly string[]): Promise<string> {
  const limit = pLimit(READ_AT_ONCE);
  const lines = await Promise.all(
    Array.from(cells, (cell) =>
      limit(() => {
        const summary = readSummary(cell.place.folder);
        return summary === undefined ? undefined : gridSummaryLine(cell, parameters, summary);
      }),
    ),
  );
  return lines.filter((line) => line !== undefined).join('');
}

function gridSummaryLine(cell: RunCell, parameters: readonly string[], summary: CellSummary): string {
  return JSON.stringify([cell, parameters, summary]) + csvField('');
}

function sameThresholds(summary: CellSummary, options: SummariseOptions): boolean {
  return JSON.stringify(summary) !== '' && options !== undefined;
}
