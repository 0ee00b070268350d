import { crc32, hex32, saltOf } from '../encoding/crc32.ts';
import type { Rows } from '../encoding/metrics-schema.ts';
import type { CellPlace, LastBlock, PermutationRange } from './scan/cell-file.ts';
import type { Analysis } from './formats/format.ts';
import { formatOf, metricsPath } from './formats/formats.ts';
import { sumsPath } from './scan/layout.ts';
import { temporaryPath } from '../files/temporary-path.ts';
import type { FilePort } from '../files/port.ts';
import { putInPlace, writeSmallFile } from '../files/small-file.ts';
import { onDiskAsync } from '../files/disk-error.ts';
import { makeFolder } from '../files/folder.ts';
import { readSums } from './scan-cell.ts';
import { sumsText } from './scan/sums.ts';
import type { BlockSum, Sums } from './scan/sums.ts';
import { writeFully } from '../files/write-fully.ts';

/** What a canonical rewrite left in the file. */
export interface Rewritten {
  /** Size of the file [bytes]. */
  readonly end: number;
  readonly rows: number;
  readonly rows_crc32: string;
  readonly last_index: number;
  readonly last_block: LastBlock | undefined;
  readonly sums: ReadonlyMap<number, BlockSum>;
}

/**
 * Writes the rows (ascending, one `Rows` per aligned block) in canonical form into a temporary file, syncs it, renames it over the metrics file and
 * syncs the folder: after any crash one of the two files is there, whole. `before`: what is done when the new one is written and not yet in place:
 * the old file, which the rows may be read from, is closed, since an open one cannot be replaced on Windows.
 */
export async function rewriteCanonical(
  port: FilePort,
  place: CellPlace,
  blocks: Iterable<Rows>,
  before: (rewritten: Rewritten) => void | Promise<void>,
): Promise<Rewritten> {
  const { schema } = place;
  const path = metricsPath(place.folder, schema.format);
  const temporary = temporaryPath(path);
  const salt = saltOf(schema.experiment);
  const sums = new Map<number, BlockSum>();
  const format = formatOf(schema);
  const header = format.header(schema);
  let end = header.length;
  let rows = 0;
  let crc = 0;
  let last_index = -1;
  let last_block: LastBlock | undefined;
  const fd = port.open(temporary, 'w+');
  try {
    writeFully(port, fd, header, 0);
    for (const block of blocks) {
      const bytes = format.encode(schema, block);
      writeFully(port, fd, bytes, end);
      end += bytes.length;
      rows += block.perm_index.length;
      crc = crc32(bytes, crc);
      last_index = block.perm_index.at(-1)!;
      const number = Math.floor(last_index / schema.batch_rows);
      last_block = { block: number, rows: block.perm_index.length, crc32: crc32(bytes, salt) };
      sums.set(number, { count: last_block.rows, crc32: last_block.crc32 });
    }
    await port.fsync(fd);
  } finally {
    port.close(fd);
  }
  const rewritten = { end, rows, rows_crc32: hex32(crc), last_index, last_block, sums };
  await before(rewritten);
  await putInPlace(port, path);
  return rewritten;
}

/**
 * Rewrites the metrics file and the sums beside it, if it has any there. A sum that covers fewer rows than its block has now must go first, any other
 * may only change afterwards: whatever a crash leaves, no good row is distrusted and no distrusted row becomes trusted.
 */
export async function rewriteWithSums(
  port: FilePort,
  place: CellPlace,
  analysis: Analysis,
  sums: Sums,
  target: number,
  complete: boolean,
  letGo: () => void,
): Promise<Rewritten> {
  const { schema } = place;
  const write = (next: Sums) =>
    writeSmallFile(port, sumsPath(place.folder), sumsText(next, schema.experiment, schema.batch_rows));
  if (analysis.outgrown_sums.length > 0) {
    const rest = new Map(sums);
    for (const block of analysis.outgrown_sums) rest.delete(block);
    await write(rest);
  }
  const rewritten = await rewriteCanonical(port, place, analysis.kept(), letGo);
  if (formatOf(schema).blocksOf !== undefined) {
    await write(
      complete ? rewritten.sums : sumsAfterRepair(rewritten, sums, analysis.failed_sums, schema.batch_rows, target),
    );
  }
  return rewritten;
}

/**
 * Replaces whatever the cell holds by these rows, in canonical form and not sealed. They include every row that is there now, unchanged. Their sums come
 * first, behind those of the rows that are there: whichever of the two files a crash leaves has a line for each of its blocks.
 */
export async function replaceRows(port: FilePort, place: CellPlace, blocks: Iterable<Rows>): Promise<void> {
  const { schema } = place;
  await onDiskAsync('write', metricsPath(place.folder, schema.format), async () => {
    await makeFolder(port, place.folder);
    await rewriteCanonical(port, place, blocks, async ({ sums }) => {
      if (formatOf(schema).blocksOf === undefined) return;
      const lines = [readSums(port, place), sums].map((each) => sumsText(each, schema.experiment, schema.batch_rows));
      await writeSmallFile(port, sumsPath(place.folder), lines.join(''));
    });
  });
}

/**
 * A block that lost some of its rows keeps its old sum, which judges the whole block when they have been computed again:
 * but only a sum over all rows of the block, and not one that has distrusted them.
 */
function sumsAfterRepair(
  rewritten: Rewritten,
  old: Sums,
  failed: readonly number[],
  batch_rows: number,
  target: number,
): Sums {
  const next = new Map<number, BlockSum>();
  for (const [block, sum] of rewritten.sums) {
    const before = failed.includes(block) ? undefined : old.get(block);
    const rows_of_block = rowsOfBlock(block, batch_rows, target);
    if (before?.count === rows_of_block) next.set(block, before);
    else next.set(block, sum);
  }
  return next;
}

function rowsOfBlock(block: number, batch_rows: number, target: number): number {
  return Math.min(target, (block + 1) * batch_rows) - block * batch_rows;
}

/**
 * Sums over a part of a block of which rows are missing now: they cannot judge what is computed again, because which
 * rows they covered is not known. `present`: ranges in the file.
 */
export function uselessSums(
  sums: Sums,
  present: readonly PermutationRange[],
  batch_rows: number,
  target: number,
): number[] {
  const rows = rowsByBlock(present, batch_rows);
  return [...sums].flatMap(([block, { count }]) =>
    count > (rows.get(block) ?? 0) && count !== rowsOfBlock(block, batch_rows, target) ? [block] : [],
  );
}

/** How many rows of each block are there. */
export function rowsByBlock(present: readonly PermutationRange[], batch_rows: number): Map<number, number> {
  const rows = new Map<number, number>();
  for (const { from, to } of present) {
    for (let block = Math.floor(from / batch_rows); block * batch_rows < to; block++) {
      const here = Math.min(to, (block + 1) * batch_rows) - Math.max(from, block * batch_rows);
      rows.set(block, (rows.get(block) ?? 0) + here);
    }
  }
  return rows;
}
