import { join } from 'node:path';
import pLimit from 'p-limit';

import type { Analysis } from '../analysis/analyse.ts';
import type { WishedPrecision } from '../analysis/needed.ts';
import type { Quantity } from '../analysis/quantity.ts';
import { numbersFromJson } from '../encoding/json-numbers.ts';
import { EngineError } from '../errors.ts';
import { threadCount } from '../execute/thread-count.ts';
import { streamSource } from '../random/seeding.ts';
import type { CellScan } from '../store/scan/cell-file.ts';
import { makeOwnFolder } from '../files/folder.ts';
import { cellLayout, layoutOf } from '../store/scan/layout.ts';
import type { FilePort } from '../files/port.ts';
import { UnlessHeld } from '../files/held.ts';
import { removeFile } from '../files/remove-file.ts';
import { makeFile } from '../files/new-file.ts';
import { writeLines, writeSmallFile } from '../files/small-file.ts';
import { countPermutations } from '../study/permutation-range.ts';
import { baselineOf } from '../study/loaded-study.ts';
import { cellOf } from '../plan/run-cell.ts';
import type { LoadedStudy } from '../study/loaded-study.ts';
import { requireManifest, type RunManifest } from '../stored/manifest.ts';
import { cellParameters } from '../stored/cell-parameters.ts';
import { precisionOf } from '../precision/cell-precision.ts';
import { boundedCell } from '../readers/bounded-cell.ts';
import type { BoundedCell } from '../statistics/failure-bounds.ts';
import { partialCell, type PartialCell } from '../readers/partial-cell.ts';
import type { CheckedScan } from '../precision/scan-to-stop.ts';
import { scanStored, storedCells, type StoredCell } from '../readers/stored-cells.ts';
import { refuseOwnCode, storedStudy, type StudyFiles } from '../stored/stored-experiment.ts';
import { filesOf, type Abortable, type StudyPlace } from './given-study.ts';
import { withSignal } from '../readers/with-signal.ts';
import { failureBoundsCsv } from '../tables/failure-bounds-csv.ts';
import { cellHeader, cellLine, gridSummaryLines, parameterColumns } from '../tables/grid-summary.ts';
import { SUMMARY_FORMATS, writeGridSummaryTable, type SummaryFormat } from '../tables/grid-summary-table.ts';
import { readSummary, summaryText, type CellSummary } from '../stored/summaries.ts';
import type { Readers } from '../readers/readers.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { refuseUnknown } from './analysis-questions.ts';
import { writeAnalysis, type WrittenAnalysis } from './write-analysis.ts';

/** What `summarize` did. */
export interface Summarized {
  readonly output: string;
  /** Every file written, below the output. */
  readonly files: readonly string[];
  /** Cells summarised, and the rows in them. */
  readonly cells: number;
  readonly rows: number;
  /** Cells of which rows are missing. */
  readonly incomplete: readonly string[];
  /** Those of them that have some, with the statistics of these: in partial_summary.csv, apart from the complete ones. */
  readonly partial: readonly PartialCell[];
  /** Cells in which permutations failed and nothing else is missing: between what their statistics lie, whatever these would have given (failure_bounds.csv). */
  readonly bounded: readonly BoundedCell[];
  /** Cells skipped because their metrics file cannot be used as it is. */
  readonly damaged: readonly { readonly cell_id: string; readonly message: string }[];
  /** What the complete cells say together; undefined where there is none, or more than 5,000. */
  readonly analysis: Analysis | undefined;
}

/** The study's files are only asked for where a cell has lost its summary. */
export interface SummarizeOptions extends StudyPlace, Abortable {
  /** Default: one per core. */
  readonly threads?: number | undefined;
  /** As what grid_summary is written beside CSV. */
  readonly to?: readonly SummaryFormat[] | undefined;
  /** Which quantities are analysed; default: the metrics that the model leads with, or those that rank or are its headline, each by its mean. */
  readonly quantities?: readonly Quantity[] | undefined;
  /** Which way is good, by metric; over what the model says. */
  readonly better?: Readonly<Record<string, 'highest' | 'lowest'>> | undefined;
  /** Values that decide, by metric, whose break-evens are looked for; over the thresholds of the study and what the model says. */
  readonly levels?: Readonly<Record<string, readonly number[]>> | undefined;
  /** Differences up to this are none to a plateau, by metric; default 0: those within their error. */
  readonly tolerance?: Readonly<Record<string, number>> | undefined;
  /** For how narrow an interval the permutations needed are worked out; default: 1 % of the value. */
  readonly wished?: WishedPrecision | undefined;
  /** The probabilities of thresholds have exact intervals (Clopper and Pearson), too. */
  readonly exact?: boolean | undefined;
}

/** Cells worked on at once, per thread: one is read while another waits for its turn on the disk. */
const AT_ONCE = 2;

/**
 * Computes the statistics of every complete cell from its rows again, and grid_summary.csv from them; of the others those of the rows they have, into
 * partial_summary.csv. Changes no metrics file. The summary of a cell that is no longer complete is removed: it describes rows that are not there.
 * Throws LOCKED while a run writes.
 */
export async function summarize(
  output: string,
  {
    threads: asked,
    signal,
    to = [],
    quantities,
    better,
    levels,
    tolerance,
    wished,
    exact,
    ...place
  }: SummarizeOptions = {},
  given: Host = thisMachine,
): Promise<Summarized> {
  const host = withSignal(given, signal);
  const options = filesOf(place);
  const { port } = host;
  requireManifest(port, output);
  const lock = await host.locks.acquire(output);
  const threads = threadCount(asked);
  const readers = host.open(threads);
  try {
    const manifest = requireManifest(port, output);
    const questions = { quantities, better, levels, tolerance, wished, exact };
    refuseUnknown(questions, manifest);
    let study: Promise<LoadedStudy> | undefined;
    const experiment = (): Promise<LoadedStudy> =>
      (study ??= refuseOwnCode(port, output, options)
        .then(() => storedStudy(port, output, options))
        .then((stored) => stored.experiment));
    const limit = pLimit(AT_ONCE * threads);
    const files = new UnlessHeld();
    const outcomes = await allEnded(
      Array.from(storedCells(output, manifest), (cell) =>
        limit(async () => ({ cell, outcome: await summarizeCell(port, cell, manifest, readers, experiment, files) })),
      ),
    );
    const written = outcomes.flatMap(({ outcome }) => ('file' in outcome ? [outcome] : []));
    let grid_summary = '';
    await files.do(async () => {
      grid_summary = await writeGridSummary(port, output, manifest);
    });
    const partial = outcomes.flatMap(({ outcome }) => ('partial' in outcome ? (outcome.partial ?? []) : []));
    let partial_summary: string[] = [];
    await files.do(async () => {
      partial_summary = await writePartialSummary(port, output, manifest, partial, options);
    });
    const bounded = outcomes.flatMap(({ outcome }) => ('bounded' in outcome ? (outcome.bounded ?? []) : []));
    let failure_bounds: string[] = [];
    await files.do(async () => {
      failure_bounds = await writeFailureBounds(port, output, bounded);
    });
    const tables = await writeTables(port, output, manifest, to);
    const stored = [...storedCells(output, manifest)];
    const seen = new Map(
      outcomes.flatMap(({ cell, outcome }): [string, number][] =>
        'end' in outcome && outcome.end !== undefined ? [[cell.cell_id, outcome.end]] : [],
      ),
    );
    let analysis: WrittenAnalysis | undefined;
    await files.do(async () => {
      analysis = await writeAnalysis(port, readers, output, manifest, stored, seen, questions);
    });
    files.assertAllDone();
    return {
      output,
      files: [
        ...written.map(({ file }) => file),
        grid_summary,
        ...tables,
        ...partial_summary,
        ...failure_bounds,
        ...(analysis?.files ?? []),
      ],
      cells: written.length,
      rows: written.reduce((sum, { rows }) => sum + rows, 0),
      incomplete: outcomes.flatMap(({ cell, outcome }) => ('partial' in outcome ? [cell.cell_id] : [])),
      partial,
      bounded,
      damaged: outcomes.flatMap(({ cell, outcome }) =>
        'damage' in outcome ? [{ cell_id: cell.cell_id, message: outcome.damage }] : [],
      ),
      analysis: analysis?.analysis,
    };
  } finally {
    await readers.close();
    lock.release();
  }
}

async function writeGridSummary(port: FilePort, output: string, manifest: RunManifest): Promise<string> {
  const { aggregated, grid_summary } = layoutOf(output);
  await makeOwnFolder(port, aggregated);
  const cells = [...storedCells(output, manifest)];
  const parameters = await parameterColumns(port, cells, manifest.parameters);
  await writeLines(port, grid_summary, gridSummaryLines(port, cells, parameters, manifest.identity.metrics));
  return grid_summary;
}

/** grid_summary in formats that have types; what was written in them before and is not asked for now is out of date, and goes. */
async function writeTables(
  port: FilePort,
  output: string,
  manifest: RunManifest,
  formats: readonly SummaryFormat[],
): Promise<string[]> {
  const path = (format: SummaryFormat): string => join(layoutOf(output).aggregated, `grid_summary.${format}`);
  for (const format of SUMMARY_FORMATS) if (!formats.includes(format)) await removeFile(port, path(format));
  const cells = [...storedCells(output, manifest)];
  const parameters = await parameterColumns(port, cells, manifest.parameters);
  const { metrics } = manifest.identity;
  const asked = SUMMARY_FORMATS.filter((format) => formats.includes(format));
  for (const format of asked)
    await makeFile(port, path(format), (file) =>
      writeGridSummaryTable(port, cells, parameters, metrics, format, (bytes) => {
        file.append(bytes);
      }),
    );
  return asked.map(path);
}

/** Statistics of cells that are not complete: one line for each, labelled with n and n_target. Without such a cell there is no file. */
async function writePartialSummary(
  port: FilePort,
  output: string,
  manifest: RunManifest,
  cells: readonly PartialCell[],
  files: StudyFiles,
): Promise<string[]> {
  const { partial_summary } = layoutOf(output);
  if (cells.length === 0) {
    await removeFile(port, partial_summary);
    return [];
  }
  const { metrics } = manifest.identity;
  const parameters = await cellParameters(port, output, manifest, files);
  const lines = cells.map(({ cell_id, n, n_target, statistics }) => {
    return { cell_id, parameters: parameters.of(cell_id), counts: { n, n_target }, statistics };
  });
  const text = lines.map((line) => cellLine(parameters.names, metrics, line));
  await writeSmallFile(port, partial_summary, [cellHeader(parameters.names, metrics, lines[0]!), ...text].join(''));
  return [partial_summary];
}

/** Between what the statistics of cells lie in which permutations failed. Without such a cell there is no file. */
async function writeFailureBounds(port: FilePort, output: string, cells: readonly BoundedCell[]): Promise<string[]> {
  const { failure_bounds } = layoutOf(output);
  if (cells.length === 0) {
    await removeFile(port, failure_bounds);
    return [];
  }
  await writeSmallFile(port, failure_bounds, failureBoundsCsv(cells));
  return [failure_bounds];
}

/** All of them have ended even if one fails: nothing is written after the lock is released. */
async function allEnded<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(work);
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return ended.map((each) => (each as PromiseFulfilledResult<T>).value);
}

type Outcome =
  /** `end`: where its rows end in a canonical file. */
  | { readonly file: string; readonly rows: number; readonly end: number | undefined }
  | { readonly partial: PartialCell | undefined; readonly bounded: BoundedCell | undefined }
  | { readonly damage: string };

async function summarizeCell(
  port: FilePort,
  cell: StoredCell,
  manifest: RunManifest,
  readers: Readers,
  experiment: () => Promise<LoadedStudy>,
  files: UnlessHeld,
): Promise<Outcome> {
  const { cell_id, place } = cell;
  const { thresholds } = manifest;
  const file = cellLayout(place.folder).summary;
  let found: CheckedScan;
  try {
    found = await scanStored(readers, cell, manifest);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { damage: error.message };
  }
  const { scan, check } = found;
  const { target } = scan;
  const missing = target - countPermutations(scan.present);
  if (missing > 0) {
    await files.do(() => removeFile(port, file));
    const bounded = await boundedCell(port, readers, cell, scan, thresholds);
    return { partial: await partialCell(readers, cell, scan, thresholds), bounded };
  }
  const { rows_crc32 } = scan;
  if (rows_crc32 === undefined)
    return {
      damage: 'its rows are not in the form in which this engine writes them; run the study again to repair it',
    };
  const before = readSummary(port, place.folder);
  const facts = before === undefined ? factsOf(await experiment(), cell_id) : factsBefore(before);
  const baseline =
    facts.baseline === null ? undefined : (numbersFromJson(facts.baseline) as Readonly<Record<string, number>>);
  const asked = { thresholds, ...(baseline !== undefined && { baseline }) };
  const summary: CellSummary = {
    cell_id,
    n_perms_target: target,
    n_perms_done: target,
    ...countsOf(before, scan, rows_crc32, target),
    ...facts,
    rows_crc32,
    thresholds,
    ...precisionOf(check),
    statistics: await readers.read('summary', { place, target, options: asked }),
  };
  await files.do(() => writeSmallFile(port, file, summaryText(summary)));
  return { file, rows: target, end: scan.canonical ? scan.end : undefined };
}

/** The history of the file, from its summary where that describes these rows; else from the file as it is. */
function countsOf(
  before: CellSummary | undefined,
  scan: CellScan,
  rows_crc32: string,
  target: number,
): Pick<
  CellSummary,
  | 'n_rows_raw'
  | 'n_rows_deduped'
  | 'n_duplicates_dropped'
  | 'n_conflicting_duplicates'
  | 'n_rows_damaged'
  | 'n_rows_past_target'
  | 'resume_detected'
> {
  const same = before?.rows_crc32 === rows_crc32 && before.n_perms_target === target ? before : undefined;
  return {
    n_rows_raw: same?.n_rows_raw ?? scan.n_rows_raw,
    n_rows_deduped: target,
    n_duplicates_dropped: same?.n_duplicates_dropped ?? scan.n_duplicates,
    n_conflicting_duplicates: same?.n_conflicting_duplicates ?? scan.n_conflicts,
    n_rows_damaged: same?.n_rows_damaged ?? scan.n_rows_damaged,
    n_rows_past_target: same?.n_rows_past_target ?? scan.n_rows_past_target,
    resume_detected: same?.resume_detected ?? true,
  };
}

type Facts = Pick<CellSummary, 'params' | 'seed' | 'baseline'>;

function factsBefore({ params, seed, baseline }: CellSummary): Facts {
  return { params, seed, baseline };
}

/** What a cell that has lost its summary is: only the study knows. */
function factsOf(experiment: LoadedStudy, cell_id: string): Facts {
  const { cells, study } = experiment;
  for (const each of cells) {
    if (each.cell_id !== cell_id) continue;
    const cell = cellOf(experiment, each, study.output);
    const seed = { ...study.seed, ...streamSource(cell_id, study.seed, study.streams) };
    return { params: cell.parameters, seed, baseline: baselineOf(experiment, cell) ?? null };
  }
  throw new EngineError('IDENTITY', `${study.file} has no cell ${cell_id}; name the study of this run with --study.`);
}
