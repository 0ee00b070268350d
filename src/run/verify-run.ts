import { createHash, type Hash } from 'node:crypto';
import { availableParallelism } from 'node:os';

import { EngineError } from '../errors.ts';
import { ThreadPool } from '../execute/threads.ts';
import type { MetricSpec } from '../models/model.ts';
import type { CellScan } from '../store/cell-file.ts';
import { disk } from '../store/disk.ts';
import { readRowText } from '../store/row-text.ts';
import { countPermutations, describeRanges, subtractRanges } from '../study/permutation-range.ts';
import { modelSetup } from './experiment.ts';
import { requireManifest, type RunManifest } from './manifest.ts';
import type { Problem, ProblemCode } from './problem.ts';
import { recompute, type Mismatch, type RecomputeAmount } from './recompute.ts';
import type { LookedScan } from './scan-to-stop.ts';
import { nextLook, stoppingOf } from './stopping.ts';
import { scanStored, storedCells, type StoredCell } from './stored-cells.ts';
import { storedExperiment, type StudyFiles } from './stored-experiment.ts';
import { summaryProblems } from './summary-problems.ts';
import type { WorkerData } from './worker.ts';

export interface Verification {
  readonly ok: boolean;
  readonly cells_checked: number;
  readonly cells_ok: number;
  readonly rows: number;
  readonly problems: readonly Problem[];
  /** Rows computed again, and how many of them differ. */
  readonly recomputed: number;
  readonly mismatches: number;
  /** SHA-256 over the rows of all cells, the same for every format. */
  readonly digest: string;
}

export interface VerifyOptions extends StudyFiles {
  readonly recompute?: RecomputeAmount;
}

/** Files read ahead by the workers. */
const SCANS_AHEAD = 8;

/** Reads everything a run has on disk and holds it against itself. Changes nothing. */
export async function verifyRun(output: string, options: VerifyOptions = {}): Promise<Verification> {
  const manifest = requireManifest(disk, output);
  const again = options.recompute === undefined ? undefined : await storedExperiment(output, options);
  const worker_data: WorkerData = { setups: again === undefined ? [] : [modelSetup(again.experiment, 'auto')] };
  const pool = new ThreadPool({
    worker: new URL('./worker.js', import.meta.url),
    threads: availableParallelism(),
    worker_data,
  });
  try {
    const problems: Problem[] = [];
    const digest = createHash('sha256');
    const spans = new Map<string, number>();
    let rows = 0;
    for await (const { cell, found } of scannedInDigestOrder(output, manifest, pool)) {
      problems.push(...scanProblems(cell, found, manifest));
      digest.update(`${cell.cell_id}\n`);
      rows += addRows(cell, found, manifest, digest, problems);
      if (!(found instanceof EngineError)) spans.set(cell.cell_id, found.scan.present.at(-1)?.to ?? 0);
      problems.push(...summaryProblems(cell, found));
    }
    const mismatches: Mismatch[] = [];
    let recomputed = 0;
    if (options.recompute !== undefined && again !== undefined) {
      const done = await recompute(again.experiment, options.recompute, spans, pool);
      recomputed = done.recomputed;
      mismatches.push(...done.mismatches);
      problems.push(
        ...done.mismatches.map(({ cell_id, message }): Problem => ({ cell_id, code: 'MISMATCH', message })),
      );
    }
    const bad = new Set(problems.map((problem) => problem.cell_id));
    const cells_checked = Object.keys(manifest.identity.cells).length;
    return {
      ok: problems.length === 0,
      cells_checked,
      cells_ok: cells_checked - bad.size,
      rows,
      problems,
      recomputed,
      mismatches: mismatches.length,
      digest: digest.digest('hex'),
    };
  } finally {
    await pool.close();
  }
}

interface ScannedStoredCell {
  readonly cell: StoredCell;
  readonly found: LookedScan | EngineError;
}

/** Cells in UTF-8 byte order of their ids, each with its scan; some scans run ahead. */
async function* scannedInDigestOrder(
  output: string,
  manifest: RunManifest,
  pool: ThreadPool,
): AsyncGenerator<ScannedStoredCell> {
  const cells = [...storedCells(output, manifest)].sort((a, b) =>
    Buffer.compare(Buffer.from(a.cell_id), Buffer.from(b.cell_id)),
  );
  const scan = async (cell: StoredCell): Promise<ScannedStoredCell> => {
    try {
      return { cell, found: await scanStored(pool, cell, manifest) };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { cell, found: error };
    }
  };
  const ahead: Promise<ScannedStoredCell>[] = [];
  for (const cell of cells) {
    ahead.push(scan(cell));
    if (ahead.length >= SCANS_AHEAD) yield await ahead.shift()!;
  }
  while (ahead.length > 0) yield await ahead.shift()!;
}

function scanProblems(cell: StoredCell, found: LookedScan | EngineError, manifest: RunManifest): Problem[] {
  const { cell_id } = cell;
  if (found instanceof EngineError) {
    return [{ cell_id, code: found.code === 'IDENTITY' ? 'IDENTITY' : 'DISK', message: found.message }];
  }
  const { scan, look } = found;
  const { target } = scan;
  const stopping = stoppingOf(manifest.precision, manifest.permutations);
  const undecided = stopping !== undefined && look?.stop !== true;
  const missing = subtractRanges([{ from: 0, to: undecided ? nextLook(stopping, look) : target }], scan.present);
  const rows = countPermutations(scan.present);
  const standing: (readonly [ProblemCode, boolean, string])[] = [
    [
      'INCOMPLETE',
      missing.length > 0,
      undecided
        ? `${rows} of at most ${target} rows; missing ${describeRanges(missing)} before it is known whether that is precise enough`
        : `${rows} of ${target} rows; missing ${describeRanges(missing)}`,
    ],
    ['DUPLICATE', scan.n_duplicates > 0, `${scan.n_duplicates} rows stand there twice`],
    [
      'CONFLICT',
      scan.n_conflicts > 0,
      `${scan.n_conflicts} rows were found twice with different values: determinism was broken; see quarantine/`,
    ],
    ['DAMAGED', scan.n_rows_damaged > 0, `${scan.n_rows_damaged} damaged rows: ${findingText(scan)}`],
    [
      'PAST_TARGET',
      scan.n_rows_past_target > 0,
      `${scan.n_rows_past_target} rows at or past the target ${target}${look?.reached === true ? ', where the cell is precise enough' : ''}`,
    ],
    [
      'TORN',
      scan.end < scan.size && scan.canonical && !scan.sealed,
      `${scan.size - scan.end} bytes at the end are no whole row: a crash tore it, the next run cuts it`,
    ],
    [
      'ORDER',
      !scan.canonical && scan.exists,
      `rows are not in the order and form in which this engine writes them: ${findingText(scan)}`,
    ],
    [
      'UNSEALED',
      scan.exists && scan.canonical && missing.length === 0 && !scan.sealed,
      'all rows are there, but their checksums are not complete: the next run seals the file',
    ],
  ];
  return standing.filter(([, there]) => there).map(([code, , message]) => ({ cell_id, code, message }));
}

function findingText(scan: CellScan): string {
  const first = scan.findings[0];
  if (first === undefined) return 'order';
  const more = scan.n_findings > 1 ? ` (and ${scan.n_findings - 1} more)` : '';
  return `byte ${first.offset}: ${first.reason}${more}`;
}

/** Adds a cell's rows to the digest, and looks for values that no metric may have. Returns the number of rows. */
function addRows(
  cell: StoredCell,
  found: LookedScan | EngineError,
  manifest: RunManifest,
  digest: Hash,
  problems: Problem[],
): number {
  if (found instanceof EngineError || !found.scan.exists) return 0;
  const { scan } = found;
  const suspicious = new Map<string, number>();
  for (const text of readRowText(disk, cell.place, scan)) {
    digest.update(text);
    // N and I stand in no finite number: rows are looked at one by one only where one of them does.
    if (text.includes('N') || text.includes('I')) countNotFinite(text, manifest.metrics, suspicious);
  }
  for (const [metric, count] of suspicious) {
    problems.push({
      cell_id: cell.cell_id,
      code: 'NOT_FINITE',
      message: `${count} values of ${metric} are NaN or infinite, and the metric does not declare missing: true`,
    });
  }
  return countPermutations(scan.present);
}

function countNotFinite(
  text: Buffer,
  metrics: Readonly<Record<string, MetricSpec>>,
  counts: Map<string, number>,
): void {
  const names = Object.keys(metrics);
  for (const line of text.toString('latin1').split('\n')) {
    if (!/[NI]/.test(line)) continue;
    for (const [i, field] of line.split(',').slice(1).entries()) {
      const name = names[i]!;
      if (!Number.isFinite(Number(field)) && metrics[name]?.missing !== true)
        counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
}
