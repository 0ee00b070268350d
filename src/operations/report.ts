import { join } from 'node:path';
import pLimit from 'p-limit';

import { look } from '../files/look.ts';
import { numbersFromJson } from '../encoding/json-numbers.ts';
import { EngineError } from '../errors.ts';
import { threadCount } from '../execute/thread-count.ts';
import type { Ranking } from '../model/model.ts';
import { tableFiles } from '../report/report-csv.ts';
import type { DisturbedCell, FailedPermutation, IncompleteCell, ReportData } from '../report/marks/report-data.ts';
import { CELLS_FILE } from '../report/report-files.ts';
import { pageProgram } from '../report/read-program.ts';
import { reportHtml } from '../report/report-html.ts';
import { reportMarkdown } from '../report/report-markdown.ts';
import type { ReportedCell } from '../report/marks/reported-cell.ts';
import { areCurrent } from '../statistics/earlier-statistics.ts';
import type { CellPlace } from '../store/scan/cell-file.ts';
import type { FilePort } from '../files/port.ts';
import { readFailures } from '../store/failures.ts';
import { makeFolderWithin } from '../files/folder.ts';
import { UnlessHeld } from '../files/held.ts';
import { metricsPath } from '../store/formats/formats.ts';
import { layoutOf } from '../store/scan/layout.ts';
import { writeNewFile, writeNewLines } from '../files/new-file.ts';
import { countPermutations } from '../study/permutation-range.ts';
import { nearest } from '../study/problem.ts';
import { hasEnough } from '../precision/cell-precision.ts';
import { boundedCell } from '../readers/bounded-cell.ts';
import { partialCell } from '../readers/partial-cell.ts';
import { requireManifest, type RunManifest } from '../stored/manifest.ts';
import { gridSummaryLines, parameterColumns } from '../tables/grid-summary.ts';
import { poolRates } from '../report/gather/pool-rates.ts';
import { rankCells } from '../report/gather/rank-cells.ts';
import { scanStored, storedCell, storedCells, type StoredCell } from '../readers/stored-cells.ts';
import { summariesOf, type CellSummary } from '../stored/summaries.ts';
import type { Host } from '../readers/host.ts';
import { thisMachine } from '../readers/this-machine.ts';
import { withSignal } from '../readers/with-signal.ts';
import { cellPaths, type PathsAsked } from './cell-paths.ts';
import { countCells } from './count-cells.ts';
import type { Abortable } from './given-study.ts';

/** What `report` wrote. */
export interface Reported {
  readonly output: string;
  readonly files: readonly string[];
  /** Cells in the report, and the rows that their statistics are of. */
  readonly cells: number;
  readonly rows: number;
  readonly cells_total: number;
}

/** Options of `report`. */
export interface ReportOptions extends Abortable {
  /** By what the cells are ranked, instead of what the model names. */
  readonly ranking?: Ranking | undefined;
  /** Default: one per core. */
  readonly threads?: number | undefined;
  /** Draws the courses of some cells in time, by computing some of their permutations again; default: none. */
  readonly paths?: PathsAsked | undefined;
}

/** Files of unfinished cells counted at once, per thread. */
const AT_ONCE = 2;

/**
 * Writes the report of a run: `report/index.html`, `report.md` and `tables/*.csv`. Reads the manifest, the summaries of complete cells and the rows of the
 * others; the same run gives the same bytes. Writes nothing but its own files, so a run may be under way.
 */
export async function report(
  output: string,
  options: ReportOptions = {},
  given: Host = thisMachine,
): Promise<Reported> {
  const host = withSignal(given, options.signal);
  const { port } = host;
  const manifest = requireManifest(port, output);
  const data = await gatherReport(host, output, manifest, options);
  const { report: folder } = layoutOf(output);
  const cells = completeCells(output, manifest, data.cells);
  await makeFolderWithin(port, output, join(folder, 'tables'));
  const files = new UnlessHeld();
  const parameters = await parameterColumns(port, cells, manifest.parameters);
  const lines = gridSummaryLines(port, cells, parameters, manifest.identity.metrics);
  await files.do(() => writeNewLines(port, join(folder, CELLS_FILE), lines));
  const texts: [name: string, text: string][] = [
    ...tableFiles(data, manifest.precision.length > 0),
    ['report.md', reportMarkdown(data)],
    ['index.html', reportHtml(data, pageProgram())],
  ];
  for (const [name, text] of texts) await files.do(() => writeNewFile(port, join(folder, name), text));
  files.assertAllDone();
  return {
    output,
    files: [CELLS_FILE, ...texts.map(([name]) => name)].map((name) => join(folder, name)),
    cells: data.cells.length,
    rows: data.cells.reduce((sum, { n }) => sum + n, 0),
    cells_total: data.cells_total,
  };
}

/** Everything that the report of a run says. */
export async function gatherReport(
  host: Host,
  output: string,
  manifest: RunManifest,
  { ranking: asked, threads, paths }: ReportOptions = {},
): Promise<ReportData> {
  const { port } = host;
  const { identity } = manifest;
  const ranking = asked ?? manifest.ranking;
  if (ranking !== undefined) requireMetric(ranking.metric, identity.metrics);
  const cells: ReportedCell[] = [];
  const disturbed: DisturbedCell[] = [];
  for await (const { cell, summary } of summariesOf(port, storedCells(output, manifest))) {
    if (!isUsable(port, cell, summary, manifest)) continue;
    cells.push({
      cell_id: cell.cell_id,
      parameters: summary.params,
      n: summary.n_perms_done,
      statistics: summary.statistics,
      precision: [summary.precision ?? []].flat(),
    });
    const { cell_id, n_conflicting_duplicates, n_duplicates_dropped, n_rows_damaged } = summary;
    if (n_conflicting_duplicates + n_duplicates_dropped + n_rows_damaged > 0)
      disturbed.push({ cell_id, n_conflicting_duplicates, n_duplicates_dropped, n_rows_damaged });
  }
  const layout = layoutOf(output);
  const placeOf = (cell_id: string): CellPlace => storedCell(layout, manifest, cell_id).place;
  const shared = identity.streams.sharing === 'shared';
  const data = {
    name: manifest.name,
    model: identity.model,
    model_version: identity.model_version,
    inputs: identity.inputs,
    seed: identity.seed,
    sharing: identity.streams.sharing,
    ...(identity.streams.antithetic === true && { antithetic: true as const }),
    permutations: manifest.permutations,
    format: manifest.format,
    made_by: manifest.made_by,
    study_text: manifest.study_text,
    parameters: manifest.parameters,
    metrics: manifest.metrics,
    views: manifest.views,
    lead: [...(asked === undefined ? [] : [asked.metric]), ...(manifest.lead ?? (ranking ? [ranking.metric] : []))],
    caveats: manifest.caveats,
    fixed: manifest.fixed,
    notes: manifest.notes,
    baseline: manifest.baseline && numbersFromJson(manifest.baseline),
    cells_total: Object.keys(identity.cells).length,
    cells,
    ranking: ranking && rankCells(port, cells, placeOf, ranking, shared),
    pooled: poolRates(port, cells, placeOf, manifest.metrics),
    disturbed,
    ...(await unfinished(host, output, manifest, cells, threadCount(threads))),
  };
  const counted = { ...data, ...(await countCells(host, data, placeOf, identity.metrics, threadCount(threads))) };
  return { ...counted, paths: paths === undefined ? [] : await cellPaths(port, output, counted, paths) };
}

function requireMetric(metric: string, metrics: readonly string[]): void {
  if (metrics.includes(metric)) return;
  const near = nearest(metric, metrics);
  throw new EngineError(
    'USAGE',
    `--rank ${metric}: the run has no such metric${near === undefined ? '' : `; did you mean ${near}?`}`,
    { path: '--rank', value: metric, allowed: metrics.join(', ') },
  );
}

/** A summary is about this run's number of rows, and they are there. (`verify` holds it against the rows themselves.) */
function isUsable(
  port: FilePort,
  { place }: StoredCell,
  summary: CellSummary,
  { identity, permutations, precision, format }: RunManifest,
): boolean {
  const whole = identity.metrics.every((metric) => {
    const statistics = summary.statistics[metric];
    return typeof statistics?.ci === 'object' && typeof statistics.quantile_mcse === 'object';
  });
  return (
    whole &&
    areCurrent(summary.statistics) &&
    typeof summary.params === 'object' &&
    hasEnough(summary, permutations, precision) &&
    look(port, metricsPath(place.folder, format)) !== undefined
  );
}

function completeCells(output: string, manifest: RunManifest, cells: readonly ReportedCell[]): StoredCell[] {
  const complete = new Set(cells.map(({ cell_id }) => cell_id));
  return [...storedCells(output, manifest)].filter(({ cell_id }) => complete.has(cell_id));
}

/** The cells without statistics: their rows counted, their failures read. */
async function unfinished(
  host: Host,
  output: string,
  manifest: RunManifest,
  cells: readonly ReportedCell[],
  threads: number,
): Promise<{ readonly incomplete: readonly IncompleteCell[]; readonly failures: readonly FailedPermutation[] }> {
  const { port } = host;
  const complete = new Set(cells.map(({ cell_id }) => cell_id));
  const left = [...storedCells(output, manifest)].filter(({ cell_id }) => !complete.has(cell_id));
  const begun = left.filter(({ place }) => look(port, place.folder) !== undefined);
  const counted = begun.length === 0 ? new Map<string, Counted>() : await countRows(host, begun, manifest, threads);
  const failures = begun.flatMap(({ cell_id, place }) =>
    readFailures(port, place.folder).map((failure): FailedPermutation => ({ cell_id, ...failure })),
  );
  const incomplete = left.map(({ cell_id }): IncompleteCell => {
    const count = counted.get(cell_id) ?? {
      rows: 0,
      n_target: manifest.permutations,
      reason: 'not begun',
      partial: undefined,
      bounded: undefined,
    };
    return { cell_id, ...count, n_failures: failures.filter((failure) => failure.cell_id === cell_id).length };
  });
  return { incomplete, failures };
}

type Counted = Pick<IncompleteCell, 'rows' | 'n_target' | 'reason' | 'partial' | 'bounded'>;

async function countRows(
  host: Host,
  cells: readonly StoredCell[],
  manifest: RunManifest,
  most_threads: number,
): Promise<Map<string, Counted>> {
  const threads = Math.min(most_threads, cells.length);
  const readers = host.open(threads);
  const limit = pLimit(AT_ONCE * threads);
  const count = async (cell: StoredCell): Promise<[string, Counted]> => {
    const { cell_id } = cell;
    try {
      const { scan } = await scanStored(readers, cell, manifest);
      const rows = countPermutations(scan.present);
      const reason =
        rows === scan.target ? 'all rows are there, but no summary: run permafrost summarize' : 'rows are missing';
      const partial = await partialCell(readers, cell, scan, manifest.thresholds);
      const bounded = await boundedCell(host.port, readers, cell, scan, manifest.thresholds);
      return [cell_id, { rows, n_target: scan.target, reason, partial, bounded }];
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return [
        cell_id,
        { rows: 0, n_target: manifest.permutations, reason: error.message, partial: undefined, bounded: undefined },
      ];
    }
  };
  try {
    return new Map(await Promise.all(cells.map((cell) => limit(() => count(cell)))));
  } finally {
    await readers.close();
  }
}
