import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import pLimit from 'p-limit';

import type { ThreadPool } from '../../execute/threads.ts';
import type { ParameterValue } from '../../models/model.ts';
import type { CellStatistics, SummariseOptions } from '../../statistics/summarise.ts';
import type { CellFile, CellScan } from '../../store/cell-file.ts';
import { cellLayout } from '../../store/layout.ts';
import type { FilePort } from '../../store/port.ts';
import { disk } from '../../store/disk.ts';
import { hasCode, onDisk, onDiskAsync } from '../../store/disk-error.ts';
import { readSmallFile, removeFile, writeSmallFile } from '../../store/small-file.ts';
import { isOfLook, precisionOf, type CellPrecision } from '../precision/cell-precision.ts';
import type { RunCell } from '../run-cell.ts';
import type { Look } from '../precision/stopping.ts';
import type { FinishTask, FinishedCell, SummariseTask } from '../worker.ts';

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
  /** The thresholds that the statistics were asked for. */
  readonly thresholds: Readonly<Record<string, readonly number[]>>;
  /** What the rule of the study came to, in the study's own form: one, or a list. Only where the study has any. */
  readonly precision?: CellPrecision;
  readonly statistics: CellStatistics;
}

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

  /** Removes the summary of a cell whose file is about to change. */
  withdraw(cell: RunCell): void {
    const { summary } = cellLayout(cell.place.folder);
    onDisk('remove', summary, () => {
      removeFile(this.options.port, summary);
    });
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

/** A cell's summary.json, or undefined where there is none that can be read. */
export function readSummary(folder: string): CellSummary | undefined {
  try {
    // Not readFileSync with an encoding: Node aborts where the disk refuses its close.
    return parseSummary(readSmallFile(disk, cellLayout(folder).summary)?.toString('utf8') ?? 'null');
  } catch {
    // Missing, torn or garbage: it is made again from the rows, which are the truth.
    return undefined;
  }
}

function parseSummary(text: string): CellSummary | undefined {
  const summary = JSON.parse(text) as CellSummary | null;
  return typeof summary === 'object' && summary !== null && typeof summary.statistics === 'object'
    ? {
        ...summary,
        ...(summary.precision !== undefined && { precision: withNaN(summary.precision) }),
        statistics: withNaN(summary.statistics),
      }
    : undefined;
}

/** JSON has null for what is not finite. */
function withNaN<Part>(part: Part): Part {
  if (part === null) return NaN as Part;
  if (Array.isArray(part)) return part.map(withNaN) as Part;
  if (typeof part !== 'object') return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, withNaN(value as unknown)])) as Part;
}

/** A cell whose summary is wanted. */
export type SummarisedCell = Pick<RunCell, 'cell_id' | 'place'>;

/** The summaries that are there, in the order of the cells; many are read at once. */
export async function* summariesOf<Cell extends SummarisedCell>(
  cells: Iterable<Cell>,
): AsyncGenerator<{ readonly cell: Cell; readonly summary: CellSummary }> {
  const limit = pLimit(READ_AT_ONCE);
  const ahead: Promise<{ cell: Cell; summary: CellSummary | undefined }>[] = [];
  for (const cell of cells) {
    // Most cells of a large unfinished run have no summary: asking is much cheaper than failing.
    if (!existsSync(cellLayout(cell.place.folder).summary)) continue;
    ahead.push(limit(async () => ({ cell, summary: await readSummaryLater(cell.place.folder) })));
    if (ahead.length < 2 * READ_AT_ONCE) continue;
    const { cell: next, summary } = await ahead.shift()!;
    if (summary !== undefined) yield { cell: next, summary };
  }
  for (const { cell, summary } of await Promise.all(ahead)) if (summary !== undefined) yield { cell, summary };
}

/** Not there and garbage are "not complete"; what the disk refuses is an error, or a row would be missing unseen. */
async function readSummaryLater(folder: string): Promise<CellSummary | undefined> {
  const path = cellLayout(folder).summary;
  const text = await onDiskAsync('read', path, async () => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return 'null';
      throw error;
    }
  });
  try {
    return parseSummary(text);
  } catch {
    return undefined;
  }
}
