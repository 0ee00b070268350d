import { setImmediate as nextTurn } from 'node:timers/promises';

import { numbersFromJson } from '../encoding/json-numbers.ts';
import type { ParameterValue } from '../model/model.ts';
import { completed } from '../statistics/earlier-statistics.ts';
import type { CellStatistics } from '../statistics/summarise.ts';
import { cellLayout } from '../store/scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import { readAdvisory } from './advisory-file.ts';
import { readSmallFile } from '../files/small-file.ts';
import type { CellPrecision } from '../precision/cell-precision.ts';
import type { RunCell } from '../plan/run-cell.ts';

/** Then timers and signals have their turn. */
const READ_AT_ONCE = 256;

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

/**
 * A cell's summary.json, or undefined where there is none: garbage is none. What the disk refuses is an error: a cell that is complete would be taken for one
 * that is not, and would be missing unseen from a table, or from what decides a later step.
 */
export function readSummary(port: FilePort, folder: string): CellSummary | undefined {
  const bytes = readSmallFile(port, cellLayout(folder).summary);
  return bytes && parseOrNone(bytes.toString('utf8'));
}

/** The same for who makes do without it: then it is made again from the rows, which are the truth. */
export function summaryIfReadable(port: FilePort, folder: string): CellSummary | undefined {
  return readAdvisory(port, cellLayout(folder).summary, parseSummary);
}

function parseSummary(text: string): CellSummary | undefined {
  const summary = JSON.parse(text) as CellSummary | null;
  return typeof summary === 'object' && summary !== null && typeof summary.statistics === 'object'
    ? {
        ...summary,
        ...(summary.precision !== undefined && { precision: numbersFromJson(summary.precision) }),
        statistics: completed(numbersFromJson(summary.statistics)),
      }
    : undefined;
}

/** A cell whose summary is wanted. */
export type SummarisedCell = Pick<RunCell, 'cell_id' | 'place'>;

/** The summaries that are there, in the order of the cells. */
export async function* summariesOf<Cell extends SummarisedCell>(
  port: FilePort,
  cells: Iterable<Cell>,
): AsyncGenerator<{ readonly cell: Cell; readonly summary: CellSummary }> {
  let read = 0;
  for (const cell of cells) {
    if ((read += 1) % READ_AT_ONCE === 0) await nextTurn();
    const summary = readSummary(port, cell.place.folder);
    if (summary !== undefined) yield { cell, summary };
  }
}

/** Garbage is "not complete". */
function parseOrNone(text: string): CellSummary | undefined {
  try {
    return parseSummary(text);
  } catch {
    return undefined;
  }
}
