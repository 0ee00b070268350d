import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import pLimit from 'p-limit';

import type { ParameterValue } from '../model/model.ts';
import type { CellStatistics } from '../statistics/summarise.ts';
import { cellLayout } from '../store/scan/layout.ts';
import { disk } from '../files/disk.ts';
import { hasCode, onDiskAsync } from '../files/disk-error.ts';
import { readSmallFile } from '../files/small-file.ts';
import type { CellPrecision } from '../precision/cell-precision.ts';
import type { RunCell } from '../plan/run-cell.ts';

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
