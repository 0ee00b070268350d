import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { numbersFromJson, toJson } from '../encoding/json-numbers.ts';
import type { ParameterValue } from '../model/model.ts';
import { completed } from '../statistics/earlier-statistics.ts';
import { statisticsText, type StatisticsText } from '../statistics/statistics-text.ts';
import type { CellStatistics } from '../statistics/summarise.ts';
import { cellLayout } from '../store/scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import { readAdvisory } from './advisory-file.ts';
import { shapeFault } from './check-shape.ts';
import { summaryShape } from './summary-shape.ts';
import { readSmallFile } from '../files/small-file.ts';
import type { CellPrecision } from '../precision/cell-precision.ts';
import type { RunCell } from '../plan/run-cell.ts';

/** After this long, timers and signals get their turn. */
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
  /** SHA-256 over all the rest, as it stands in the file. Absent in summaries of earlier versions. */
  readonly digest?: string;
}

/** summary.json as it is written, with its digest. */
export function summaryText({ statistics, ...head }: Omit<CellSummary, 'digest'>): string {
  return summaryTextOf(head, statisticsText(statistics));
}

/** The same of statistics that are text already. */
export function summaryTextOf(
  head: Omit<CellSummary, 'digest' | 'statistics'>,
  { json, indented }: Pick<StatisticsText, 'json' | 'indented'>,
): string {
  // `statistics` stands behind all the rest, the digest behind that.
  const digest = sha256(`${toJson(head).slice(0, -1)},"statistics":${json}}`);
  return `${toJson(head, 1).slice(0, -2)},\n "statistics": ${indented},\n "digest": "${digest}"\n}\n`;
}

function digestOf(rest: object): string {
  return sha256(JSON.stringify(rest));
}

function sha256(text: string): string {
  return hash('sha256', text);
}

/**
 * A cell's summary.json, or undefined where there is none: garbage is none, and so is one that does not fit its digest. What the disk refuses is an error: a cell that is complete would be taken for one
 * that is not, and would be missing unseen from a table, or from what decides a later step.
 */
export function readSummary(port: FilePort, folder: string): CellSummary | undefined {
  const bytes = readSmallFile(port, cellLayout(folder).summary);
  return bytes && parseOrNone(bytes.toString('utf8'));
}

/** The same for callers that can do without it: they rebuild it from the rows, which are the truth. */
export function summaryIfReadable(port: FilePort, folder: string): CellSummary | undefined {
  return readAdvisory(port, cellLayout(folder).summary, parseSummary);
}

/** A summary that was changed after it was written does not count. */
function parseSummary(text: string): CellSummary | undefined {
  const summary = JSON.parse(text) as CellSummary | null;
  return summary !== null && shapeFault(summaryShape, summary) === undefined && isIntact(summary)
    ? {
        ...summary,
        ...(summary.precision !== undefined && { precision: numbersFromJson(summary.precision) }),
        statistics: completed(numbersFromJson(summary.statistics)),
      }
    : undefined;
}

/** Why a cell has no usable summary; undefined where it has one. */
export function whyNoSummary(port: FilePort, folder: string): string | undefined {
  const found = readAdvisory(port, cellLayout(folder).summary, (text) => ({
    summary: JSON.parse(text) as CellSummary,
  }));
  if (found === undefined) return 'summary.json is missing or unreadable';
  const fault = shapeFault(summaryShape, found.summary);
  if (fault !== undefined) return `summary.json does not have the form that this engine writes (${fault})`;
  return isIntact(found.summary)
    ? undefined
    : 'summary.json was changed after it was written: it does not match its digest';
}

function isIntact({ digest, ...rest }: CellSummary): boolean {
  return digest === undefined || digest === digestOf(rest);
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
