import { look } from '../files/look.ts';
import { EngineError } from '../errors.ts';
import type { CellScan } from '../store/scan/cell-file.ts';
import { conflictingRows, recordConflicts, type ConflictingRow } from '../store/conflicts.ts';
import type { FilePort } from '../files/port.ts';
import { appendFailures, keepFailures, readFailures } from '../store/failures.ts';
import { metricsPath } from '../store/formats/formats.ts';
import { cellLayout } from '../store/scan/layout.ts';
import { removeLeftOversOfCell } from '../store/left-overs.ts';
import { openCell } from '../store/open-cell.ts';
import { readRows } from '../store/read-rows.ts';
import { replaceRows } from '../store/rewrite.ts';
import { noFile } from '../store/scan-cell.ts';
import { removeFile } from '../files/remove-file.ts';
import {
  countPermutations,
  includes,
  subtractRanges,
  uniteRanges,
  type PermutationRange,
} from '../study/permutation-range.ts';
import type { RunManifest } from '../stored/manifest.ts';
import type { RowOrigins } from '../stored/row-origins.ts';
import { counted } from '../wording/format-number.ts';
import { mergeRows } from './merge-rows.ts';
import type { Readers } from '../readers/readers.ts';
import { scanStored, type StoredCell } from '../readers/stored-cells.ts';

/** A row that two sources hold with different values: determinism was broken. */
export interface MergeConflict {
  readonly cell_id: string;
  readonly perm_index: number;
  /** Whose row was set aside. */
  readonly source: string;
}

/** A cell as one of the runs that rows come from holds it. */
export interface SourceCell {
  readonly path: string;
  readonly cell: StoredCell;
  /** Who computed its rows; undefined where that does not matter. */
  readonly origins: RowOrigins | undefined;
}

export interface MergedCell {
  readonly rows: number;
  readonly complete: boolean;
  /** The metrics file, where it was written. */
  readonly file: string | undefined;
  readonly conflicts: readonly MergeConflict[];
}

/** Brings the rows of one cell together. `cell` is the result and the first source, `origins` who computed its rows; it is repaired first where that is due. */
export async function mergeCell(
  port: FilePort,
  cell: StoredCell,
  sources: readonly SourceCell[],
  manifest: RunManifest,
  origins: RowOrigins | undefined,
  readers: Readers,
): Promise<MergedCell> {
  await removeLeftOversOfCell(port, cell.place.folder);
  const own = await scan(port, cell, manifest, readers);
  refuseUnprotected(cell, own);
  // Where the rows are precise enough already, those past them are of no use.
  const { target } = own;
  if (own.exists && !(own.canonical && (own.sealed || own.end === own.size)))
    (await openCell(port, cell.place, own, () => undefined)).close();
  const wanted = { ...manifest, permutations: target, precision: [] };
  const scans = await Promise.all(sources.map((source) => scan(port, source.cell, wanted, readers)));
  for (const [i, source] of sources.entries()) refuseUnprotected(source.cell, scans[i]!);
  let taken = own.present;
  for (const [i, source] of sources.entries()) {
    const { present } = scans[i]!;
    const news = subtractRanges(present, taken);
    for (const { node, ranges } of source.origins?.of(cell.cell_id, news) ?? [])
      await origins?.claim(cell.cell_id, ranges, node);
    taken = uniteRanges(taken, news);
  }
  const fresh = scans.some(({ present }) => subtractRanges(present, own.present).length > 0);

  const conflicts = new Conflicts();
  for (const [i, { path, cell: other }] of sources.entries())
    if (scans[i]!.n_conflicts > 0)
      for (const row of conflictingRows(port, other.place, target)) conflicts.add(row, path);
  const union = mergeRows(
    [cell, ...sources.map((source) => source.cell)].map(({ place }) => readRows(port, place, target)),
    manifest.identity.metrics.length,
    manifest.batch_rows,
    (source, perm_index, bytes) => {
      const { path } = sources[source - 1]!;
      const reason = `${path} has different values for permutation ${perm_index}`;
      conflicts.add({ kind: 'conflict', perm_index, offset: 0, length: bytes.length, reason, bytes }, path);
    },
  );
  if (fresh) {
    const { summary } = cellLayout(cell.place.folder);
    await removeFile(port, summary);
    await replaceRows(port, cell.place, union);
  } else readAll(union);
  await recordConflicts(port, cell.place, conflicts.rows);
  // Rows without a summary may be what a killed merge put there, and not durable yet.
  const merged = fresh || !isSummarised(port, own, cell) ? await seal(port, cell, manifest, readers) : own;
  await mergeFailures(port, cell, sources, merged.present);
  const rows = countPermutations(merged.present);
  return {
    rows,
    complete: rows === merged.target,
    file: fresh ? metricsPath(cell.place.folder, cell.place.schema.format) : undefined,
    conflicts: conflicts.named(cell.cell_id),
  };
}

/** Conflicting rows, each once whatever the number of sources that hold it. */
class Conflicts {
  private readonly found = new Map<string, { readonly row: ConflictingRow; readonly source: string }>();

  add(row: ConflictingRow, source: string): void {
    const key = Buffer.from(row.bytes).toString('latin1');
    if (!this.found.has(key)) this.found.set(key, { row, source });
  }

  get rows(): ConflictingRow[] {
    return Array.from(this.found.values(), ({ row }) => row);
  }

  named(cell_id: string): MergeConflict[] {
    return Array.from(this.found.values(), ({ row, source }) => ({ cell_id, perm_index: row.perm_index, source }));
  }
}

async function scan(port: FilePort, cell: StoredCell, manifest: RunManifest, readers: Readers): Promise<CellScan> {
  const { folder } = cell.place;
  if (look(port, folder) === undefined) return noFile(manifest.permutations);
  return (await scanStored(readers, cell, manifest)).scan;
}

/** Nothing is computed here, so rows without a checksum cannot be confirmed; merged, they would get one and pass for this experiment's. */
function refuseUnprotected({ cell_id, place }: StoredCell, { unprotected }: CellScan): void {
  if (unprotected.length === 0) return;
  const rows = counted(countPermutations(unprotected), 'row has', 'rows have');
  throw new EngineError(
    'IDENTITY',
    `${place.folder}: ${rows} no checksum, so nothing proves that they belong to cell ${cell_id} of this experiment. Run permafrost verify --repair on that run first: it recomputes a sample of them and writes the checksums.`,
    { path: place.folder },
  );
}

/** A summary is written when the rows that it speaks of are durable. Of what is not there nothing has to be. */
function isSummarised(port: FilePort, { exists }: CellScan, { place }: StoredCell): boolean {
  const { summary } = cellLayout(place.folder);
  return !exists || look(port, summary) !== undefined;
}

/** Nothing new to write: the rows are only compared. */
function readAll(rows: Iterable<unknown>): void {
  const all = rows[Symbol.iterator]();
  while (all.next().done !== true);
}

/** Seals the file where it is complete now, without what is past the point where its rows are precise enough. Returns what it holds. */
async function seal(port: FilePort, cell: StoredCell, manifest: RunManifest, readers: Readers): Promise<CellScan> {
  const written = await scan(port, cell, manifest, readers);
  const file = await openCell(port, cell.place, written, () => undefined);
  try {
    if (file.missing.length === 0) await file.complete();
  } finally {
    file.close();
  }
  return written;
}

/** Failures of permutations that no source has a row for. */
async function mergeFailures(
  port: FilePort,
  cell: StoredCell,
  sources: readonly SourceCell[],
  present: readonly PermutationRange[],
): Promise<void> {
  await keepFailures(port, cell.place.folder);
  const known = new Set(readFailures(port, cell.place.folder).map(({ perm_index }) => perm_index));
  const fresh = sources
    .flatMap(({ cell: { place } }) => readFailures(port, place.folder))
    .filter(({ perm_index }) => {
      if (includes(present, perm_index)) return false;
      return !known.has(perm_index) && known.add(perm_index);
    });
  await appendFailures(port, cell.place.folder, fresh);
}
